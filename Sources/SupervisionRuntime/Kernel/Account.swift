import CProc

/// An account of the user database.
public struct Account: Sendable, Equatable {
  public var name: String
  public var user: UInt32
  /// The primary group.
  public var group: UInt32
  public var home: String
  public var shell: String

  /// Looks an account up by name, or by number when the text is one and no account has it for a name. `nil`:
  /// there is none.
  ///
  /// - Throws: when the database cannot be asked.
  public static func find(_ text: String) throws(SystemError) -> Account? {
    let named = try look("getpwnam", text) { cproc_account_named(text, $0, $1, $2) }
    if let named { return named }
    guard let number = UInt32(text) else { return nil }
    return try find(user: number)
  }

  public static func find(user: UInt32) throws(SystemError) -> Account? {
    try look("getpwuid", "\(user)") { cproc_account_numbered(user, $0, $1, $2) }
  }

  /// The groups that the database puts the account into, its primary group included.
  public func groups() throws(SystemError) -> [UInt32] {
    var capacity = 32
    while true {
      var groups = [gid_t](repeating: 0, count: capacity)
      let count = cproc_account_groups(name, group, &groups, groups.count)
      if count >= 0 { return Array(groups.prefix(Int(count))) }
      guard cproc_errno() == ERANGE, capacity < 1 << 17 else {
        throw SystemError("getgrouplist", on: name, code: cproc_errno())
      }
      capacity *= 4
    }
  }

  private static func look(
    _ call: String, _ subject: String,
    _ body: (UnsafeMutablePointer<cproc_account>, UnsafeMutablePointer<CChar>, Int) -> Int32
  ) throws(SystemError) -> Account? {
    try withDatabaseBuffer(call, subject) { (buffer) throws(SystemError) in
      var account = cproc_account()
      guard let start = buffer.baseAddress else { throw SystemError(call, on: subject, code: ENOMEM) }
      try check(call, on: subject, body(&account, start, buffer.count))
      return Account(
        name: String(cString: account.name), user: account.user, group: account.group,
        home: String(cString: account.home), shell: String(cString: account.shell))
    }
  }
}

/// A group of the group database.
public enum Group {
  /// Looks a group up by name, or takes the number when the text is one and no group has it for a name. `nil`:
  /// there is none.
  public static func find(_ text: String) throws(SystemError) -> UInt32? {
    let named: UInt32? = try withDatabaseBuffer("getgrnam", text) { (buffer) throws(SystemError) in
      var group: gid_t = 0
      try check("getgrnam", on: text, cproc_group_named(text, &group, buffer.baseAddress, buffer.count))
      return group
    }
    return named ?? UInt32(text)
  }

  public static func name(of group: UInt32) throws(SystemError) -> String? {
    try withDatabaseBuffer("getgrgid", "\(group)") { (buffer) throws(SystemError) in
      var name: UnsafePointer<CChar>?
      try check("getgrgid", on: "\(group)", cproc_group_numbered(group, &name, buffer.baseAddress, buffer.count))
      return name.map { String(cString: $0) }
    }
  }
}

/// Calls with growing buffers until the entry fits; "no such entry" becomes `nil`.
private func withDatabaseBuffer<Result>(
  _ call: String, _ subject: String,
  _ body: (UnsafeMutableBufferPointer<CChar>) throws(SystemError) -> Result?
) throws(SystemError) -> Result? {
  var size = 1 << 10
  while true {
    let buffer = UnsafeMutableBufferPointer<CChar>.allocate(capacity: size)
    defer { buffer.deallocate() }
    do {
      return try body(buffer)
    } catch {
      if error.code == ENOENT { return nil }
      guard error.code == ERANGE, size < 1 << 22 else { throw error }
      size *= 4
    }
  }
}
