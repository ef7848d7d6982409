import OrderedCollections
import UCL

// What surrounds the processes of a service.
extension ServiceReader {
  mutating func readProcessKey(_ key: ServiceKey, _ field: Field) {
    switch key {
    case .workingDirectory: set(\.process.workingDirectory, reader.path(field))
    case .umask: set(\.process.umask, reader.octal(field, most: 0o777))
    case .environment: readEnvironment(field)
    case .environmentFile: definition.process.environmentFiles = reader.paths(field)
    case .inheritEnvironment: readInheritance(field)
    case .user: definition.process.user = reader.account(field)
    case .group: definition.process.group = reader.account(field)
    case .groups: definition.process.groups = reader.list(field) { $0.account($1, $2) }
    case .log: readLog(field)
    default: break
    }
  }

  mutating func readRareKey(_ key: ServiceKey, _ field: Field) {
    switch key {
    case .loginClass: setRare(\.loginClass, reader.loginClass(field))
    case .chroot: setRare(\.chroot, reader.path(field))
    case .nice: setRare(\.nice, reader.integer(field, in: -20...20).map { Int32($0) })
    case .limits: setRare(\.limits, reader.limits(field, fields: &inner))
    case .resources: setRare(\.resources, reader.resources(field, fields: &inner))
    case .cpus: setRare(\.cpus, reader.cpus(field))
    case .protect: setRare(\.protects, reader.boolean(field))
    case .noNewPrivileges: setRare(\.noNewPrivileges, reader.boolean(field))
    case .terminal: setRare(\.terminal, reader.path(field))
    case .fib: setRare(\.fib, reader.integer(field, in: 0...65_535).map { Int32($0) })
    case .jail: readJail(field)
    default: break
    }
  }

  private mutating func readJail(_ field: Field) {
    let result = JailReader.read(field, in: section.kind == .defaults ? .defaults : .service)
    reader.report(result.diagnostics)
    inner += result.inner
    setRare(\.jail, result.jail)
  }

  private mutating func readEnvironment(_ field: Field) {
    guard let members = reader.members(field, expected: "a section { NAME = value }") else { return }
    inner += members
    var seen: [String: Field] = [:]
    for member in members {
      guard reader.checkVariable(member.name, at: member.keyLocation) else { continue }
      if let first = seen.updateValue(member, forKey: member.name) {
        var diagnostic = Diagnostic(
          .error, "the variable `\(member.name)` is set more than once", at: member.keyLocation)
        diagnostic.related = [("first set here", first.keyLocation)]
        reader.report(diagnostic)
        continue
      }
      guard let value = reader.text(member, expected: "the value of a variable: a string, number or boolean") else {
        continue
      }
      definition.process.environment.append(EnvironmentVariable(name: member.name, value: value))
    }
  }

  private mutating func readInheritance(_ field: Field) {
    if field.values.count == 1, case .boolean(let all) = field.values[0].content {
      definition.process.inheritEnvironment = all ? .all : .none
      return
    }
    let names = reader.list(field) { reader, value, path in
      guard let name = reader.word(value, path, expected: "true, false, or names of variables") else { return nil }
      return reader.checkVariable(name, at: value.location) ? name : nil
    }
    definition.process.inheritEnvironment = .only(names)
  }

  /// A path, a word, or `{ file; mode; user; group }`.
  private mutating func readLog(_ field: Field) {
    guard let first = field.values.first, case .object = first.content else {
      if let log = reader.log(field) { definition.log = log }
      return
    }
    guard let fields = reader.section(field, keys: ["file", "mode", "user", "group"]) else { return }
    inner += fields.values
    if let field = fields["file"], let path = reader.path(field) { definition.log = .file(path) }
    let rights = LogRights(
      mode: fields["mode"].flatMap { reader.octal($0, most: 0o777) },
      user: fields["user"].flatMap { reader.account($0) }, group: fields["group"].flatMap { reader.account($0) })
    if rights != LogRights() { setRare(\.logRights, rights) }
  }
}
