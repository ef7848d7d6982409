import CProc
import Supervision

extension LoginClass {
  /// The capabilities of a class of login.conf(5) as they are written there; `nil`: there is no such class.
  ///
  /// - Throws: `ENOSYS`, this system has no login classes.
  static func values(ofClass name: String) throws(SystemError) -> [String: String]? {
    var length = 0
    let block = withWords(capabilities) { words in
      cproc_login_class(name, words, capabilities.count, &length)
    }
    guard let block else {
      let code = cproc_errno()
      if code == ENOENT { return nil }
      throw SystemError("login_getclass", on: name, code: code)
    }
    defer { cproc_memory_free(block) }
    let words = UnsafeRawBufferPointer(start: block, count: length).split(
      separator: 0, omittingEmptySubsequences: false
    )
    .map { String(decoding: $0, as: UTF8.self) }
    var values: [String: String] = [:]
    for position in stride(from: 0, to: words.count - 1, by: 2) { values[words[position]] = words[position + 1] }
    return values
  }

  /// The class that a service names, looked up anew at each start; `nil`: it names none.
  init?(of attributes: ProcessAttributes, _ answers: HostAnswers = HostAnswers()) throws(SpawnFailure) {
    guard attributes.hasRare, let name = attributes.rare.loginClass else { return nil }
    let values: [String: String]?
    do throws(SystemError) {
      switch answers[.loginClass(name)] {
      case .loginClass(let known): values = known
      case .unknown(let error): throw error
      default: values = try Self.values(ofClass: name)
      }
    } catch {
      throw SpawnFailure(
        stage: "login-class", errno: error.code, message: "cannot look up the login class \(name): \(error.text)")
    }
    guard let values else {
      throw SpawnFailure(
        stage: "login-class", errno: SystemError.notFound,
        message: "there is no login class \(name) in /etc/login.conf; after a change there, run cap_mkdb(1)")
    }
    do throws(Mistake) {
      try self.init(name: name, values: values)
    } catch {
      throw SpawnFailure(
        stage: "login-class", errno: 0,
        message: "the login class \(name) has \(error.capability)=\(error.value), which \(error.reason)")
    }
  }
}

extension LaunchPlan {
  /// What the class says and the service does not. The limits of the class come after the service's own, so that a
  /// refused one is still named by its position.
  mutating func take(_ loginClass: LoginClass) {
    for limit in loginClass.limits where !limits.contains(where: { $0.resource == limit.resource }) {
      guard let current = current(limit.resource) else { continue }
      let (soft, hard) = limit.over(soft: current.soft, hard: current.hard)
      limits.append(Limit(limit.resource, soft: soft, hard: hard))
    }
    nice = nice ?? loginClass.nice
    if cpus.isEmpty { cpus = loginClass.cpus }
  }

  /// What the process would have without the class: of open files what the supervisor had before it raised them.
  private func current(_ resource: LimitedResource) -> (soft: UInt64, hard: UInt64)? {
    if resource == .openFiles, let openFiles { return (openFiles.soft, openFiles.hard) }
    return Host.limit(of: resource)
  }
}

extension VariableList {
  /// TERM stays what it is, if it is something.
  mutating func set(_ loginClass: LoginClass, of identity: ServiceIdentity) {
    let home = identity.variables.first { $0.name == "HOME" }?.value
    let user = identity.variables.first { $0.name == "USER" }?.value
    let variables =
      if let home, let user { loginClass.variables(home: home, user: user) } else { loginClass.environment }
    for variable in variables where variable.name != "TERM" || !contains("TERM") {
      set(variable.name, variable.value)
    }
  }
}
