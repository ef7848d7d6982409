import Supervision

/// Turns a definition into a launch plan: looks for programs, reads environment files, opens logs, and reads the accounts of a
/// jail's own tree. The accounts and the login class of the host are among the answers that a worker has looked up for the run
/// (`Preparations`); what is not among them is looked up here.
///
/// All of it is done before the fork, and anew for each run of a service, so that an account made later is found.
final class Launcher {
  /// Where the output of services goes that do not say otherwise.
  var logDirectory: String
  /// The limit of open files that the supervisor itself was started with: what a child gets back.
  private let openFiles: OpenFiles
  private let nullDevice: Descriptor
  private let ownEnvironment: [Variable]
  /// The supervisor's own account does not change while it runs.
  private let ownIdentity: ServiceIdentity

  init(logDirectory: String, openFiles: OpenFiles) throws(SystemError) {
    self.logDirectory = logDirectory
    self.openFiles = openFiles
    nullDevice = try Descriptor.open("/dev/null", .append)
    ownEnvironment = Host.environment.compactMap { Variable(line: $0) }
    ownIdentity = ServiceIdentity(account: try Account.find(user: Host.user))
  }

  /// The command of a role, and whether it runs as the supervisor's user.
  static func hook(_ role: ProcessRole, of definition: ServiceDefinition) -> Hook? {
    switch role {
    case .main: return definition.exec.map { Hook($0) }
    case .preStart(let index): return definition.preStart.indices.contains(index) ? definition.preStart[index] : nil
    case .postStart(let index): return definition.postStart.indices.contains(index) ? definition.postStart[index] : nil
    case .postStop(let index): return definition.postStop.indices.contains(index) ? definition.postStop[index] : nil
    case .stopCommand: return definition.stop.exec
    case .reload:
      if case .exec(let hook, _) = definition.reload { return hook }
      return nil
    case .action(let index):
      guard definition.actions.indices.contains(index) else { return nil }
      if case .exec(let hook, _) = definition.actions[index].reaction { return hook }
      return nil
    }
  }

  /// Makes the plan of a process; its standard output and error are still to be promised.
  ///
  /// - Parameter answers: what was looked up before; what is not among it is looked up now.
  func plan(
    _ role: ProcessRole, of definition: ServiceDefinition, in place: JailPlace? = nil, arguments: [String],
    mark: String, _ answers: HostAnswers = HostAnswers()
  ) throws(SpawnFailure) -> LaunchPlan {
    guard let hook = Self.hook(role, of: definition), let program = hook.command.words.first else {
      throw SpawnFailure(stage: "program", errno: 0, message: "the definition has no \(role) any more")
    }
    let attributes = definition.process
    // Nothing that belongs into a jail ever runs outside it.
    guard hook.asSupervisor || place != nil || !attributes.hasRare || attributes.rare.jail == nil else {
      throw SpawnFailure(
        stage: "jail", errno: 0,
        message: "the jail of \(definition.name) is there only while its processes run; "
          + "with `user = root` the command runs on the host")
    }
    let identity = try hook.asSupervisor ? ownIdentity : identity(of: attributes, in: place, answers)
    let loginClass = try hook.asSupervisor ? nil : LoginClass(of: attributes, answers)
    let environment = try environment(of: attributes, identity: identity, loginClass, mark: mark)
    let path = environment.text(of: "PATH") ?? StandardPath.value
    var candidates = LaunchPlan.candidates(for: program, path: path)
    // Only the kernel, with the process inside, follows the links of another root as they are meant.
    let isInside = (attributes.rare.chroot != nil || place?.isOnHostFiles == false) && !hook.asSupervisor
    if !isInside { candidates = try Self.executable(program, among: candidates) }
    var plan = LaunchPlan(programs: candidates, arguments: hook.command.words + arguments)
    plan.environment = environment.all.map(\.line)
    plan.workingDirectory = attributes.workingDirectory
    plan.umask = attributes.umask ?? loginClass?.umask ?? 0o022
    plan.credentials = identity.credentials
    plan.openFiles = openFiles
    if attributes.hasRare { surround(&plan, attributes.rare, role, in: place, asSupervisor: hook.asSupervisor) }
    if let loginClass { plan.take(loginClass) }
    return plan
  }

  /// In a jail with a root of its own the names of users are those of its tree.
  private func identity(
    of attributes: ProcessAttributes, in place: JailPlace?, _ answers: HostAnswers
  ) throws(SpawnFailure) -> ServiceIdentity {
    guard let root = place?.accountRoot else {
      return try ServiceIdentity(of: attributes, own: ownIdentity, accounts: AnsweredAccounts(answers: answers))
    }
    let accounts: TreeAccounts
    do {
      accounts = try TreeAccounts(root: root)
    } catch {
      throw SpawnFailure(stage: "user", error, "cannot read \(error.subject ?? root): \(error.text)")
    }
    return try ServiceIdentity(of: attributes, own: ownIdentity, accounts: accounts)
  }

