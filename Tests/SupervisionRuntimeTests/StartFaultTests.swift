#if DEBUG && os(Linux)

  import Glibc
  import Supervision
  import Testing

  @testable import SupervisionRuntime

  // A start whose calls fail, one after the other: the names and their order are those of CProc/linux. The same seam is in
  // CProc/freebsd (CProcSeam.h), for tests there.
  extension ProcessTests {
    @Suite struct StartFaults {
      /// A process of its own: nobody else opens descriptors there.
      @Test("a start that fails anywhere is told as it was, leaves no descriptor and no process, and is not made twice")
      func starts() async throws {
        await #expect(processExitsWith: .success) {
          // What the runtime opens once for itself is open from then on.
          let first = try StartAttempt(name: "no fault", faults: [], events: []).run()
          #expect(first.events == StartAttempt.runs)
          for attempt in StartAttempt.all where attempt.needs?() ?? true {
            let outcome = try attempt.run()
            #expect(outcome.events == attempt.events, "\(attempt.name): \(outcome.events)")
            #expect(outcome.isInTime, "\(attempt.name)")
            #expect(outcome.hits > 0, "\(attempt.name): no call was struck")
            #expect(outcome.descriptorsLeft == 0, "\(attempt.name)")
            #expect(outcome.processesLeft.isEmpty, "\(attempt.name)")
            #expect(outcome.runs <= 1, "\(attempt.name)")
            if attempt.events.contains("exited exit 0") { #expect(outcome.runs == 1, "\(attempt.name)") }
          }
        }
      }
    }
  }

  /// A start with faults, and what is told of it.
  private struct StartAttempt {
    var name: String
    var faults: [KernelFault]
    var events: [String]
    var adjust: ((inout LaunchPlan) -> Void)?
    var needs: (() -> Bool)?

    struct Outcome {
      var events: [String]
      /// It was over without anybody's giving up.
      var isInTime: Bool
      var hits: Int
      var descriptorsLeft: Int
      var processesLeft: [Int32]
      var runs: Int
    }

    static let runs = ["spawned", "exited exit 0"]
    static func asRoot() -> Bool { Host.user == 0 }
    static let ids: @Sendable (inout LaunchPlan) -> Void = { plan in
      plan.credentials = .init(user: UInt32(getuid()), group: UInt32(getgid()), groups: [UInt32(getgid())])
    }

    /// Before anything was started: the call and its errno come back.
    static func refused(_ call: String, _ codes: Int32..., as told: String? = nil) -> [StartAttempt] {
      codes.map { code in
        StartAttempt(
          name: "\(call) \(SystemError.name(of: code))", faults: [.failing(call, code)],
          events: ["refused \(told ?? call) \(SystemError.name(of: code))"])
      }
    }

    /// In the child: the stage and the errno come back.
    static func failed(
      _ stage: LaunchStage, _ call: String, _ codes: Int32..., after: UInt32 = 0, times: UInt32? = 1,
      with adjust: ((inout LaunchPlan) -> Void)? = nil, when needs: (() -> Bool)? = nil
    ) -> [StartAttempt] {
      codes.map { code in
        StartAttempt(
          name: "\(call) \(SystemError.name(of: code)) after \(after)",
          faults: [.failing(call, code, after: after, times: times)],
          events: ["failed \(stage) \(SystemError.name(of: code))"], adjust: adjust, needs: needs)
      }
    }

    static func ending(
      _ name: String, _ faults: [KernelFault], _ events: [String] = runs, _ adjust: ((inout LaunchPlan) -> Void)? = nil
    ) -> [StartAttempt] {
      [StartAttempt(name: name, faults: faults, events: events, adjust: adjust)]
    }

    static var all: [StartAttempt] { beforeTheFork + inTheChild + atTheExec + onTheWayBack }

    static var beforeTheFork: [StartAttempt] {
      refused("pipe2", EMFILE, ENFILE, ENOMEM, as: "pipe")
        + refused("clone", EAGAIN, ENOMEM, EMFILE, ENFILE, ENOSPC, EPERM, EINVAL)
        + refused("sigprocmask", EINVAL, as: "clone")
        // The signal mask is put back whatever that says.
        + ending("sigprocmask of the way back", [.failing("sigprocmask", EINVAL, after: 2)])
    }

    static var inTheChild: [StartAttempt] {
      failed(.session, "setsid", EPERM)
        + failed(.close, "close_range", ENOMEM, EMFILE, EINVAL)
        + failed(.close, "close_range", ENOMEM, after: 1)
        + failed(.close, "close_range", EINTR, after: 2)
        + failed(.descriptors, "fcntl", EBADF, EMFILE)
        + failed(.descriptors, "dup2", EBADF, EBUSY, EINTR, EMFILE)
        + ending("setrlimit of the mark", [.failing("setrlimit", EPERM)])
        + failed(.limits, "setrlimit", EPERM, EINVAL, after: 1, with: { $0.openFiles = OpenFiles(soft: 64, hard: 64) })
        + failed(.priority, "setpriority", EACCES, EPERM, with: { $0.nice = 0 })
        + failed(.cpus, "sched_setaffinity", EINVAL, EPERM, with: { $0.cpus = [0] })
        + failed(.protection, "open", EACCES, EMFILE, with: { $0.isProtected = true })
        + failed(.protection, "write", EACCES, EPERM, with: { $0.isProtected = true })
        + failed(.chroot, "chroot", EPERM, ENOENT, with: { $0.root = "/" })
        + failed(.directory, "chdir", ENOENT, EACCES, ENOTDIR, ELOOP, EIO)
        + failed(.groups, "setgroups", EPERM, EINVAL, ENOMEM, with: ids)
        + failed(.group, "setresgid", EPERM, EINVAL, with: ids, when: asRoot)
        + failed(.user, "setresuid", EPERM, EAGAIN, with: ids, when: asRoot)
        + failed(.privileges, "prctl", EINVAL, with: { $0.noNewPrivileges = true })
        + failed(.signals, "rt_sigaction", EFAULT)
        // What cannot be handled has not been ignored either.
        + ending("rt_sigaction EINVAL", [.failing("rt_sigaction", EINVAL)])
        + failed(.signals, "sigprocmask", EINVAL, after: 1)
    }

    static var atTheExec: [StartAttempt] {
      failed(
        .exec, "execve", E2BIG, EACCES, EAGAIN, EFAULT, EINVAL, EIO, EISDIR, ELOOP, EMFILE, ENAMETOOLONG, ENFILE,
        ENOENT,
        ENOEXEC, ENOMEM, EPERM, ETXTBSY)
        + ending("execve ENOTDIR", [.failing("execve", ENOTDIR)], ["failed exec ENOENT"])
        + ending(
          "execve of the first of two", [.failing("execve", ENOENT)], runs, { $0.programs = ["/bin/sh", "/bin/sh"] })
        + failed(.exec, "execve", EIO, with: { $0.programs = ["/bin/sh", "/bin/sh"] })
        + failed(.exec, "execve", EACCES, times: nil, with: { $0.programs = ["/bin/sh", "/bin/sh"] })
    }

    /// What is to be heard of it does not get through, or not at once.
    static var onTheWayBack: [StartAttempt] {
      let missing = KernelFault.failing("execve", ENOENT)
      let unheard = ["spawned", "exited exit 127"]
      return ending("write of the report", [missing, .failing("write", EIO)], unheard)
        + ending("half a report", [missing, .shortening("write", to: 4)], unheard)
        + ending("the report in pieces", [missing, .shortening("read", to: 3)], ["failed exec ENOENT"])
        + ending("fcntl of the way back", [.failing("fcntl", EMFILE, after: 1)])
        + ending("close", [.failing("close", EIO, times: nil)])
        + ending("read EINTR", [.failing("read", EINTR, times: 3)])
        + ending("read EAGAIN", [.failing("read", EAGAIN)])
        + ending("read EIO", [.failing("read", EIO)], ["anomaly"] + runs)
        + ending("waitid EINTR", [.failing("waitid", EINTR, times: 2)])
        + ending("epoll_pwait2 EINTR", [.failing("epoll_pwait2", EINTR, times: 5)])
        + refused("epoll_ctl", ENOSPC, ENOMEM, as: "kevent")
        + ending(
          "epoll_ctl of the report", [.failing("read", EAGAIN), .failing("epoll_ctl", ENOSPC, after: 1)],
          ["anomaly"] + runs)
    }

    func run() throws -> Outcome {
      let trace = temporaryPath("starts")
      defer { try? Files.remove(trace) }
      let loop = try EventLoop()
      let table = try ProcessTable(loop: loop, starter: LocalStarter())
      var events: [String] = []
      table.onAnomaly = { _ in events.append("anomaly") }
      table.onEvent = { event in
        events.append(Self.word(event))
        table.note(event)
      }
      var plan = LaunchBench.shell("echo >>\"$0\"", [trace])
      adjust?(&plan)
      let before = Self.openDescriptors()
      let isOver = { !Self.isUnderWay(events) && Self.children().isEmpty && Self.openDescriptors() <= before }
      let (isInTime, hits) = try withFaults(faults) {
        table.start(plan, for: Self.purpose, output: nil) {
          SpawnFailure(stage: "\($0.stage)", errno: $0.code, message: "")
        }
        return (try turn(loop, table, until: isOver), faults.reduce(0) { $0 + KernelFault.struck($1.call) })
      }
      return Outcome(
        events: events, isInTime: isInTime, hits: hits, descriptorsLeft: Self.openDescriptors() - before,
        processesLeft: Self.children(),
        runs: (try? Files.read(trace))?.count ?? 0)
    }

    /// Until it is over, or has taken so long that it never will be.
    private func turn(_ loop: EventLoop, _ table: ProcessTable, until isOver: () -> Bool) throws -> Bool {
      let limit = Clock.now() + .seconds(20)
      while !isOver() {
        guard Clock.now() < limit else { return false }
        // What is killed before it is watched tells no queue of its end.
        _ = loop.schedule(at: Clock.now() + .milliseconds(10)) {}
        try loop.turn()
        table.reapOrphans()
      }
      return true
    }

    private static var purpose: ProcessPurpose {
      ProcessPurpose(
        key: ProcessKey(serial: 1), owner: ProcessOwner(Incarnation(ServiceID(1), serial: 1)), label: "main web",
        name: "web", rule: .init(StopRule()))
    }

    private static func word(_ event: Event) -> String {
      switch event {
      case .spawned: "spawned"
      case .spawnFailed(_, let failure) where failure.stage == "fork": "refused \(call(in: failure.message))"
      case .spawnFailed(_, let failure): "failed \(failure.stage) \(SystemError.name(of: failure.errno))"
      case .exited(_, let status): "exited \(status)"
      default: "other"
      }
    }

    /// `pipe EMFILE` of `cannot start a process: pipe /bin/sh: Too many open files (EMFILE)`.
    private static func call(in message: String) -> String {
      let words = message.split(whereSeparator: { " :()".contains($0) })
      return "\(words[4]) \(words[words.count - 1])"
    }

    private static func isUnderWay(_ events: [String]) -> Bool {
      !events.contains { $0.hasPrefix("refused") || $0.hasPrefix("failed") || $0.hasPrefix("exited") }
    }

    private static func openDescriptors() -> Int {
      // With the one that reads the list.
      (try? Files.names(in: "/proc/self/fd").count) ?? -1
    }

    /// Zombies among them.
    private static func children() -> [Int32] {
      guard let text = try? Files.read("/proc/thread-self/children") else { return [] }
      return String(decoding: text, as: UTF8.self).split(separator: " ").compactMap { Int32($0) }
    }
  }

#endif
