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

  /// Makes the plan of a process; its standard output and error are still to be promised.
  ///
  /// - Parameters:
  ///   - news: of the failure that it is started for, if it is.
  ///   - answers: what was looked up before; what is not among it is looked up now.
  func plan(
    _ role: ProcessRole, of definition: ServiceDefinition, in place: JailPlace? = nil, arguments: [String],
    mark: String, news: FailureNews? = nil, _ answers: HostAnswers = HostAnswers()
  ) throws(SpawnFailure) -> LaunchPlan {
    guard let hook = definition.command(of: role), let program = hook.command.words.first else {
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
    let environment = try environment(of: attributes, identity: identity, loginClass, mark: mark, news: news)
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
    of attributes: ProcessAttributes, identity: ServiceIdentity, _ loginClass: LoginClass?, mark: String,
    news: FailureNews?
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
    if let news { variables.set(news.variables) }
    for file in attributes.environmentFiles { variables.set(try EnvironmentFile.read(file)) }
    variables.set(attributes.environment)
    if let name = Subtree.markVariable { variables.set(name, mark) }
    return variables
  }

  // MARK: Output

  /// Opens what standard output and error go to, and promises it to the process.
  ///
  /// - Parameter answers: what was looked up before; what is not among it is looked up now.
  /// - Returns: the open log, to be kept until the process is started.
  func attachLog(
    of definition: ServiceDefinition, to plan: inout LaunchPlan, _ answers: HostAnswers = HostAnswers()
  ) throws(SpawnFailure) -> Descriptor? {
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
    let rights = definition.process.hasRare ? definition.process.rare.logRights : nil
    let accounts = AnsweredAccounts(answers: answers)
    let log = try ServiceLog.open(path, isNamed: definition.log != .automatic, rights, accounts)
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
}
