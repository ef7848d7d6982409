import CProc
import Supervision

/// Tries each kernel facility that the supervisor rests on, and leaves nothing behind.
public struct Probe {
  /// Why there is no report.
  public enum Failure: Error {
    /// A signal has come; what was made is removed.
    case interrupted(Int32)
    case system(SystemError)
    /// Something of this directory could not be removed.
    case leftover(String, SystemError)
  }

  private let system: ProbedSystem
  private let isRoot: Bool
  private let place: String

  /// - Parameter place: where the temporary directory is made; the file system that is tried.
  public init(in place: String, system: ProbedSystem = .current, asRoot: Bool = Host.user == 0) {
    self.place = place
    self.system = system
    isRoot = asRoot
  }

  /// TMPDIR, if it is absolute: mount points have to be.
  public static var usualPlace: String {
    guard let directory = Host.environmentValue("TMPDIR"), directory.hasPrefix("/") else { return "/tmp" }
    return directory
  }

  /// Makes all trials. From the first one on the signals heeded end it by a ``Failure``, and nothing else.
  ///
  /// - Parameters:
  ///   - facilities: what is tried; all that there is, unless somebody needs only some.
  ///   - signals: those that end it.
  public func run(
    _ facilities: [Facility]? = nil,
    heeding signals: [Int32] = [HostSignal.terminate, HostSignal.interrupt, HostSignal.hangup]
  ) throws(Failure) -> ProbeReport {
    let run: ProbeRun
    let directory: String
    do throws(SystemError) {
      run = ProbeRun(loop: try EventLoop())
      try run.heed(signals)
      directory = try Files.makeTemporaryDirectory("\(place)/fruix-shepherd-probe")
    } catch {
      throw .system(error)
    }
    let outcome = report(on: facilities ?? Facility.lines(on: system), by: run, below: directory)
    do throws(SystemError) { try Files.removeTree(directory) } catch { throw .leftover(directory, error) }
    return try outcome.get()
  }

  private func report(
    on facilities: [Facility], by run: ProbeRun, below directory: String
  ) -> Result<ProbeReport, Failure> {
    var report = ProbeReport(lines: [])
    for (number, facility) in facilities.enumerated() {
      let place = "\(directory)/\(number)"
      do {
        try Files.makeDirectory(place, permissions: 0o700)
        defer { cproc_probe_tidy(place) }
        let finding = try run.finding(of: facility, on: system, asRoot: isRoot, in: place)
        report.lines.append(ProbeReport.Line(facility, finding))
      } catch let error as SystemError {
        return .failure(.system(error))
      } catch let interruption as ProbeRun.Interrupted {
        return .failure(.interrupted(interruption.signal))
      } catch {
        return .failure(.system(SystemError("probe", code: EINVAL)))
      }
    }
    return .success(report)
  }

  /// The lines of what the supervisor cannot do without and this kernel has not; they need no directory and no root.
  static func missing(loop: EventLoop, on system: ProbedSystem = .current) -> [ProbeReport.Line] {
    let run = ProbeRun(loop: loop)
    let lines = Facility.essential(on: system).map { facility -> ProbeReport.Line in
      // No signal is heeded: nothing interrupts.
      let finding = try? run.finding(of: facility, on: system, asRoot: false, in: "/")
      return ProbeReport.Line(facility, finding ?? .failed("interrupted"))
    }
    return ProbeReport(lines: lines).missing(on: system)
  }
}

extension Probe {
  /// Tries what definitions need of the kernel.
  ///
  /// - Returns: the lines of what does not work. Nothing is tried on a system that has none of it: definitions say that themselves.
  func failures(of facilities: [KernelFacility]) throws(Failure) -> [KernelFacility: String] {
    let wanted = facilities.compactMap { facility in
      Facility(rawValue: "root.\(facility.rawValue)").map { (facility, $0) }
    }.filter { $0.1.home == system }
    guard isRoot, !wanted.isEmpty else { return [:] }
    // SIGHUP asks the supervisor to read its configuration, which it does as soon as it runs.
    let report = try run(wanted.map(\.1), heeding: [HostSignal.terminate, HostSignal.interrupt])
    var failures: [KernelFacility: String] = [:]
    for (facility, line) in zip(wanted.map(\.0), report.lines) where line.finding != .works {
      failures[facility] = line.text
    }
    return failures
  }
}

extension Files {
  /// mkdtemp(3).
  ///
  /// - Parameter prefix: the path without what makes it unique.
  static func makeTemporaryDirectory(_ prefix: String) throws(SystemError) -> String {
    var template = "\(prefix).XXXXXX".utf8CString
    let made = template.withUnsafeMutableBufferPointer { buffer -> Int32 in
      guard let start = buffer.baseAddress else { return -1 }
      return cproc_directory_make_temporary(start)
    }
    try check("mkdtemp", on: "\(prefix).XXXXXX", made)
    return template.withUnsafeBytes { String(decoding: $0.dropLast(), as: UTF8.self) }
  }

  /// Removes a directory and all below it, on its own file system only: what is mounted in it is not touched, and is
  /// an error (`EXDEV`).
  static func removeTree(_ path: String) throws(SystemError) {
    let root = try status(path, followingLink: false)
    try removeTree(path, device: root.device)
  }

  private static func removeTree(_ path: String, device: UInt64) throws(SystemError) {
    let found = try status(path, followingLink: false)
    guard found.device == device else { throw SystemError("rmdir", on: path, code: EXDEV) }
    guard found.kind == .directory else { return try remove(path) }
    for name in try names(in: path) { try removeTree("\(path)/\(name)", device: device) }
    try removeDirectory(path)
  }
}
