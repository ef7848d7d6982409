/// Turns what a service says of its jail into the list of steps that make it.
///
/// Nothing is done here, and nothing is tried: a plan is a function of the definition and of what the host looks like. What
/// docs/FREEBSD.md lists of the traps is refused here where it can be seen, with a reason; whoever carries the plan out looks again,
/// since the host may have changed.
///
/// - ``PlanRun`` collects steps and reasons, and knows how mounts are placed;
/// - ``ExposedPathList`` decides what is seen inside, ``LibrarySearch`` what a program needs;
/// - ``JailParameterList`` makes the parameters of jail_set(2).
public struct JailPlanner {
  private let facts: any JailFacts
  private let stateDirectory: String

  /// - Parameter stateDirectory: the supervisor's own, below which ephemeral roots lie.
  public init(facts: any JailFacts, stateDirectory: String) {
    self.facts = facts
    self.stateDirectory = stateDirectory
  }

  /// The directory that the supervisor makes once, and that ephemeral roots lie in. The plan expects it to be there.
  public static func directory(in stateDirectory: String) -> String {
    AbsolutePath.join(stateDirectory, ["jails"])
  }

  /// The plan of the jail that a service makes.
  ///
  /// - Returns: `nil` when the service makes none: it has no jail, shares another's, or enters one that is there.
  public func plan(_ definition: ServiceDefinition) throws(JailRefusal) -> JailPlan? {
    guard let name = definition.jailName, let jail = definition.process.rare.jail else { return nil }
    var run = try root(of: definition, jail)

    let network = jail.network
    for alias in network?.aliases ?? [] { run.add(.alias(alias)) }
    if let epair = network?.epair {
      run.add(.epair(hostAddresses: epair.hostAddresses, bridge: epair.bridge))
    }
    if !jail.hooks.prestart.isEmpty { run.add(.commands(.prestart, jail.hooks.prestart)) }
    if !jail.hooks.poststop.isEmpty { run.add(.counterparts(.poststop, jail.hooks.poststop)) }
    let parameters = JailParameterList(
      of: jail, name: name, isServiceJail: run.isServiceJail, devicesRuleset: run.devicesRuleset)
    run.reasons += parameters.reasons
    run.add(.jail(parameters.all))
    for interface in network?.interfaces ?? [] { run.add(.interface(interface)) }
    // Also without a pair: nobody else brings up the loopback of a new network stack.
    if network?.kind == .vnet {
      run.add(.network(jailAddresses: network?.epair?.jailAddresses ?? [], gateways: network?.epair?.gateways ?? []))
    }
    for rule in definition.process.rare.resources { run.add(.rule(rule)) }
    if !jail.hooks.created.isEmpty { run.add(.commands(.created, jail.hooks.created)) }

    guard run.reasons.isEmpty else { throw JailRefusal(reasons: run.reasons) }
    return JailPlan(service: definition.name, jail: name, root: run.root, steps: run.steps)
  }

  /// What a service in the jail of `maker` will not find there, as clauses that name the key. Known only of an ephemeral root, which
  /// has what is declared and nothing else.
  public func notes(on definition: ServiceDefinition, inJailOf maker: ServiceDefinition) -> [String] {
    guard let jail = maker.process.rare.jail, jail.root != .directory, definition.process.rare.chroot == nil,
      let run = try? root(of: maker, jail)
    else { return [] }
    var notes: [String] = []
    let path = definition.process.environment.last { $0.name == "PATH" }?.value
    for (key, command) in definition.commandsInside {
      guard let program = command.words.first else { continue }
      let places = program.hasPrefix("/") ? [program] : path?.split(separator: ":").map { "\($0)/\(program)" } ?? []
      if !places.isEmpty, places.allSatisfy({ run.lacks($0) }) {
        notes.append("`\(key.rawValue)`: the program \(program) will not be in the jail; `expose` it")
      }
    }
    let directory = definition.process.workingDirectory
    if run.lacks(directory) {
      notes.append("`working-directory = \(directory)` will not be in the jail; `expose` or `mount` it")
    }
    return notes
  }

  /// The beginning of the plan: all that makes the root what it is.
  private func root(of definition: ServiceDefinition, _ jail: JailDefinition) throws(JailRefusal) -> PlanRun {
    var run = try PlanRun(
      facts: facts, root: root(of: jail, service: definition.name), stateDirectory: facts.resolved(stateDirectory))
    if !jail.hooks.release.isEmpty { run.add(.counterparts(.release, jail.hooks.release)) }
    if case .ephemeral(let size) = jail.root { run.makeEphemeralRoot(service: definition.name, size: size) }
    if run.isServiceJail {
      run.refuseMounts(of: jail)
    } else {
      run.expose(ExposedPathList(of: jail, facts: facts, stateDirectory: run.stateDirectory))
      for request in jail.mounts { run.mount(request) }
    }
    if run.isEphemeral { run.add(.seal(root: run.root)) }
    return run
  }

  /// Where the jail's root is, with the links of the host resolved: so the kernel names it too, in statfs(2) and jls(8).
  private func root(of jail: JailDefinition, service: String) throws(JailRefusal) -> PlanRun.Root {
    switch jail.root {
    case .ephemeral:
      guard jail.path == "/" else {
        throw JailRefusal(reasons: [
          "`path = \(jail.path)` beside `root = ephemeral`: an ephemeral root has a place of its own"
        ])
      }
      return .ephemeral(
        AbsolutePath.join(facts.resolved(Self.directory(in: stateDirectory)), [service, "root"]))
    case .directory:
      guard AbsolutePath.components(of: jail.path) != nil else {
        throw JailRefusal(reasons: ["`path = \(jail.path)` is not an absolute path without `..`"])
      }
      guard let real = facts.realPath(jail.path) else {
        throw JailRefusal(reasons: ["`path = \(jail.path)`: the directory does not exist"])
      }
      guard let status = facts.status(of: real, followingLink: true), status.kind == .directory else {
        throw JailRefusal(reasons: ["`path = \(jail.path)` is not a directory"])
      }
      return .directory(real, isOwn: status.isOwn(of: facts.supervisorUID))
    }
  }
}

extension ServiceDefinition {
  /// The commands that run in the service's jail, with the keys that have them.
  fileprivate var commandsInside: [(ServiceKey, Command)] {
    let hooks: [(ServiceKey, [Hook])] = [
      (.preStart, preStart), (.postStart, postStart), (.postStop, postStop), (.stop, stop.exec.map { [$0] } ?? []),
    ]
    let inside = hooks.flatMap { key, hooks in hooks.filter { !$0.asSupervisor }.map { (key, $0.command) } }
    return (exec.map { [(.exec, $0)] } ?? []) + inside
  }
}
