import CProc
import Supervision

/// Where accounts are looked up: in the databases of the host, or in the files of a tree.
protocol AccountSource {
  /// What a message says of an account that is not there, behind "no such user": empty for the host's.
  var place: String { get }
  /// By name, or by number when the text is one and no account has it for a name.
  func account(_ text: String) throws(SystemError) -> Account?
  /// The groups that the account is put into, its primary group included.
  func groups(of account: Account) throws(SystemError) -> [UInt32]
  /// By name, or the number when the text is one and no group has it for a name.
  func group(_ text: String) throws(SystemError) -> UInt32?
}

/// The user and group databases of the system.
struct HostAccounts: AccountSource {
  var place: String { "" }

  func account(_ text: String) throws(SystemError) -> Account? { try Account.find(text) }
  func groups(of account: Account) throws(SystemError) -> [UInt32] { try account.groups() }
  func group(_ text: String) throws(SystemError) -> UInt32? { try Group.find(text) }
}

/// The files of a tree, etc/passwd and etc/group, opened without following a link in it. A file that is not there has no
/// accounts.
struct TreeAccounts: AccountSource {
  /// More than any file has that people write.
  static let mostBytes = 4 << 20

  private let root: String
  private let files: AccountFiles

  init(root: String) throws(SystemError) {
    self.root = root
    files = AccountFiles(passwd: try Self.read("passwd", root), group: try Self.read("group", root))
  }

  private static func read(_ name: String, _ root: String) throws(SystemError) -> [UInt8] {
    do {
      return try Files.read(JailPath(root: root, components: ["etc", name]), limit: mostBytes)
    } catch {
      if error.code == ENOENT { return [] }
      throw error
    }
  }

  var place: String { " in \(JailPath(root: root, components: ["etc"]).text)" }

  func account(_ text: String) throws(SystemError) -> Account? {
    let user = files.user(named: text) ?? UInt32(text).flatMap { files.user(numbered: $0) }
    return user.map {
      Account(name: $0.name, user: $0.user, group: $0.group, home: $0.home, shell: $0.shell)
    }
  }

  func groups(of account: Account) throws(SystemError) -> [UInt32] {
    files.groups(of: account.name, primary: account.group)
  }

  func group(_ text: String) throws(SystemError) -> UInt32? {
    files.group(named: text) ?? UInt32(text)
  }
}
