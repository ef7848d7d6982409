import Supervision

// Failures between fork and exec, in words.
extension Launcher {
  /// Puts a failed stage into words.
  ///
  /// - Parameter limits: those of the launch: the service's own, then those of its login class.
  static func describe(
    _ failure: LaunchFailure, _ definition: ServiceDefinition, program: String, jail: Int32? = nil,
    limits: [LaunchPlan.Limit] = []
  ) -> SpawnFailure {
    let reason = SystemError.text(of: failure.code)
    let attributes = definition.process
    let rare = attributes.rare
    let message =
      switch failure.stage {
      case .session: "cannot start a session: \(reason)"
      case .terminal: "cannot open the terminal \(rare.terminal ?? ""): \(reason)"
      case .descriptors: "cannot arrange the descriptors: \(reason)"
      case .fib where failure.code == SystemError.invalidArgument:
        "there is no routing table (fib) \(rare.fib ?? 0); a jail with a network stack of its own (vnet) has only 0"
      case .fib: "cannot choose the routing table (fib) \(rare.fib ?? 0): \(reason)"
      case .limits: "cannot set the limit \(limit(failure.limit, of: rare)): \(reason)"
      case .priority: "cannot set nice to \(rare.nice ?? 0): \(reason)"
      case .cpus: "cannot run on the CPUs \(rare.cpuRanges.joined(separator: ", ")): \(reason)"
      case .protection: "cannot be protected against a lack of memory: \(reason)"
      case .close: "cannot close the supervisor's descriptors: \(reason)"
      case .jail where failure.code == SystemError.deadlock && !rare.cpus.isEmpty:
        "cannot enter the jail \(jailName(of: definition)): \(processors(of: rare, miss: jail))"
      case .jail: "cannot enter the jail \(jailName(of: definition)): \(reason)"
      case .chroot: "cannot change the root to \(rare.chroot ?? ""): \(reason)"
      case .directory: "cannot change to the directory \(attributes.workingDirectory)\(inside(rare)): \(reason)"
      case .groups: "cannot set the supplementary groups: \(reason)"
      case .group: "cannot change to the group \(attributes.group ?? "of user \(attributes.user ?? "")"): \(reason)"
      case .user: "cannot change to the user \(attributes.user ?? ""): \(reason)"
      case .signals: "cannot reset the signals: \(reason)"
      case .privileges: "cannot refuse new privileges: \(reason)"
      case .exec: scriptTrouble(program, failure, rare) ?? "cannot execute \(program)\(inside(rare)): \(reason)"
      }
    let own = ownLimit(behind: failure, limits, of: rare)
    return SpawnFailure(
      stage: "\(failure.stage)", errno: failure.code,
      message: message + (own.map { "; the limit \($0) allows no more" } ?? ""),
      isPassing: own == nil && SystemError.isPassing(failure.code))
  }

  /// The limit of the service's own, or of its login class, that the kernel may have counted when it refused: what that allows too
  /// little of is no lack of the host, and does not come back by itself. Linux says EAGAIN to the exec of a user who has as many
  /// processes as allowed.
  private static func ownLimit(
    behind failure: LaunchFailure, _ limits: [LaunchPlan.Limit], of attributes: RareAttributes
  ) -> String? {
    // Before that stage none has been set.
    guard failure.stage.rawValue > LaunchStage.limits.rawValue else { return nil }
    let suspects: [LimitedResource] =
      switch failure.code {
      case SystemError.tryAgain: [.processes]
      // Nothing is locked into memory between fork and exec.
      case SystemError.noMemory: [.addressSpace, .data, .stack]
      case SystemError.tooManyOpenFiles: [.openFiles]
      default: []
      }
    let found = limits.indices.first {
      suspects.contains(limits[$0].resource) && limits[$0].soft != ResourceLimit.unlimited
    }
    guard let found else { return nil }
    if attributes.limits.indices.contains(found) { return "\(text(of: attributes.limits[found])) of the service" }
    let limit = ResourceLimit(limits[found].resource, soft: limits[found].soft)
    return "\(text(of: limit)) of the login class \(attributes.loginClass ?? "")"
  }

  /// Of another root nothing can be seen from here.
  private static func scriptTrouble(
    _ program: String, _ failure: LaunchFailure, _ attributes: RareAttributes
  ) -> String? {
    guard !attributes.hasOwnRoot else { return nil }
    switch failure.code {
    case SystemError.notFound:
      return ScriptInterpreter.complaint(about: program).map { "cannot execute \(program): \($0)" }
    case SystemError.noExecutable:
      return "cannot execute \(program): it is no program of this system, and no script that begins with `#!`"
    default: return nil
    }
  }

  /// The one that it makes, or that it is said to enter; of a shared one, the service that makes it.
  private static func jailName(of definition: ServiceDefinition) -> String {
    let jail = definition.process.rare.jail
    return definition.jailName ?? jail?.enter ?? jail?.sharedWith.map { "of \($0)" } ?? ""
  }

  /// jail_attach(2) says EDEADLK to a process that has none of the jail's CPUs (docs/FREEBSD.md).
  private static func processors(of attributes: RareAttributes, miss jail: Int32?) -> String {
    let own = "the CPUs of the service (\(attributes.cpuRanges.joined(separator: ", ")))"
    let found = jail.map { Host.cpus(ofJail: $0) } ?? []
    guard !found.isEmpty else { return "\(own) are none of the jail's" }
    var other = RareAttributes()
    other.cpus = found
    return "\(own) are none of the jail's (\(other.cpuRanges.joined(separator: ", ")))"
  }

  private static func inside(_ attributes: RareAttributes) -> String {
    let root = attributes.chroot.map { " inside the root \($0)" } ?? ""
    return attributes.jail == nil ? root : root + " inside the jail"
  }

  private static func limit(_ position: Int?, of attributes: RareAttributes) -> String {
    guard let position else { return "of open files" }
    guard attributes.limits.indices.contains(position) else {
      return "that the login class \(attributes.loginClass ?? "") has"
    }
    return text(of: attributes.limits[position])
  }

  private static func text(of limit: ResourceLimit) -> String {
    let hard = limit.hard.map { ", \(ResourceLimit.text($0))" } ?? ""
    return "\(limit.resource.rawValue) = \(ResourceLimit.text(limit.soft))\(hard)"
  }
}
