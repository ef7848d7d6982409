/// `.include`: the members of other files, in the object in which the macro stands.
extension ParseRun {
  /// The arguments of `.include`.
  private struct Inclusion {
    var path: String
    var location: SourceLocation
    /// A file that is not there is passed over.
    var isOptional: Bool
    var isPattern: Bool
    var priority: UInt8
    var duplicates: DuplicateRule
    /// The key under which the file's members go; at most one of both forms.
    var key: String?
    var hasKeyFromName: Bool
    var isArrayElement: Bool
  }

  mutating func include(_ call: MacroCall, into object: inout Object) throws(ParseError) {
    let inclusion = try inclusion(call)
    guard let reader else {
      throw ParseError(
        "`.\(call.name)` cannot stand in this text", at: call.nameLocation, hint: "it is not read from a file")
    }
    let paths: [String]
    if inclusion.isPattern {
      do {
        paths = try reader.paths(matching: inclusion.path)
      } catch {
        throw ParseError("cannot include \(inclusion.path): \(error.message)", at: inclusion.location)
      }
      guard !paths.isEmpty || inclusion.isOptional else {
        throw ParseError(
          "no file matches \(inclusion.path)", at: inclusion.location, hint: "with `try=true` that is no error")
      }
    } else {
      paths = [inclusion.path]
    }
    for path in paths { try include(path, inclusion, reader: reader, into: &object) }
  }

  // MARK: Arguments

  private mutating func inclusion(_ call: MacroCall) throws(ParseError) -> Inclusion {
    try refuseArguments(of: call, except: ["try", "glob", "priority", "duplicate", "prefix", "key", "target", "url"])
    let location = call.valueLocation
    guard !call.value.isEmpty else { throw ParseError("`.\(call.name)` without a path", at: call.nameLocation) }
    guard !call.value.contains("://") else {
      throw ParseError(
        "cannot include \(call.value): only files can be included, no URLs", at: location,
        hint: "fetch it into a file first")
    }
    guard try flag("url", of: call) != true else {
      throw ParseError("`url=true`: only files can be included, no URLs", at: call.nameLocation)
    }
    var path = call.value
    if path.utf8.contains(UInt8(ascii: "$")) {
      let here = scanner.position
      if let expanded = try expand(Array(path.utf8), at: here..<here) {
        path = String(decoding: expanded, as: UTF8.self)
      }
    }
    let isOptional = call.name == "try_include" ? true : try flag("try", of: call) ?? false
    var priority: UInt8 = 0
    if let value = call.arguments["priority"]?.values.last {
      priority = try Self.priority(value.sourceText, at: value.location)
    }
    let target = try word("target", of: call, among: ["object", "array"])
    let duplicate = try word("duplicate", of: call, among: ["append", "merge", "rewrite", "error"])
    return Inclusion(
      path: openSources.last?.path.resolving(path) ?? path, location: location, isOptional: isOptional,
      isPattern: try flag("glob", of: call) ?? false, priority: priority,
      duplicates: duplicate.flatMap(DuplicateRule.init) ?? .append, key: call.arguments["key"]?.values.last?.string,
      hasKeyFromName: try flag("prefix", of: call) ?? false, isArrayElement: target == "array")
  }

  private func word(_ name: String, of call: MacroCall, among words: [String]) throws(ParseError) -> String? {
    guard let value = call.arguments[name]?.values.last else { return nil }
    guard let word = value.string, words.contains(word) else {
      throw ParseError("`\(name)` must be one of: \(words.joined(separator: ", "))", at: value.location)
    }
    return word
  }

  // MARK: One file

  private mutating func include(
    _ path: String, _ inclusion: Inclusion, reader: any SourceReader, into object: inout Object
  ) throws(ParseError) {
    try refuseCycle(path, inclusion.location)
    let contents: [UInt8]
    do {
      contents = try reader.read(path, limit: max(0, limits.bytes - bytes))
    } catch {
      if error.isMissing, inclusion.isOptional { return }
      throw ParseError(
        "cannot include \(path): \(error.message)", at: inclusion.location,
        hint: error.isMissing ? "with `try=true` a missing file is no error" : nil)
    }
    let outer = scanner
    let outerRule = duplicates
    let outerPriority = priority
    let outerSearch = sectionSearch
    finishedSteps += outer.steps
    scanner = Scanner(Source(name: path, bytes: contents))
    duplicates = inclusion.duplicates
    priority = inclusion.priority
    sectionSearch = nil
    bytes += contents.count
    openSources.append(OpenSource(name: path))
    setFileVariables()
    try checkText()
    skipByteOrderMark()
    if let key = inclusion.key ?? (inclusion.hasKeyFromName ? Self.key(for: path) : nil) {
      try parseIncluded(under: key, inclusion, into: &object)
    } else {
      try parseTopLevel(into: &object)
    }
    finishedSteps = steps - outer.steps
    scanner = outer
    duplicates = outerRule
    priority = outerPriority
    sectionSearch = outerSearch
    openSources.removeLast()
    setFileVariables()
  }

  private func refuseCycle(_ path: String, _ location: SourceLocation) throws(ParseError) {
    let target = SourcePath(path)
    if let first = openSources.firstIndex(where: { $0.path == target }) {
      let chain = openSources[first...].map(\.name) + [path]
      throw ParseError(
        "the inclusion goes in a circle: \(chain.joined(separator: " includes "))", at: location)
    }
    guard openSources.count <= limits.includeDepth else {
      throw ParseError(
        "included more than \(limits.includeDepth) files deep (the bound on include depth)", at: location)
    }
  }

  // MARK: prefix, key, target

  /// The name of a file without its directory and without `.conf` or `.ucl`.
  private static func key(for path: String) -> String {
    let name = path.split(separator: "/").last.map(String.init) ?? path
    for ending in [".conf", ".ucl"] where name.hasSuffix(ending) { return String(name.dropLast(ending.count)) }
    return name
  }

  private mutating func parseIncluded(
    under key: String, _ inclusion: Inclusion, into object: inout Object
  ) throws(ParseError) {
    forgetInheritable(key)
    let start = scanner.mark()
    let location = scanner.location(from: start, to: start.offset + 1)
    let position = object.position(of: key)
    var present = position.map { object.takeFirstValue(at: $0) }
    var inner = Object()
    var elements: [Value] = []
    let begins = present?.location ?? location
    switch present?.content {
    case .object(let members) where !inclusion.isArrayElement: inner = members
    case .array(let values) where inclusion.isArrayElement: elements = values
    case nil: break
    case .some where inclusion.isArrayElement: elements = present.map { [$0] } ?? []
    case .some: throw ParseError("cannot include into `\(key)`: it is no object", at: inclusion.location)
    }
    // With two holders the first change would copy all that is there.
    present = nil
    try enter(start)
    try parseTopLevel(into: &inner)
    leave()
    var value = Value(.object(inner), at: inclusion.isArrayElement ? location : begins)
    if inclusion.isArrayElement {
      elements.append(value)
      value = Value(.array(elements), at: begins)
    }
    if let position {
      object.putFirstValue(value, at: position)
      return noteInheritable(object.members[position])
    }
    var member = Object.Member(key: key, keyLocation: inclusion.location, values: [value])
    member.origin.priority = inclusion.priority
    object.insert(member)
    noteInheritable(member)
  }
}
