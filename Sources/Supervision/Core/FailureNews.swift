import UCL

/// The failure of a service, as the services of its `on-failure` are told it.
public struct FailureNews: Sendable, Equatable {
  public var service: String
  public var cause: FailureCause

  public init(service: String, cause: FailureCause) {
    self.service = service
    self.cause = cause
  }

  /// In the environment of all that is started for it.
  public var variables: [EnvironmentVariable] {
    var variables = [
      EnvironmentVariable(name: "FRUIX_FAILED_SERVICE", value: service),
      EnvironmentVariable(name: "FRUIX_FAILED_CAUSE", value: "\(cause)".printable),
    ]
    switch cause.exitStatus {
    case .exited(let code)?: variables.append(EnvironmentVariable(name: "FRUIX_FAILED_EXIT", value: "\(code)"))
    case .signaled(let number, _)?:
      variables.append(EnvironmentVariable(name: "FRUIX_FAILED_EXIT", value: SignalName.name(of: number)))
    case .unknown?, nil: break
    }
    return variables
  }
}

extension FailureCause {
  /// How the process ended whose end it was.
  var exitStatus: ExitStatus? {
    switch self {
    case .exited(let status), .exitedBeforeReady(let status), .background(let status), .hook(_, let status): status
    case .respawnLimit(_, _, let last): last.exitStatus
    case .lacks, .spawn, .jail, .jailLeft, .hookTimeout, .leftProcesses, .startTimeout, .requirement,
      .awaits, .unkillable:
      nil
    }
  }
}
