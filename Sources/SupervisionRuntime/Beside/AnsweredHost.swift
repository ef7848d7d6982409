import Supervision

/// Facts of which the kernel knows all but a few by heart: those few may have to be asked for elsewhere.
protocol KernelFacts: HostFacts {
  var kernel: SystemFacts { get }
}

extension KernelFacts {
  var supervisorUID: UInt32 { kernel.supervisorUID }
  var supervisorGID: UInt32 { kernel.supervisorGID }
  var loadsKernelModules: Bool { kernel.loadsKernelModules }
  var supervisorNice: Int32 { kernel.supervisorNice }
  var cpuCount: Int { kernel.cpuCount }
  var fibCount: Int { kernel.fibCount }
  func failure(of facility: KernelFacility) -> String? { kernel.failure(of: facility) }
  func hardLimit(of resource: LimitedResource) -> UInt64? { kernel.hardLimit(of: resource) }
  var hasJails: Bool { kernel.hasJails }
  var mayMakeJails: Bool { kernel.mayMakeJails }
  var hasLoginClasses: Bool { kernel.hasLoginClasses }
  var systemShutdownLimit: Duration? { kernel.systemShutdownLimit }
  var resourceAccounting: ResourceAccounting { kernel.resourceAccounting }
}

/// What was answered. The rest is noted, to be looked up by somebody who may wait: here it counts as there.
struct AnsweredFacts: KernelFacts {
  let answers: HostAnswers
  let rest: QuestionNotes

  var kernel: SystemFacts { rest.kernel }

  init(answers: HostAnswers, kernel: SystemFacts) {
    self.answers = answers
    rest = QuestionNotes(kernel)
  }

  func findProgram(_ name: String, in path: SearchPath) -> ProgramLookup {
    if case .program(let lookup) = answers[.program(name, path: path.directories)] { return lookup }
    return rest.findProgram(name, in: path)
  }

  func kind(of path: String) -> FileKind {
    if case .kind(let kind) = answers[.kind(path)] { return kind }
    return rest.kind(of: path)
  }

  func scriptComplaint(about program: String, in path: SearchPath) -> String? {
    if case .complaint(let text) = answers[.script(program, path: path.directories)] { return text }
    return rest.scriptComplaint(about: program, in: path)
  }

  func environmentComplaint(about path: String) -> String? {
    if case .complaint(let text) = answers[.variables(path)] { return text }
    return rest.environmentComplaint(about: path)
  }

  /// What is not known is not missing: the start itself says so, and is tried again.
  func userID(of name: String) -> UInt32? {
    switch answers[.account(name)] {
    case .account(let account, _): account?.user
    case .unknown: supervisorUID
    default: rest.userID(of: name)
    }
  }

  func groupID(of name: String) -> UInt32? {
    switch answers[.group(name)] {
    case .group(let group): group
    case .unknown: supervisorGID
    default: rest.groupID(of: name)
    }
  }
}

extension SearchPath {
  /// Whoever looks on the supervisor's behalf has another PATH.
  var directories: String {
    switch self {
    case .standard: StandardPath.value
    case .inherited: Host.environmentValue("PATH") ?? StandardPath.value
    case .path(let directories): directories
    }
  }
}

/// Accounts that were looked up before.
struct AnsweredAccounts: AccountSource {
  let answers: HostAnswers
  var place: String { "" }

  func account(_ text: String) throws(SystemError) -> Account? {
    switch answers[.account(text)] {
    case .account(let account, _): return account
    case .unknown(let error): throw error
    default: return try HostAccounts().account(text)
    }
  }

  func groups(of account: Account) throws(SystemError) -> [UInt32] {
    // Whoever was looked up by number is asked for under that.
    for text in [account.name, "\(account.user)"] {
      if case .account(let found, let groups) = answers[.account(text)], found == account { return groups }
    }
    return try HostAccounts().groups(of: account)
  }

  func group(_ text: String) throws(SystemError) -> UInt32? {
    switch answers[.group(text)] {
    case .group(let group): return group
    case .unknown(let error): throw error
    default: return try HostAccounts().group(text)
    }
  }
}
