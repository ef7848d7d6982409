import Supervision

/// A variable of a process's environment. Its value need not be UTF-8.
struct Variable: Equatable {
  var name: String
  var value: ByteString
}

/// Variables by name, the last value counting, in the order of their first appearance.
struct VariableList {
  private(set) var all: [Variable] = []

  func contains(_ name: String) -> Bool { all.contains { $0.name == name } }

  /// For people and paths; of several the last one counts.
  func text(of name: String) -> String? { all.last { $0.name == name }?.value.description }

  mutating func set(_ name: String, _ value: ByteString) {
    if let position = all.firstIndex(where: { $0.name == name }) {
      all[position].value = value
    } else {
      all.append(Variable(name: name, value: value))
    }
  }

  mutating func set(_ name: String, _ value: String) {
    set(name, ByteString(value.utf8))
  }

  mutating func set(_ variables: [Variable]) {
    for variable in variables { set(variable.name, variable.value) }
  }

  mutating func set(_ variables: [EnvironmentVariable]) {
    for variable in variables { set(variable.name, variable.value) }
  }
}

extension Variable {
  /// `NAME=value`; `nil` for a line without a name.
  init?(line: ByteString) {
    guard let equals = line.bytes.firstIndex(of: UInt8(ascii: "=")), equals != line.bytes.startIndex else { return nil }
    self.init(
      name: String(decoding: line.bytes[..<equals], as: UTF8.self), value: ByteString(line.bytes[(equals + 1)...]))
  }

  var line: ByteString { ByteString(Array(name.utf8) + [UInt8(ascii: "=")] + value.bytes) }
}
