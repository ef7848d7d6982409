import ControlProtocol

/// Who may look, and who may act: the key `supervisor.access`, made into numbers.
public struct AccessPolicy: Sendable {
  /// Users and groups of one list.
  struct Grant: Sendable, Equatable {
    var users: Set<UInt32> = []
    var groups: Set<UInt32> = []

    var isEmpty: Bool { users.isEmpty && groups.isEmpty }
  }

  /// The supervisor's own user, who, as root, may do everything.
  private let owner: UInt32
  private var read = Grant()
  private var control = Grant()
  /// Names that no account or group answers to: for a note to the administrator. They grant nothing.
  public private(set) var unknownNames: [String] = []
  /// The groups of users who have asked, since the group database is only read once for each.
  private var groups: [UInt32: Set<UInt32>] = [:]

  /// How many users' groups are kept; beyond that they are looked up anew.
  private static let mostKept = 256

  /// - Parameters:
  ///   - owner: the user that the supervisor runs as.
  ///   - read: who may look; names of users, or of groups with `@`.
  ///   - control: who may do everything.
  public init(owner: UInt32, read: [String] = [], control: [String] = []) {
    self.init(owner: owner, read: read, control: control, accounts: HostAccounts())
  }

  /// - Parameter accounts: where the names are looked up.
  init(owner: UInt32, read: [String], control: [String], accounts: some AccountSource) {
    self.owner = owner
    self.read = resolve(read, accounts)
    self.control = resolve(control, accounts)
  }

  /// What has to be known of a name of the lists.
  static func question(about name: String) -> HostQuestion {
    name.hasPrefix("@") ? .group(String(name.dropFirst())) : .account(name)
  }

  /// Whether anybody else than root and the owner may do anything: then the socket has to let them connect.
  public var admitsOthers: Bool { !read.isEmpty || !control.isEmpty }

  /// Whether the user may do everything whatever the lists say.
  public func isPrivileged(_ user: UInt32) -> Bool {
    user == 0 || user == owner
  }

  /// Whether a client may make a request that needs this right.
  public mutating func allows(_ access: Request.Access, to peer: PeerCredentials) -> Bool {
    if isPrivileged(peer.user) { return true }
    switch access {
    case .owner: return false
    case .control: return allows(control, peer)
    case .read: return allows(control, peer) || allows(read, peer)
    }
  }

  private mutating func allows(_ grant: Grant, _ peer: PeerCredentials) -> Bool {
    if grant.users.contains(peer.user) || grant.groups.contains(peer.group) { return true }
    if grant.groups.isEmpty { return false }
    return !grant.groups.isDisjoint(with: groups(of: peer.user))
  }

  private mutating func groups(of user: UInt32) -> Set<UInt32> {
    if let known = groups[user] { return known }
    if groups.count >= Self.mostKept { groups.removeAll() }
    // A database that cannot be read grants nothing.
    var found: Set<UInt32> = []
    if let account = try? Account.find(user: user), let list = try? account.groups() { found = Set(list) }
    groups[user] = found
    return found
  }

  private mutating func resolve(_ names: [String], _ accounts: some AccountSource) -> Grant {
    var grant = Grant()
    for name in names {
      if name.hasPrefix("@") {
        if let group = (try? accounts.group(String(name.dropFirst()))) ?? nil {
          grant.groups.insert(group)
          continue
        }
      } else if let account = (try? accounts.account(name)) ?? nil {
        grant.users.insert(account.user)
        continue
      } else if let number = UInt32(name) {
        grant.users.insert(number)
        continue
      }
      unknownNames.append(name)
    }
    return grant
  }
}
