import Supervision
import UCL

// Questions and answers as JSON: an object with one member, the kind. Both ends are the same program.

extension HostQuestion {
  var value: Value {
    switch self {
    case .program(let name, let path): ["program": .array([.string(name), .string(path)])]
    case .kind(let path): ["kind": .string(path)]
    case .script(let name, let path): ["script": .array([.string(name), .string(path)])]
    case .variables(let path): ["variables": .string(path)]
    case .account(let text): ["account": .string(text)]
    case .group(let text): ["group": .string(text)]
    case .loginClass(let name): ["login-class": .string(name)]
    case .preconditions(let preconditions): ["preconditions": preconditions.value]
    case .stamp(let path): ["stamp": .string(path)]
    }
  }

  init?(_ value: Value) {
    guard let member = value.object?.members.first, let content = member.values.first else { return nil }
    switch (member.key, content.string) {
    case ("program", _), ("script", _):
      guard let words = content.strings, words.count == 2 else { return nil }
      self = member.key == "script" ? .script(words[0], path: words[1]) : .program(words[0], path: words[1])
    case ("kind", let path?): self = .kind(path)
    case ("variables", let path?): self = .variables(path)
    case ("account", let text?): self = .account(text)
    case ("group", let text?): self = .group(text)
    case ("login-class", let name?): self = .loginClass(name)
    case ("stamp", let path?): self = .stamp(path)
    case ("preconditions", _):
      guard let preconditions = Preconditions(content) else { return nil }
      self = .preconditions(preconditions)
    default: return nil
    }
  }
}

extension HostAnswer {
  var value: Value {
    switch self {
    case .program(let lookup): ["program": .string(lookup.word)]
    case .kind(let kind): ["kind": .string(kind.word)]
    case .complaint(let text): ["complaint": text.map { .string($0) } ?? .null]
    case .account(nil, _): ["account": .null]
    case .account(let account?, let groups): ["account": account.value(groups)]
    case .group(let group): ["group": group.map { .integer($0) } ?? .null]
    case .loginClass(nil): ["login-class": .null]
    case .loginClass(let values?):
      ["login-class": .array(values.sorted { $0.key < $1.key }.map { .array([.string($0.key), .string($0.value)]) })]
    case .lacks(let lacks): ["lacks": .array(lacks.map { .string($0) })]
    case .stamp(let stamp): ["stamp": stamp?.value ?? .null]
    case .unknown(let error):
      ["unknown": .array([.string(error.call), .string(error.subject ?? ""), .integer(error.code)])]
    }
  }

  init?(_ value: Value) {
    guard let member = value.object?.members.first, let content = member.values.first else { return nil }
    switch member.key {
    case "program":
      guard let lookup = ProgramLookup(word: content.string) else { return nil }
      self = .program(lookup)
    case "kind":
      guard let kind = FileKind(word: content.string) else { return nil }
      self = .kind(kind)
    case "complaint": self = .complaint(content.string)
    case "account":
      guard !content.isNull else {
        self = .account(nil, groups: [])
        return
      }
      guard let (account, groups) = Account.read(content) else { return nil }
      self = .account(account, groups: groups)
    case "group": self = .group(number(content))
    case "login-class":
      guard let pairs = content.array else {
        self = .loginClass(nil)
        return
      }
      let words = pairs.compactMap(\.strings).filter { $0.count == 2 }
      self = .loginClass(Dictionary(words.map { ($0[0], $0[1]) }, uniquingKeysWith: { $1 }))
    case "lacks": self = .lacks(content.strings ?? [])
    case "stamp": self = .stamp(FileStamp(content))
    case "unknown":
      guard let parts = content.array, parts.count == 3, let code = parts[2].integer else { return nil }
      self = .unknown(
        SystemError(parts[0].string ?? "", on: parts[1].string, code: Int32(truncatingIfNeeded: code)))
    default: return nil
    }
  }
}

extension Value {
  /// An array of strings.
  var strings: [String]? {
    guard let values = array else { return nil }
    let strings = values.compactMap(\.string)
    return strings.count == values.count ? strings : nil
  }
}

extension Account {
  fileprivate func value(_ groups: [UInt32]) -> Value {
    .object([
      ("name", .string(name)), ("user", .integer(user)), ("group", .integer(group)), ("home", .string(home)),
      ("shell", .string(shell)), ("groups", .array(groups.map { .integer($0) })),
    ])
  }

  fileprivate static func read(_ value: Value) -> (Account, [UInt32])? {
    guard let name = value["name"]?.string, let user = value["user"].flatMap(number),
      let group = value["group"].flatMap(number), let home = value["home"]?.string,
      let shell = value["shell"]?.string, let groups = value["groups"]?.array
    else { return nil }
    let account = Account(name: name, user: user, group: group, home: home, shell: shell)
    return (account, groups.compactMap(number))
  }
}

extension Preconditions {
  fileprivate var value: Value {
    func list(_ words: [String]) -> Value { .array(words.map { .string($0) }) }
    return .object([
      ("directories", list(directories)), ("files", list(files)), ("modules", list(kernelModules)),
      ("sysctls", .array(sysctls.map { list([$0.name, $0.value]) })),
    ])
  }

  fileprivate init?(_ value: Value) {
    guard let directories = value["directories"]?.strings, let files = value["files"]?.strings,
      let modules = value["modules"]?.strings, let sysctls = value["sysctls"]?.array
    else { return nil }
    self.init()
    self.directories = directories
    self.files = files
    kernelModules = modules
    self.sysctls = sysctls.compactMap(\.strings).filter { $0.count == 2 }.map { Sysctl(name: $0[0], value: $0[1]) }
  }
}

extension FileStamp {
  var value: Value { .array(numbers.map { .integer($0) }) }

  init?(_ value: Value) {
    guard let numbers = value.array else { return nil }
    self.init(numbers.compactMap(\.integer))
  }
}

extension ProgramLookup {
  fileprivate var word: String {
    switch self {
    case .found: "found"
    case .missing: "missing"
    case .notExecutable: "not-executable"
    }
  }

  fileprivate init?(word: String?) {
    switch word {
    case "found": self = .found
    case "missing": self = .missing
    case "not-executable": self = .notExecutable
    default: return nil
    }
  }
}

extension FileKind {
  /// What records and messages call it.
  var word: String {
    switch self {
    case .missing: "missing"
    case .file: "file"
    case .directory: "directory"
    case .other: "other"
    }
  }

  init?(word: String?) {
    switch word {
    case "missing": self = .missing
    case "file": self = .file
    case "directory": self = .directory
    case "other": self = .other
    default: return nil
    }
  }
}

/// In a function of its own: where the optimiser of Swift 6.3 sees the same chain of optionals in a closure, the compiler crashes.
private func number(_ value: Value) -> UInt32? {
  guard let number = value.integer else { return nil }
  return UInt32(exactly: number)
}
