import Supervision

/// Whom a service runs as, looked up in the databases of users and groups, of the host or of a jail's tree.
struct ServiceIdentity {
  /// What the kernel is told; empty: everything stays as the supervisor has it.
  private(set) var credentials = LaunchPlan.Credentials()
  /// HOME, USER, LOGNAME and SHELL of that user.
  private(set) var variables: [EnvironmentVariable] = []

  /// As the supervisor, whose account this is.
  init(account: Account?) {
    describe(account)
  }

  /// As `user`, `group` and `groups` say. `group` defaults to the user's primary group, `groups` to those that the group
  /// database gives the user; a user that is a number without an account has the group of that number and no further ones.
  init(
    of attributes: ProcessAttributes, own: ServiceIdentity, accounts: some AccountSource = HostAccounts()
  ) throws(SpawnFailure) {
    self = own
    if let user = attributes.user { try takeUser(user, accounts) }
    if let group = attributes.group { credentials.group = try Self.group(group, accounts) }
    if let names = attributes.groups {
      var groups: [UInt32] = []
      for name in names { groups.append(try Self.group(name, accounts)) }
      credentials.groups = groups
    }
    if attributes.groups == nil { leaveOutWhatIsSo() }
  }

  private mutating func takeUser(_ user: String, _ accounts: some AccountSource) throws(SpawnFailure) {
    let account = try Self.look("user", user) { () throws(SystemError) in try accounts.account(user) }
    if let account {
      describe(account)
      credentials.login = account.name
      credentials.user = account.user
      credentials.group = account.group
      credentials.groups =
        try Self.look("user", user) { () throws(SystemError) in try accounts.groups(of: account) } ?? []
    } else if let number = UInt32(user) {
      variables = []
      credentials.user = number
      credentials.group = number
      credentials.groups = []
    } else {
      throw SpawnFailure(
        stage: "user", errno: 0, message: "cannot change to user \"\(user)\": no such user\(accounts.place)")
    }
  }

  /// Without root nothing can be changed; what is the supervisor's own already need not be.
  private mutating func leaveOutWhatIsSo() {
    guard Host.user != 0 else { return }
    if credentials.user == Host.user, credentials.group == Host.group {
      credentials = LaunchPlan.Credentials()
    }
  }

  private static func group(_ text: String, _ accounts: some AccountSource) throws(SpawnFailure) -> UInt32 {
    let group = try look("group", text) { () throws(SystemError) in try accounts.group(text) }
    if let group { return group }
    throw SpawnFailure(
      stage: "group", errno: 0, message: "cannot change to group \"\(text)\": no such group\(accounts.place)")
  }

  private mutating func describe(_ account: Account?) {
    guard let account else { return }
    variables = [
      EnvironmentVariable(name: "HOME", value: account.home),
      EnvironmentVariable(name: "USER", value: account.name),
      EnvironmentVariable(name: "LOGNAME", value: account.name),
      EnvironmentVariable(name: "SHELL", value: account.shell.isEmpty ? "/bin/sh" : account.shell),
    ]
  }

  private static func look<Found>(
    _ what: String, _ name: String, _ body: () throws(SystemError) -> Found?
  ) throws(SpawnFailure) -> Found? {
    do {
      return try body()
    } catch {
      // That there is none would be an answer. A directory service that does not answer may do so later.
      throw SpawnFailure(
        stage: what, errno: error.code, message: "cannot look up the \(what) \"\(name)\": \(error.text)",
        isPassing: true)
    }
  }
}
