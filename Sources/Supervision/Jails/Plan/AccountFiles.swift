/// The accounts of a tree: what its passwd(5) and group(5) say.
///
/// Read without the system's library, which knows the host's databases only, and would follow what a tree that is not trusted
/// tells it. Lines that cannot be read are passed over, and so are those of NIS (`+`, `-`): nobody is asked for them here.
public struct AccountFiles: Sendable, Equatable {
  public struct User: Sendable, Equatable {
    public var name: String
    public var user: UInt32
    public var group: UInt32
    public var home: String
    public var shell: String
  }

  public struct Group: Sendable, Equatable {
    public var name: String
    public var group: UInt32
    public var members: [String]
  }

  /// In the order of the file. Of several with one name or number the first counts.
  public private(set) var users: [User] = []
  public private(set) var groups: [Group] = []

  public init(passwd: [UInt8], group: [UInt8]) {
    users = Self.lines(of: passwd).compactMap(User.init(fields:))
    groups = Self.lines(of: group).compactMap(Group.init(fields:))
  }

  public func user(named name: String) -> User? { users.first { $0.name == name } }
  public func user(numbered number: UInt32) -> User? { users.first { $0.user == number } }
  public func group(named name: String) -> UInt32? { groups.first { $0.name == name }?.group }

  /// The primary group, and those that have the user among their members.
  public func groups(of name: String, primary: UInt32) -> [UInt32] {
    var numbers = [primary]
    for group in groups where group.members.contains(name) && !numbers.contains(group.group) {
      numbers.append(group.group)
    }
    return numbers
  }

  /// The fields of each line that is no comment.
  private static func lines(of bytes: [UInt8]) -> [[Substring]] {
    bytes.split(separator: UInt8(ascii: "\n")).compactMap { line -> [Substring]? in
      guard let first = line.first, !"#+-".utf8.contains(first), !line.contains(0),
        let text = String(validating: line, as: UTF8.self)
      else { return nil }
      return text.split(separator: ":", omittingEmptySubsequences: false)
    }
  }
}

extension AccountFiles.User {
  /// `name:password:uid:gid:gecos:home:shell`
  fileprivate init?(fields: [Substring]) {
    guard fields.count == 7, !fields[0].isEmpty, let user = accountNumber(fields[2]),
      let group = accountNumber(fields[3])
    else { return nil }
    self.init(
      name: String(fields[0]), user: user, group: group, home: String(fields[5]), shell: String(fields[6]))
  }
}

extension AccountFiles.Group {
  /// `name:password:gid:member,member`
  fileprivate init?(fields: [Substring]) {
    guard fields.count == 4, !fields[0].isEmpty, let group = accountNumber(fields[2]) else { return nil }
    self.init(name: String(fields[0]), group: group, members: fields[3].split(separator: ",").map(String.init))
  }
}

/// The largest number is none: to setuid(2) and its relatives it means "as it was".
private func accountNumber(_ text: Substring) -> UInt32? {
  CapabilityNumber.decimal(text).flatMap { $0 == .max ? nil : $0 }
}
