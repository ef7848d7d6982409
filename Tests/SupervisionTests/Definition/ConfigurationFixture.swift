import OrderedCollections
import Testing
import UCL

@testable import Supervision

/// A file system of texts.
struct FakeStore: ConfigurationStore {
  var files: [String: String] = [:]
  var ownerships: [String: FileOwnership] = [:]
  /// What is there and is neither a file nor a directory.
  var others: Set<String> = []

  func kind(of path: String) -> FileKind {
    if others.contains(path) { return .other }
    if files[path] != nil { return .file }
    return files.keys.contains { $0.hasPrefix(path + "/") } ? .directory : .missing
  }

  func entries(of directory: String) throws(SourceReadError) -> [String] {
    var names: Set<String> = []
    for path in Array(files.keys) + Array(others) where path.hasPrefix(directory + "/") {
      names.insert(String(path.dropFirst(directory.count + 1).prefix { $0 != "/" }))
    }
    return Array(names)
  }

  func ownership(of path: String) throws(SourceReadError) -> FileOwnership {
    ownerships[path] ?? FileOwnership(owner: 0, mode: 0o644)
  }

  func read(_ path: String, limit: Int) throws(SourceReadError) -> [UInt8] {
    if kind(of: path) != .file, kind(of: path) != .missing { throw SourceReadError("it is no regular file") }
    guard let text = files[path] else { throw SourceReadError("no such file", isMissing: true) }
    return Array(text.utf8)
  }

  func paths(matching pattern: String) throws(SourceReadError) -> [String] {
    let prefix = pattern.prefix { $0 != "*" }
    return files.keys.filter { $0.hasPrefix(prefix) && $0 != pattern }.sorted()
  }
}

/// A host that has everything but what a test takes away.
struct FakeHost: HostFacts {
  var supervisorUID: UInt32 = 0
  var supervisorGID: UInt32 = 0
  var loadsKernelModules = true
  var missing: Set<String> = []
  var notExecutable: Set<String> = []
  var users: [String: UInt32] = ["www": 80, "me": 1001]
  var groups: [String: UInt32] = ["www": 80, "me": 1001, "wheel": 0]

  var supervisorNice: Int32 = 0
  var cpuCount = 4
  var fibCount = 2
  /// The hard limit of every resource but those that are missing.
  var hardLimit = ResourceLimit.unlimited
  var withoutLimit: Set<LimitedResource> = []

  var hasJails = true
  var mayMakeJails = true
  var hasLoginClasses = true
  var resourceAccounting = ResourceAccounting.available
  var failures: [KernelFacility: String] = [:]
  var systemShutdownLimit: Duration?

  func failure(of facility: KernelFacility) -> String? { failures[facility] }

  func hardLimit(of resource: LimitedResource) -> UInt64? { withoutLimit.contains(resource) ? nil : hardLimit }

  func findProgram(_ name: String, in path: SearchPath) -> ProgramLookup {
    if missing.contains(name) { return .missing }
    return notExecutable.contains(name) ? .notExecutable : .found
  }

  var kinds: [String: FileKind] = [:]
  func kind(of path: String) -> FileKind { kinds[path] ?? .other }

  var scripts: [String: String] = [:]
  var variables: [String: String] = [:]
  func scriptComplaint(about program: String, in path: SearchPath) -> String? { scripts[program] }
  func environmentComplaint(about path: String) -> String? { variables[path] }

  func userID(of name: String) -> UInt32? { users[name] }
  func groupID(of name: String) -> UInt32? { groups[name] }
}

/// Loads a text as the only file, `test.ucl`.
func load(_ text: String, host: FakeHost = FakeHost(), purpose: ConfigurationLoader.Purpose = .running)
  -> Result<Configuration, Diagnostics>
{
  load(files: ["test.ucl": text], path: "test.ucl", host: host, purpose: purpose)
}

func load(
  files: [String: String], path: String = "/etc/herd", packaged: String? = nil, host: FakeHost = FakeHost(),
  ownerships: [String: FileOwnership] = [:], purpose: ConfigurationLoader.Purpose = .running
) -> Result<Configuration, Diagnostics> {
  let store = FakeStore(files: files, ownerships: ownerships)
  return ConfigurationLoader(store: store, facts: host, purpose: purpose).load(path: path, packaged: packaged)
}

/// The definition of the service `x` with the given keys.
func definition(_ keys: String, sourceLocation: Testing.SourceLocation = #_sourceLocation) throws -> ServiceDefinition {
  let configuration = try loaded(load("service x { exec = /bin/x\n\(keys) }"), sourceLocation: sourceLocation)
  return try #require(configuration.services["x"], sourceLocation: sourceLocation)
}

/// A configuration that must have loaded.
func loaded(
  _ result: Result<Configuration, Diagnostics>, sourceLocation: Testing.SourceLocation = #_sourceLocation
) throws -> Configuration {
  switch result {
  case .success(let configuration): return configuration
  case .failure(let diagnostics):
    Issue.record("\(DiagnosticRenderer().text(diagnostics.all))", sourceLocation: sourceLocation)
    throw diagnostics
  }
}

/// Diagnostics, one line each. A line that is not there is empty, so that a test that expects it fails and goes on.
struct Lines: Sequence, Equatable, ExpressibleByArrayLiteral, CustomStringConvertible {
  private let lines: [String]

  init(_ diagnostics: [Diagnostic]) {
    lines = diagnostics.map(DiagnosticRenderer().line)
  }

  init(arrayLiteral elements: String...) {
    lines = elements
  }

  var count: Int { lines.count }
  var isEmpty: Bool { lines.isEmpty }
  var description: String { lines.joined(separator: "\n") }

  subscript(index: Int) -> String {
    lines.indices.contains(index) ? lines[index] : ""
  }

  func makeIterator() -> some IteratorProtocol<String> {
    lines.makeIterator()
  }
}

/// The diagnostics of a configuration, notes of one that loaded included.
func lines(_ result: Result<Configuration, Diagnostics>) -> Lines {
  switch result {
  case .success(let configuration): Lines(configuration.notes)
  case .failure(let diagnostics): Lines(diagnostics.all)
  }
}

/// The errors that the keys of a service bring about.
func errors(_ keys: String) -> Lines {
  guard case .failure(let diagnostics) = load("service x { exec = /bin/x\n\(keys) }") else { return [] }
  return Lines(diagnostics.all)
}