  /// A command that runs as the supervisor on the host has none of what confines the service; its terminal is the main
  /// process's alone.
  private func surround(
    _ plan: inout LaunchPlan, _ attributes: RareAttributes, _ role: ProcessRole, in place: JailPlace?,
    asSupervisor: Bool
  ) {
    guard !asSupervisor else {
      // The service's directory lies in another root.
      if attributes.hasOwnRoot { plan.workingDirectory = "/" }
      return
    }
    plan.jail = place?.jail.jid
    plan.root = attributes.chroot
    plan.nice = attributes.nice
    plan.cpus = attributes.cpus
    plan.fib = attributes.fib
    plan.isProtected = attributes.protects
    plan.noNewPrivileges = attributes.noNewPrivileges
    plan.limits = attributes.limits.map { limit in
      let current = Host.limit(of: limit.resource)?.hard ?? ResourceLimit.unlimited
      return LaunchPlan.Limit(limit.resource, soft: limit.soft, hard: limit.hard(over: current))
    }
    if case .main = role { plan.terminal = attributes.terminal }
  }

  /// The candidates, if one of them can be executed; else the reason, before anything is forked.
  private static func executable(_ program: String, among candidates: [String]) throws(SpawnFailure) -> [String] {
    var worst: SystemError?
    for candidate in candidates {
      do throws(SystemError) {
        try Files.checkProgram(candidate)
        return [candidate]
      } catch {
        if worst == nil || error.code != SystemError.notFound { worst = error }
      }
    }
    let code = worst?.code ?? SystemError.notFound
    let message =
      switch code {
      case SystemError.notFound where candidates.count == 1: "the program \(program) does not exist"
      case SystemError.notFound: "the program \(program) is in no directory of PATH"
      case SystemError.accessDenied: "the program \(worst?.subject ?? program) is not executable"
      case SystemError.isDirectory: "the program \(worst?.subject ?? program) is a directory"
      default: "the program \(program) cannot be executed: \(SystemError.text(of: code))"
      }
    throw SpawnFailure(stage: "program", errno: code, message: message)
  }

  // MARK: Environment

  private func environment(
    of attributes: ProcessAttributes, identity: ServiceIdentity, _ loginClass: LoginClass?, mark: String
  ) throws(SpawnFailure) -> VariableList {
    var variables = VariableList()
    switch attributes.inheritEnvironment {
    case .none: break
    case .all: variables.set(ownEnvironment)
    case .only(let names): variables.set(ownEnvironment.filter { names.contains($0.name) })
    }
    if !variables.contains("PATH") { variables.set("PATH", StandardPath.value) }
    if let loginClass { variables.set(loginClass, of: identity) }
    variables.set(identity.variables)
    for file in attributes.environmentFiles { variables.set(try Self.read(file)) }
    variables.set(attributes.environment)
    if let name = Subtree.markVariable { variables.set(name, mark) }
    return variables
  }

  private static func read(_ path: String) throws(SpawnFailure) -> [Variable] {
    let bytes: [UInt8]
    do {
      bytes = try Files.read(path, limit: EnvironmentFile.mostBytes)
    } catch {
      throw SpawnFailure(
        stage: "environment-file", error,
        "cannot read the environment file \(path): \(error.readingText(limit: EnvironmentFile.mostBytes))")
    }
    switch EnvironmentFile.parse(bytes) {
    case .success(let variables): return variables
    case .failure(let mistake):
      throw SpawnFailure(
        stage: "environment-file", errno: 0, message: "\(path):\(mistake.line): \(mistake.message)")
    }
  }

  // MARK: Output

  /// Opens what standard output and error go to, and promises it to the process.
  ///
  /// - Returns: the open log, to be kept until the process is started.
  func attachLog(of definition: ServiceDefinition, to plan: inout LaunchPlan) throws(SpawnFailure) -> Descriptor? {
    guard plan.terminal == nil else { return nil }
    let path: String
    switch definition.log {
    case .none:
      promise(nullDevice.number, nullDevice.number, to: &plan)
      return nil
    case .inherit:
      promise(1, 2, to: &plan)
      return nil
    case .automatic: path = "\(logDirectory)/\(definition.name).log"
    case .file(let file): path = file
    }
    if definition.log == .automatic { makeLogDirectoryAgain() }
    let log = try ServiceLog.open(path, definition.process.hasRare ? definition.process.rare.logRights : nil)
    promise(log.number, log.number, to: &plan)
    return log
  }

  /// When somebody has removed it; what keeps it from being made is told by who opens a log in it.
  private func makeLogDirectoryAgain() {
    guard (try? Files.status(logDirectory)) == nil else { return }
    try? Files.makeDirectory(logDirectory, permissions: 0o750)
  }

  func promise(_ output: Int32, _ error: Int32, to plan: inout LaunchPlan) {
    plan.descriptors.append(LaunchPlan.Promise(child: 1, parent: output))
    plan.descriptors.append(LaunchPlan.Promise(child: 2, parent: error))
  }

  // MARK: Failures between fork and exec

  /// Puts a failed stage into words.
  static func describe(
    _ failure: LaunchFailure, _ definition: ServiceDefinition, program: String, jail: Int32? = nil
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
    return SpawnFailure(stage: "\(failure.stage)", errno: failure.code, message: message)
  }

  /// Of another root nothing can be seen from here.
  private static func scriptTrouble(
    _ program: String, _ failure: LaunchFailure, _ attributes: RareAttributes
  ) -> String? {
    guard attributes.chroot == nil, attributes.jail?.hasOwnRoot != true else { return nil }
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
    let limit = attributes.limits[position]
    let hard = limit.hard.map { ", \(ResourceLimit.text($0))" } ?? ""
    return "\(limit.resource.rawValue) = \(ResourceLimit.text(limit.soft))\(hard)"
  }
}

extension RareAttributes {
  /// Whether the service's paths lie in another root than the supervisor's.
  fileprivate var hasOwnRoot: Bool { chroot != nil || jail?.hasOwnRoot == true }
}
