import CProc
import Supervision

extension HostJailKernel {
  /// As the supervisor's user, in `/`, with the standard error as its output. Found by the PATH of the environment, or the
  /// standard one.
  public mutating func run(_ command: Command, environment: [EnvironmentVariable]) throws(JailError) {
    guard let program = command.words.first else { return }
    var variables = VariableList()
    variables.set("PATH", StandardPath.value)
    variables.set(environment)
    let path = variables.text(of: "PATH") ?? StandardPath.value
    var plan = LaunchPlan(programs: LaunchPlan.candidates(for: program, path: path), arguments: command.words)
    plan.environment = variables.all.map(\.line)
    plan.descriptors = [.init(child: 1, parent: 2), .init(child: 2, parent: 2)]
    let attempt = "run \(command.words.joined(separator: " "))"
    let end: CommandEnd
    do throws(SystemError) {
      end = try CommandEnd(of: plan)
    } catch {
      throw JailError(attempt, code: error.code)
    }
    switch end {
    case .failed(let failure): throw JailError(attempt, code: failure.code)
    case .ended(.exited(0)): return
    case .ended(.exited(let status)): throw JailError("\(attempt): it exited with status \(status)")
    case .ended(.signaled(let signal, _)):
      throw JailError("\(attempt): it was ended by the signal \(SignalName.name(of: signal))")
    }
  }
}

/// How a command has ended that was waited for.
private enum CommandEnd {
  case ended(WaitStatus)
  /// It never became its program.
  case failed(LaunchFailure)

  init(of plan: LaunchPlan) throws(SystemError) {
    let null = try Descriptor.open("/dev/null")
    let spawned = try plan.spawn(nullDevice: null.number)
    let process = ProcessDescriptor(pid: spawned.pid, adopting: spawned.process)
    let report = LaunchReport(descriptor: Descriptor(adopting: spawned.report))
    // Nobody else knows of the process: it is reaped here, whatever happens.
    let waited = Result { () throws(SystemError) in try Self.wait(for: process, report) }
    _ = cproc_process_release(process.relinquish())
    self = try waited.get()
  }

  private static func wait(
    for process: borrowing ProcessDescriptor, _ report: borrowing LaunchReport
  ) throws(SystemError) -> CommandEnd {
    try check("poll", on: "\(process.pid)", cproc_process_wait(process.number))
    if case .failed(let failure) = try report.outcome() { return .failed(failure) }
    guard let status = try process.status() else { throw SystemError("poll", on: "\(process.pid)", code: EAGAIN) }
    return .ended(status)
  }
}
