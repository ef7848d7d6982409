import OrderedCollections
import UCL

/// Makes a configuration of files: reads, parses, merges, checks, and reports every mistake of all of them at once.
///
/// The stages, in order: which files (`ConfigurationFiles`), ownership, syntax (`Parser`), sections (`SectionCollection`),
/// defaults and overrides (`SectionMerge`), keys (`ServiceReader`), instances of templates, the graph (`GraphCheck`), lacks
/// of the host (`HostInspection`). Nothing here performs I/O: `ConfigurationStore` and `HostFacts` do.
public struct ConfigurationLoader {
  /// What the configuration is loaded for.
  public enum Purpose: Sendable {
    /// To be run: files that others could write are refused.
    case running
    /// To be told whether it would be run, and what is missing here: lacks of the host are notes.
    case checking
  }

  private let store: any ConfigurationStore
  private let facts: any HostFacts
  private let purpose: Purpose
  private let parser: Parser

  public init(
    store: any ConfigurationStore, facts: any HostFacts, purpose: Purpose = .running, limits: Limits = Limits()
  ) {
    self.store = store
    self.facts = facts
    self.purpose = purpose
    parser = Parser(mode: .ucl, limits: limits)
  }

  /// Loads a configuration.
  ///
  /// - Parameters:
  ///   - path: a file or a directory, see ``ConfigurationFiles/find(path:packaged:in:)``.
  ///   - packaged: the directory with the packages' definitions.
  /// - Returns: the configuration, with its notes; or all diagnostics, of which at least one is an error.
  public func load(path: String, packaged: String? = nil) -> Result<Configuration, Diagnostics> {
    load(find(path, packaged: packaged), onto: nil)
  }

  /// Loads only the services in `path`: they are added to `base` or replace those of the same names; everything else, the
  /// supervisor's settings included, stays as it is. The graph is checked as a whole. A single file takes the defaults that
  /// `base` has for all files.
  public func loadSubset(path: String, onto base: Configuration) -> Result<Configuration, Diagnostics> {
    load(find(path, packaged: nil), onto: base)
  }

  /// Loads texts that are in memory already, in load order; nothing is asked about their ownership.
  public func load(_ sources: [(source: Source, role: ConfigurationFile.Role)]) -> Result<Configuration, Diagnostics> {
    var run = LoadRun(facts: facts, purpose: purpose, base: nil)
    for (source, role) in sources { add(source, role: role, to: &run, reader: store) }
    return run.finish()
  }

  private func find(_ path: String, packaged: String?) -> ConfigurationFiles {
    func find(in store: some ConfigurationStore) -> ConfigurationFiles {
      ConfigurationFiles.find(path: path, packaged: packaged, in: store)
    }
    return find(in: store)
  }

  private func load(_ found: ConfigurationFiles, onto base: Configuration?) -> Result<Configuration, Diagnostics> {
    var run = LoadRun(facts: facts, purpose: purpose, base: base)
    let owner = OwnershipInspection(
      store: store, rule: OwnershipRule(uid: facts.supervisorUID))
    run.report(found.problems)
    for directory in found.directories {
      let isAround = found.files.count == 1 && found.files[0].role == .main
      owner.inspect("directory", directory, sticky: isAround && store.kind(of: directory) == .directory)
    }
    for file in found.files {
      owner.inspect("file", file.path, sticky: false)
      add(file, to: &run, reader: owner)
    }
    run.report(owner.found)
    let result = run.finish()
    // What others can write does not say where the last good configuration is: it would be theirs.
    guard case .failure(var diagnostics) = result, !owner.found.isEmpty else { return result }
    diagnostics.settings = nil
    return .failure(diagnostics)
  }

  private func add(_ file: ConfigurationFile, to run: inout LoadRun, reader: OwnershipInspection) {
    do {
      let bytes = try store.read(file.path, limit: parser.limits.bytes)
      add(Source(name: file.path, bytes: bytes), role: file.role, to: &run, reader: reader)
    } catch {
      let problem = Diagnostic(.error, "cannot read \(file.path): \(error.message)", at: nil)
      run.add(.failure(Diagnostics([problem])), role: file.role, name: file.path)
    }
  }

  private func add(
    _ source: Source, role: ConfigurationFile.Role, to run: inout LoadRun, reader: any SourceReader
  ) {
    let result = parse(source, reader: reader)
    if case .success(let object) = result { run.report(SuspectValues.notes(in: object)) }
    run.add(result, role: role, name: source.name)
    guard case .failure = result, role != .packaged else { return }
    run.takeSettings(beforeMistake: parser.members(beforeMistakeIn: source, reader: reader))
  }

  private func parse(_ source: Source, reader: any SourceReader) -> Result<Object, Diagnostics> {
    do {
      let value = try parser.parse(source, reader: reader)
      if case .object(let object) = value.content { return .success(object) }
      return .failure(Diagnostics([Diagnostic(.error, "the file is no section", at: value.location)]))
    } catch {
      return .failure(Diagnostics([Diagnostic(error)]))
    }
  }
}

/// Reads what files include, and looks at the ownership of each file on the way.
private final class OwnershipInspection: SourceReader {
  private let store: any ConfigurationStore
  private let rule: OwnershipRule
  private var seen: Set<String> = []
  private(set) var found: [Diagnostic] = []

  init(store: any ConfigurationStore, rule: OwnershipRule) {
    self.store = store
    self.rule = rule
  }

  func inspect(_ what: String, _ path: String, sticky: Bool) {
    // A file that cannot be looked at cannot be read either, and that is reported.
    guard seen.insert(path).inserted, let ownership = try? store.ownership(of: path) else { return }
    guard let complaint = rule.complaint(ownership, sticky: sticky) else { return }
    // What is no regular file is refused as such; advice about its rights would be about a device, say.
    if what == "file", store.kind(of: path) == .other { return }
    found.append(rule.diagnostic(what, path, complaint, ownership))
  }

  func read(_ path: String, limit: Int) throws(SourceReadError) -> [UInt8] {
    inspect("file", path, sticky: false)
    return try store.read(path, limit: limit)
  }

  func paths(matching pattern: String) throws(SourceReadError) -> [String] {
    try store.paths(matching: pattern)
  }
}
