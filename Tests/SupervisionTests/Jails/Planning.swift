import Testing

@testable import Supervision

/// Plans of one service `web` on a small host, for tests of one subject each.
enum Planning {
  static let stateDirectory = "/var/db/fruix-shepherd"
  static let ephemeralRoot = "/var/db/fruix-shepherd/jails/web/root"

  static var host: FakeTree {
    FakeTree(
      directories: [
        "/bin", "/usr/share/doc", "/usr/local/lib", "/data/sub", "/tmp", "/var/db/fruix-shepherd/jails",
        "/jails/web/usr/share", "/jails/web/dev", "/jails/web/tmp", "/jails/web/data",
      ],
      files: ["/bin/sh", "/usr/share/file", "/etc/resolv.conf", "/jails/web/etc/resolv.conf"],
      links: ["/usr/local/lib/libx.so": "libx.so.3"])
  }

  /// A jail with an ephemeral root.
  static func ephemeral(_ change: (inout JailDefinition) -> Void = { _ in }) -> JailDefinition {
    var jail = JailDefinition()
    jail.root = .ephemeral(size: nil)
    change(&jail)
    return jail
  }

  /// A jail in `/jails/web`.
  static func directory(_ change: (inout JailDefinition) -> Void = { _ in }) -> JailDefinition {
    var jail = JailDefinition()
    jail.path = "/jails/web"
    change(&jail)
    return jail
  }

  static func plan(
    _ jail: JailDefinition?, resources: [ResourceRule] = [], on host: FakeTree = Planning.host
  ) throws(JailRefusal) -> JailPlan? {
    var definition = ServiceDefinition(name: "web", .process, exec: Command(["/bin/sh"]))
    definition.process.rare.jail = jail
    definition.process.rare.resources = resources
    return try JailPlanner(facts: host, stateDirectory: stateDirectory).plan(definition)
  }

  static func steps(
    _ jail: JailDefinition, resources: [ResourceRule] = [], on host: FakeTree = Planning.host
  ) throws -> [JailStep] {
    try #require(try plan(jail, resources: resources, on: host)).steps
  }

  /// The mounts of a plan, without the tmpfs of an ephemeral root: what, and where inside.
  static func mounts(_ jail: JailDefinition, on host: FakeTree = Planning.host) throws -> [String] {
    let plan = try #require(try plan(jail, on: host))
    return plan.steps.compactMap { step in
      guard case .mount(let mount) = step, !mount.target.components.isEmpty else { return nil }
      let place = AbsolutePath.text(mount.target.components)
      switch mount.kind {
      case .nullfs(let from, let isReadOnly): return "\(from) on \(place) \(isReadOnly ? "ro" : "rw")"
      case .nullfsFile(let from, let isReadOnly, let mayCopy):
        return "file \(from) on \(place) \(isReadOnly ? "ro" : "rw")" + (mayCopy ? " or copy" : "")
      default: return "\(mount.fileSystem) on \(place)"
      }
    }
  }

  /// Why there is no plan.
  static func reasons(_ jail: JailDefinition, on host: FakeTree = Planning.host) -> [String] {
    do throws(JailRefusal) {
      _ = try plan(jail, on: host)
      return []
    } catch {
      return error.reasons
    }
  }

  static func parameters(_ jail: JailDefinition) throws -> [String: JailParameter.Value] {
    for case .jail(let parameters) in try steps(jail) {
      return Dictionary(uniqueKeysWithValues: parameters.map { ($0.name, $0.value) })
    }
    throw JailRefusal(reasons: ["no jail"])
  }
}
