/// A value of the configuration language, with the place and the text it comes from.
public struct Value: Sendable {
  public var content: Content
  /// Where the value begins.
  public var location: SourceLocation
  /// The scalar as it was written, without quotes or surrounding blanks: `0640`, `10m`, `yes`.
  /// libucl reads `0640` as the number 640; whoever needs octal reads this. Empty for arrays and objects.
  public var sourceText: String
  /// Whether a scalar string was written in quotes or as a heredoc (then it is never a number or a boolean).
  public var isQuoted: Bool

  public init(_ content: Content, at location: SourceLocation, sourceText: String = "", isQuoted: Bool = false) {
    self.content = content
    self.location = location
    self.sourceText = sourceText
    self.isQuoted = isQuoted
  }

  public indirect enum Content: Sendable {
    case null
    case boolean(Bool)
    case integer(Int64)
    case real(Double)
    /// A number with a unit of time, in seconds (`UCL_TIME`).
    case duration(Double)
    case string(String)
    case array([Value])
    case object(Object)
  }
}

/// An object: members in the order of their first appearance.
public struct Object: Sendable {
  public struct Member: Sendable {
    public var key: String
    /// Where the key stands, at its first appearance.
    public var keyLocation: SourceLocation
    /// One value, or several when the key was repeated (libucl's implicit array).
    public var values: [Value]

    public init(key: String, keyLocation: SourceLocation, values: [Value]) {
      self.key = key
      self.keyLocation = keyLocation
      self.values = values
    }
  }

  public private(set) var members: [Member] = []
  private var index: [String: Int] = [:]

  public init() {}

  /// The member with this key.
  public subscript(key: String) -> Member? {
    index[key].map { members[$0] }
  }

  /// Adds a value; a key that is there already becomes an implicit array.
  public mutating func append(_ value: Value, forKey key: String, at keyLocation: SourceLocation) {
    if let position = index[key] {
      members[position].values.append(value)
    } else {
      index[key] = members.count
      members.append(Member(key: key, keyLocation: keyLocation, values: [value]))
    }
  }

  /// Replaces, adds or (with an empty list) removes the values of a key.
  public mutating func set(_ values: [Value], forKey key: String, at keyLocation: SourceLocation) {
    if let position = index[key] {
      if values.isEmpty {
        members.remove(at: position)
        index = Dictionary(uniqueKeysWithValues: members.enumerated().map { ($1.key, $0) })
      } else {
        members[position].values = values
      }
    } else if !values.isEmpty {
      index[key] = members.count
      members.append(Member(key: key, keyLocation: keyLocation, values: values))
    }
  }
}
