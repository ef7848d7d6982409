import OrderedCollections
import UCL

@testable import Supervision

/// A service with a process, to be refined by the words below. Whoever starts it by command does not wait to see whether it
/// stays up: time stands still in most tests.
func service(_ name: String) -> ServiceDefinition {
  var definition = ServiceDefinition(name: name, .process, exec: Command(["/bin/\(name)"]))
  definition.ready = .aliveFor(.zero)
  return definition
}

func oneShot(_ name: String) -> ServiceDefinition {
  var definition = service(name)
  definition.kind = .oneShot
  definition.ready = nil
  definition.startTimeout = nil
  return definition
}

/// A template of such services.
///
/// - Parameter keys: what else a file says of it.
func template(_ name: String, _ keys: String = "", isPackaged: Bool = false) -> Template {
  let text = "service \"\(name)\" { exec = \"/bin/\(name)${instance}\"; ready { alive-for = 0s }; \(keys) }"
  let loader = ConfigurationLoader(store: FakeStore(), facts: FakeHost())
  let source = Source(name: "test.ucl", text: text)
  guard case .success(let configuration) = loader.load([(source, isPackaged ? .packaged : .main)]),
    let template = configuration.templates[name]
  else { preconditionFailure("no template: \(text)") }
  return template
}

func group(_ name: String) -> ServiceDefinition {
  ServiceDefinition(name: name)
}

extension ServiceDefinition {
  func requires(_ names: String...) -> Self { with { $0.requirement += names } }
  func wants(_ names: String...) -> Self { with { $0.wants += names } }
  func after(_ names: String...) -> Self { with { $0.after += names } }
  func before(_ names: String...) -> Self { with { $0.before += names } }
  func conflicts(_ names: String...) -> Self { with { $0.conflicts += names } }
  func restartsWith(_ names: String...) -> Self { with { $0.restartWith += names } }
  func provides(_ names: String...) -> Self { with { $0.provision += names } }
  func onFailure(_ names: String...) -> Self { with { $0.onFailure += names } }
  func preStart(_ count: Int = 1) -> Self { with { $0.preStart = hooks("pre", count) } }
  func postStart(_ count: Int = 1) -> Self { with { $0.postStart = hooks("post", count) } }
  func postStop(_ count: Int = 1) -> Self { with { $0.postStop = hooks("clean", count) } }
  func stopCommand() -> Self { with { $0.stop.exec = hooks("stop", 1).first } }
  func gracePeriod(_ duration: Duration) -> Self { with { $0.stop.gracePeriod = duration } }
  /// As a definition is that says nothing about readiness.
  func tried() -> Self { with { $0.ready = nil } }
  func aliveFor(_ duration: Duration) -> Self { with { $0.ready = .aliveFor(duration) } }
  func startTimeout(_ duration: Duration?) -> Self { with { $0.startTimeout = duration } }
  func killsMainOnly() -> Self { with { $0.stop.kill = .main } }
  func transient() -> Self { with { $0.isTransient = true } }
  func byHand() -> Self { with { $0.autoStart = false } }

  func packaged() -> Self {
    with {
      $0.isPackaged = true
      $0.autoStart = false
    }
  }

  func respawns(
    _ policy: RespawnRule.Policy = .always, limit: Int = 5, within period: Duration = .seconds(7),
    delay: Duration = .milliseconds(100)
  ) -> Self {
    with {
      $0.respawn.policy = policy
      $0.respawn.limitCount = limit
      $0.respawn.limitPeriod = period
      $0.respawn.delay.first = delay
      $0.respawn.delay.most = delay
    }
  }

  func action(_ name: String, _ reaction: Reaction) -> Self {
    with { $0.actions.append(ServiceAction(name: name, reaction: reaction)) }
  }

  func with(_ change: (inout Self) -> Void) -> Self {
    var copy = self
    change(&copy)
    return copy
  }

  private func hooks(_ word: String, _ count: Int) -> [Hook] {
    (0..<count).map { Hook(Command(["/bin/\(word)-\($0)"])) }
  }
}

extension Configuration {
  init(_ definitions: [ServiceDefinition], templates: [Template] = []) {
    self.init()
    for definition in definitions { services[definition.name] = definition }
    for template in templates { self.templates[template.name] = template }
  }
}

extension SpawnFailure {
  static let noProgram = SpawnFailure(stage: "exec", errno: 2, message: "cannot execute: no such file")
  static let noRoom = SpawnFailure(stage: "fork", errno: 11, message: "no room for a process", isPassing: true)
}

/// The commands of a service of these tests, as messages name them.
extension CommandName {
  static func preStart(_ index: Int) -> Self { Self(.preStart(index), "/bin/pre-\(index)") }
  static func postStart(_ index: Int) -> Self { Self(.postStart(index), "/bin/post-\(index)") }
  static func postStop(_ index: Int) -> Self { Self(.postStop(index), "/bin/clean-\(index)") }
  static let stopCommand = Self(.stopCommand, "/bin/stop-0")
  static func action(_ index: Int) -> Self { Self(.action(index)) }
}
