import CProc
import Glibc
import Testing

@testable import SupervisionRuntime

@Suite struct ProbeTests {
  /// The lines of the study's host, which others read.
  private static let studied = [
    "feature.SYS_clone", "feature.SYS_unshare", "feature.SYS_setns", "feature.SYS_pivot_root", "feature.FreeBSD_jail",
    "feature.Capsicum_headers", "feature.sys_prctl_h", "feature.linux_close_range_h", "runtime.fork_waitpid",
    "runtime.posix_spawn_addclosefrom_np", "runtime.close_range", "runtime.posix_fallocate", "runtime.lutimes",
    "runtime.statvfs", "root.chroot", "root.jail", "root.lchown",
  ]
  private static let supervisors = [
    "runtime.pdfork", "runtime.procdesc_kevent", "runtime.reaper", "runtime.pdkill", "runtime.capsicum", "root.nullfs",
    "root.tmpfs", "root.jail_vnet", "root.rctl",
  ]

  @Test("the keys come in the order of the study, then what the supervisor rests on")
  func order() {
    #expect(Facility.lines(on: .freeBSD).map(\.rawValue) == Self.studied + Self.supervisors)
    #expect(
      Facility.lines(on: .linux).map(\.rawValue) == Self.studied + Self.supervisors + [
        "runtime.pidfd_open", "runtime.pidfd_exit", "runtime.subreaper", "runtime.pidfd_signal",
      ])
  }

  @Test("a line is a key and one of the agreed values")
  func values() {
    let findings: [(Finding, String)] = [
      (.compiled(true), "yes"), (.compiled(false), "no"), (.works, "ok"), (.needsRoot, "skipped: needs root"),
      (.needs(.freeBSD), "skipped: needs FreeBSD"), (.unsupported, "unsupported-on-tested-filesystem"),
      (.failed("chroot: Operation not permitted (EPERM)"), "failed: chroot: Operation not permitted (EPERM)"),
      (.failed("one\ntwo"), "failed: one two"),
    ]
    for (finding, text) in findings {
      #expect(ProbeReport.Line(.chroot, finding).text == "root.chroot=\(text)")
    }
  }

  @Test("JSON has the keys and values of the lines, in their order, and quotes what a kernel says")
  func json() {
    let report = ProbeReport(lines: [
      ProbeReport.Line(.clone, .compiled(false)), ProbeReport.Line(.jail, .failed("jail_set: \"path\" (ENOENT)")),
    ])
    #expect(report.text == "feature.SYS_clone=no\nroot.jail=failed: jail_set: \"path\" (ENOENT)")
    #expect(report.json == #"{"feature.SYS_clone":"no","root.jail":"failed: jail_set: \"path\" (ENOENT)"}"#)
  }

  @Test("what no service can be run without is missing when it has failed, the rest is not")
  func missing() {
    let report = ProbeReport(lines: [
      ProbeReport.Line(.rctl, .failed("ENOSYS")), ProbeReport.Line(.processDescriptor, .failed("ENOSYS")),
      ProbeReport.Line(.reaper, .works),
    ])
    #expect(report.missing(on: .freeBSD).map(\.facility) == [.processDescriptor])
    #expect(report.missing(on: .linux).isEmpty)
  }

  @Test("a probe on this kernel answers every question, and leaves nothing")
  func whole() throws {
    let place = try Files.makeTemporaryDirectory("/tmp/probe-test")
    defer { try? Files.removeTree(place) }
    let report = try Probe(in: place).run()
    #expect(report.lines.map(\.facility) == Facility.lines(on: .current))
    #expect(report.missing(on: .current) == [])
    #expect(report.lines.contains(ProbeReport.Line(.jail, .needs(.freeBSD))))
    #expect(try Files.names(in: place).isEmpty)
  }

  @Test("without root, what needs root is not tried")
  func withoutRoot() throws {
    let report = try Probe(in: "/tmp", asRoot: false).run()
    #expect(report.lines.filter { $0.finding == .needsRoot }.map(\.facility) == [.chroot, .linkOwner])
  }

  @Test("a trial that hangs is ended with all that it has started, and its line says so")
  func hanging() throws {
    let run = ProbeRun(loop: try EventLoop(), patience: .milliseconds(50))
    let finding = try run.finding { trial in Self.start("sleep 1000 & sleep 1000", &trial) }
    #expect(finding == .failed("not over within \(Duration.milliseconds(50))"))
  }

  @Test("a trial that dies without a word has failed by how it died")
  func dying() throws {
    let run = ProbeRun(loop: try EventLoop())
    #expect(
      try run.finding { trial in Self.start("kill -SYS $$", &trial) } == .failed("the trial was ended by SYS"))
    #expect(
      try run.finding { trial in Self.start("exit 3", &trial) }
        == .failed("the trial has exited with 3, and has said nothing"))
  }

  @Test("a signal ends the trial under way and the probe with it")
  func interrupted() throws {
    let run = ProbeRun(loop: try EventLoop())
    try run.heed([SIGUSR1])
    #expect(throws: ProbeRun.Interrupted.self) {
      try run.finding { trial in
        let result = Self.start("sleep 1000", &trial)
        pthread_kill(pthread_self(), SIGUSR1)
        return result
      }
    }
  }

  @Test("a directory that does not exist cannot be probed, and the error says which")
  func nowhere() throws {
    do {
      _ = try Probe(in: "/nonexistent").run()
      Issue.record("it has run")
    } catch Probe.Failure.system(let error) {
      #expect(error.name == "ENOENT")
      #expect(error.subject?.hasPrefix("/nonexistent/") == true)
    }
  }

  /// A shell in place of a trial: it leads a group of its own, and holds the report open.
  private static func start(_ script: String, _ trial: inout cproc_probe_trial) -> Int32 {
    var ends: [Int32] = [0, 0]
    guard pipe(&ends) == 0 else { return -1 }
    for end in ends { _ = fcntl(end, F_SETFD, FD_CLOEXEC) }
    _ = fcntl(ends[0], F_SETFL, O_NONBLOCK)
    var actions = posix_spawn_file_actions_t()
    var attributes = posix_spawnattr_t()
    posix_spawn_file_actions_init(&actions)
    posix_spawnattr_init(&attributes)
    defer {
      posix_spawn_file_actions_destroy(&actions)
      posix_spawnattr_destroy(&attributes)
      close(ends[1])
    }
    posix_spawn_file_actions_adddup2(&actions, ends[1], 5)
    posix_spawnattr_setflags(&attributes, Int16(POSIX_SPAWN_SETPGROUP))
    let texts: [String] = ["sh", "-c", script]
    let words: [UnsafeMutablePointer<CChar>?] = texts.map { strdup($0) }
    defer { for word in words { free(word) } }
    trial.report = ends[0]
    errno = posix_spawn(&trial.pid, "/bin/sh", &actions, &attributes, words + [nil], environ)
    return errno == 0 ? 0 : -1
  }
}
