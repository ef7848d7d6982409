/// Values that a program builds: replies of the control socket, what `herd --json` prints. They have no place in any text.
extension Value {
  public static var null: Value { Value(.null, at: .none) }

  public static func boolean(_ value: Bool) -> Value { Value(.boolean(value), at: .none) }

  public static func integer(_ value: some BinaryInteger) -> Value {
    Value(.integer(Int64(clamping: value)), at: .none)
  }

  public static func real(_ value: Double) -> Value { Value(.real(value), at: .none) }

  public static func string(_ value: String) -> Value {
    Value(.string(value), at: .none, sourceText: value, isQuoted: true)
  }

  public static func array(_ values: [Value]) -> Value { Value(.array(values), at: .none) }

  /// An object with these members in this order; a key that comes twice becomes an implicit array.
  public static func object(_ members: [(String, Value)]) -> Value {
    var object = Object()
    for (key, value) in members { object.append(value, forKey: key, at: .none) }
    return Value(.object(object), at: .none)
  }

  public static func object(_ object: Object) -> Value { Value(.object(object), at: .none) }
}

extension Value: ExpressibleByStringLiteral, ExpressibleByIntegerLiteral, ExpressibleByBooleanLiteral,
  ExpressibleByFloatLiteral, ExpressibleByArrayLiteral, ExpressibleByDictionaryLiteral
{
  public init(stringLiteral value: String) { self = .string(value) }
  public init(integerLiteral value: Int64) { self = .integer(value) }
  public init(booleanLiteral value: Bool) { self = .boolean(value) }
  public init(floatLiteral value: Double) { self = .real(value) }
  public init(arrayLiteral elements: Value...) { self = .array(elements) }
  public init(dictionaryLiteral elements: (String, Value)...) { self = .object(elements) }
}

/// A value as one type, or `nil` when it is another.
extension Value {
  public var isNull: Bool {
    if case .null = content { true } else { false }
  }

  public var boolean: Bool? {
    if case .boolean(let value) = content { value } else { nil }
  }

  // Not inlined elsewhere: Swift 6.3 crashes when its optimiser meets the switch in a closure of another module.
  @inline(never)
  public var integer: Int64? {
    if case .integer(let value) = content { value } else { nil }
  }

  /// Any number: whole, real, or a duration in seconds.
  public var number: Double? {
    switch content {
    case .integer(let value): Double(value)
    case .real(let value), .duration(let value): value
    default: nil
    }
  }

  public var string: String? {
    if case .string(let value) = content { value } else { nil }
  }

  public var array: [Value]? {
    if case .array(let values) = content { values } else { nil }
  }

  public var object: Object? {
    if case .object(let object) = content { object } else { nil }
  }

  /// The value of a key (the last, when the key was repeated); `nil` when this is no object or has no such key.
  public subscript(key: String) -> Value? {
    object?[key]?.values.last
  }

  /// Whether both say the same, wherever and however they were written. Whole and real numbers differ; NaN is itself.
  public func hasSameContent(as other: Value) -> Bool {
    switch (content, other.content) {
    case (.null, .null): true
    case (.boolean(let left), .boolean(let right)): left == right
    case (.integer(let left), .integer(let right)): left == right
    case (.real(let left), .real(let right)), (.duration(let left), .duration(let right)):
      left == right || (left.isNaN && right.isNaN)
    case (.string(let left), .string(let right)): left.utf8.elementsEqual(right.utf8)
    case (.array(let left), .array(let right)): Self.haveSameContent(left, right)
    case (.object(let left), .object(let right)):
      left.members.count == right.members.count
        && left.members.allSatisfy { member in
          right[member.key].map { Self.haveSameContent(member.values, $0.values) } ?? false
        }
    default: false
    }
  }

  private static func haveSameContent(_ left: [Value], _ right: [Value]) -> Bool {
    left.count == right.count && zip(left, right).allSatisfy { $0.hasSameContent(as: $1) }
  }
}
