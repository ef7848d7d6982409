import OrderedCollections
import Testing

@testable import Supervision

extension ServiceKey {
  /// A value that is not the default, and what has to stand beside it. A new key does not compile without one.
  fileprivate var sample: String {
    switch self {
    case .documentation: "a word"
    case .provision: "[p]"
    case .requirement, .wants, .after, .before, .conflicts, .restartWith, .onFailure: "[other]"
    case .autoStart: "no"
    case .oneShot, .transient, .protect, .noNewPrivileges: "yes"
    case .exec: "[/bin/y, z]"
    case .preconditions: "{ files = [/f] }"
    case .preStart, .postStart, .postStop: "[[/bin/h, 1]]"
    case .stop: "{ signal = INT; grace-period = 3s }"
    case .reload: "{ signal = HUP }"
    case .actions: "{ turn { signal = USR1 } }"
    case .respawn: "on-failure"
    case .respawnLimit: "{ count = 9; period = 1min }"
    case .respawnDelay: "{ first = 1s; factor = 3; most = 1min }"
    case .successExitCodes: "[0, 7]"
    case .startTimeout: "7s"
    case .orphan: "kill"
    case .ready: "{ alive-for = 2s }"
    case .workingDirectory, .chroot, .terminal, .log: "/x"
    case .umask: "027"
    case .environment: "{ A = 1 }"
    case .environmentFile: "[/e]"
    case .inheritEnvironment: "[LANG]"
    case .user, .group, .loginClass: "www"
    case .groups: "[www]"
    case .nice: "5"
    case .limits: "{ open-files = [10, 20] }"
    case .resources: "{ memory = 1g }"
    case .cpus: "[0, 2-3]"
    case .fib: "1"
    case .jail: "{ hostname = h }"
    case .instances: "[i]"
    }
  }

  fileprivate var companion: String { self == .resources ? "jail { }" : "" }
}

/// A key that is accepted and then ignored is a promise that nobody keeps.
@Suite("Every key of the language does something")
struct KeyCoverageTests {
  private static let keys = ServiceKey.allCases.filter { $0 != .instances }

  private func read(_ text: String) throws -> ServiceDefinition {
    let configuration = try loaded(load("\(text)\nservice other { exec = /bin/o; auto-start = no }"))
    return try #require(configuration.services["x"])
  }

  private func pair(_ key: ServiceKey) throws -> (bare: ServiceDefinition, said: ServiceDefinition) {
    let exec = key == .exec ? "" : "exec = /bin/x"
    return (
      try read("service x { exec = /bin/x; \(key.companion) }"),
      try read("service x { \(exec)\n \(key.companion)\n \(key.rawValue) = \(key.sample)\n }")
    )
  }

  @Test("a value of it changes the definition, and nothing but what it says", arguments: keys)
  func changes(_ key: ServiceKey) throws {
    let (bare, said) = try pair(key)
    #expect(!bare.means(said))
    var expected: Set = [key.rawValue]
    // What a one-shot does takes as long as it takes; a class has a umask of its own.
    if key == .oneShot { expected.insert("start-timeout") }
    if key == .loginClass { expected.insert("umask") }
    #expect(Set(bare.keys(differingFrom: said)) == expected)
  }

  @Test("it is shown, with its place, and survives the round trip", arguments: keys)
  func shown(_ key: ServiceKey) throws {
    let (_, said) = try pair(key)
    let line = said.uclText().split(separator: "\n").first { $0.hasPrefix("  \(key.rawValue) ") }
    #expect(line?.contains("# test.ucl:3") == true || line?.contains("# test.ucl:4") == true, "\(said.uclText())")
    let again = try read(said.uclText())
    #expect(again.means(said), "\(again.keys(differingFrom: said))")
  }

  @Test("an override reaches it", arguments: keys)
  func override(_ key: ServiceKey) throws {
    let (_, said) = try pair(key)
    let overridden = try read(
      "service x { exec = /bin/x; \(key.companion) }\n"
        + "service x { override = true\n \(key.rawValue) = \(key.sample)\n }"
    )
    #expect(overridden.means(said), "\(overridden.keys(differingFrom: said))")
  }

  @Test("defaults reach it, where they may have it", arguments: keys.filter(\.fitsDefaults))
  func defaults(_ key: ServiceKey) throws {
    guard key != .exec, !ServiceKey.references.contains(key) || key == .jail else { return }
    let (_, said) = try pair(key)
    let service = try read(
      "defaults { \(key.rawValue) = \(key.sample)\n }\nservice x { exec = /bin/x; \(key.companion) }")
    #expect(service.means(said), "\(service.keys(differingFrom: said))")
  }

  @Test("whether a change of it needs a restart is known", arguments: keys)
  func restart(_ key: ServiceKey) throws {
    let (bare, said) = try pair(key)
    #expect(bare.startsLike(said) == key.countsAtOnce)
  }

  @Test("instances are those of a template")
  func instances() throws {
    let configuration = try loaded(
      load("service \"x@\" { exec = /bin/x; instances = \(ServiceKey.instances.sample) }"))
    #expect(configuration.templates["x@"]?.instances == ["i"])
    #expect(configuration.services["x@i"]?.autoStart == true)
  }
}
