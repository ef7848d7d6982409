import OrderedCollections
import Supervision
import UCL

/// The making of a plan, as it is handed to another process: the definition travels as the text that `herd show` prints.
struct PlanRequest {
  var definition: ServiceDefinition
  var stateDirectory: String

  /// A name that every text may have: an instance's own would ask for its template.
  private static let standIn = "planned"

  var value: Value {
    var bare = definition
    bare.name = Self.standIn
    bare.forgetOthers()
    return ["name": .string(definition.name), "text": .string(bare.uclText()), "state": .string(stateDirectory)]
  }

  init(_ definition: ServiceDefinition, stateDirectory: String) {
    self.definition = definition
    self.stateDirectory = stateDirectory
    // The name of the jail follows from the service's.
    if definition.jailName != nil { self.definition.process.rare.jail?.name = definition.jailName }
  }

  init?(_ value: Value) {
    guard let name = value["name"]?.string, let text = value["text"]?.string, let state = value["state"]?.string else {
      return nil
    }
    let source = Source(name: "<definition of \(name)>", bytes: Array(text.utf8))
    let loader = ConfigurationLoader(store: NoFiles(), facts: SystemFacts(), purpose: .checking)
    guard case .success(let configuration) = loader.load([(source, .main)]),
      var definition = configuration.services[Self.standIn]
    else { return nil }
    definition.name = name
    self.definition = definition
    stateDirectory = state
  }

  /// Makes the plan, and writes it where `jail up` looks for it. It may take as long as the file systems like.
  func carryOut(_ facts: some JailFacts = HostJailFacts()) -> PlanOutcome {
    do throws(JailRefusal) {
      guard let plan = try JailPlanner(facts: facts, stateDirectory: stateDirectory).plan(definition) else {
        return .none
      }
      do throws(SystemError) {
        try JailDirectory(stateDirectory: stateDirectory).write(plan)
        return .written
      } catch {
        return .failed("\(error)")
      }
    } catch {
      return .refused(error.reasons)
    }
  }
}

extension ServiceDefinition {
  /// Leaves out what names other services, who do not travel along.
  fileprivate mutating func forgetOthers() {
    provision = []
    requirement = []
    wants = []
    after = []
    before = []
    conflicts = []
    restartWith = []
    onFailure = []
    origin = Origin()
  }
}

/// A definition in one text needs no file.
private struct NoFiles: ConfigurationStore {
  func kind(of path: String) -> FileKind { .missing }
  func entries(of directory: String) throws(SourceReadError) -> [String] { [] }
  func paths(matching pattern: String) throws(SourceReadError) -> [String] { [] }

  func ownership(of path: String) throws(SourceReadError) -> FileOwnership {
    throw SourceReadError("not needed", isMissing: true)
  }

  func read(_ path: String, limit: Int) throws(SourceReadError) -> [UInt8] {
    throw SourceReadError("not needed", isMissing: true)
  }
}
