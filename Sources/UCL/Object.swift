/// An object: members in the order of their first appearance.
public struct Object: Sendable {
  public struct Member: Sendable {
    public var key: String
    /// Where the key stands, at its first appearance.
    public var keyLocation: SourceLocation
    /// One value, or several when the key was repeated (libucl's implicit array).
    public var values: [Value]
    /// How the member came about; only the parser asks.
    var origin = Origin()

    public init(key: String, keyLocation: SourceLocation, values: [Value]) {
      self.key = key
      self.keyLocation = keyLocation
      self.values = values
    }
  }

  /// What decides whether a repeated key adds to a member, replaces it, or is passed over.
  struct Origin: Sendable {
    /// `.priority`, or the argument of the `.include`, from 0 to 15.
    var priority: UInt8 = 0
    /// Whether it came by `.inherit`: the first definition of one's own replaces it.
    var isInherited = false
  }

  /// Below this many members a search is as quick as a table, and the table is memory.
  private static let indexThreshold = 12

  public private(set) var members: [Member] = []
  private var index: [String: Int]?

  public init() {}

  /// The member with this key.
  public subscript(key: String) -> Member? {
    position(of: key).map { members[$0] }
  }

  /// Adds a value; a key that is there already becomes an implicit array.
  public mutating func append(_ value: Value, forKey key: String, at keyLocation: SourceLocation) {
    if let position = position(of: key) {
      members[position].values.append(value)
    } else {
      insert(Member(key: key, keyLocation: keyLocation, values: [value]))
    }
  }

  /// Replaces, adds or (with an empty list) removes the values of a key.
  public mutating func set(_ values: [Value], forKey key: String, at keyLocation: SourceLocation) {
    if let position = position(of: key) {
      if values.isEmpty {
        members.remove(at: position)
        index = nil
        buildIndexIfLarge()
      } else {
        members[position].values = values
      }
    } else if !values.isEmpty {
      insert(Member(key: key, keyLocation: keyLocation, values: values))
    }
  }

  func position(of key: String) -> Int? {
    if let index { return index[key] }
    return members.firstIndex { $0.key == key }
  }

  /// Adds a member whose key is new.
  mutating func insert(_ member: Member) {
    members.append(member)
    if index != nil {
      index?[member.key] = members.count - 1
    } else {
      buildIndexIfLarge()
    }
  }

  /// Puts a member in the place of the one at a position; both have the same key.
  mutating func replace(at position: Int, with member: Member) {
    members[position] = member
  }

  mutating func appendValue(_ value: Value, at position: Int) {
    members[position].values.append(value)
  }

  /// Takes the first value of a member out, so that it can be changed without a copy of its storage.
  mutating func takeFirstValue(at position: Int) -> Value {
    let value = members[position].values[0]
    members[position].values[0].content = .null
    return value
  }

  mutating func putFirstValue(_ value: Value, at position: Int) {
    members[position].values[0] = value
  }

  private mutating func buildIndexIfLarge() {
    guard members.count > Self.indexThreshold else { return }
    var table: [String: Int] = [:]
    table.reserveCapacity(members.count * 2)
    for (position, member) in members.enumerated() { table[member.key] = position }
    index = table
  }
}
