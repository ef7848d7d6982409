import CProc
import Supervision

extension HostJailKernel {
  public mutating func makeJail(
    name: String, path: String, _ parameters: [JailParameter]
  ) throws(JailError) -> Int32 {
    try checkReason("make the jail \(name)") { reason in
      withWords(parameters.flatMap { [$0.kernelName, $0.kernelValue ?? ""] }) { words in
        let list = parameters.indices.map { index in
          cproc_jail_parameter(
            name: words[2 * index], value: parameters[index].kernelValue == nil ? nil : words[2 * index + 1])
        }
        return list.withUnsafeBufferPointer { list in
          cproc_jail_make(name, path, list.baseAddress, list.count, reason)
        }
      }
    }
  }

  public mutating func findJail(_ name: String) throws(JailError) -> JailObservation? {
    try Host.jail(named: name)
  }

  public mutating func state(ofJail jid: Int32) throws(JailError) -> JailState {
    try Host.state(ofJail: jid)
  }

  public mutating func hasProcesses(inJail jid: Int32) throws(JailError) -> Bool {
    try checkResult("look for processes in the jail \(jid)", cproc_jail_has_processes(jid)) == 1
  }

  public mutating func removeJail(_ jid: Int32) throws(JailError) {
    try checkResult("remove the jail \(jid)", cproc_jail_remove(jid), words: [EINVAL: "there is no such jail"])
  }

  public mutating func addRule(_ rule: ResourceRule, jail: String) throws(JailError) {
    let text = rule.text(onJail: jail)
    try checkResult("add the rule \(text)", cproc_rule_add(text), words: Self.wordsOfRules)
  }

  public mutating func removeRule(_ rule: ResourceRule, jail: String) throws(JailError) {
    let text = rule.text(onJail: jail)
    guard cproc_rule_remove(text) < 0 else { return }
    let code = cproc_errno()
    guard code != ESRCH else { return }
    throw JailError("remove the rule \(text)", code: code, words: Self.wordsOfRules)
  }

  private static let wordsOfRules: [Int32: String] = [
    ENOSYS: "the kernel counts no resources: set kern.racct.enable=1 in /boot/loader.conf and boot again",
    EINVAL: "rctl(8) knows no such resource or action, or they do not go together",
  ]
}

extension Host {
  /// A jail that is not dying, by its name in jls(8).
  public static func jail(named name: String) throws(JailError) -> JailObservation? {
    var jail = cproc_jail()
    if cproc_jail_named(name, &jail) == 0 { return JailObservation(jid: jail.jid, path: text(of: jail.path)) }
    let code = cproc_errno()
    if code == ENOENT { return nil }
    throw JailError("look for the jail \(name)", code: code)
  }

  /// The CPUs that processes in a jail may run on; none where that cannot be had.
  static func cpus(ofJail jid: Int32) -> [UInt16] {
    var cpus = [UInt16](repeating: 0, count: 1024)
    let count = cproc_jail_cpus(jid, &cpus, cpus.count)
    return count > 0 ? Array(cpus.prefix(count)) : []
  }

  static func state(ofJail jid: Int32) throws(JailError) -> JailState {
    switch try checkResult("look for the jail \(jid)", cproc_jail_state(jid)) {
    case Int32(CPROC_JAIL_ALIVE.rawValue): .alive
    case Int32(CPROC_JAIL_DYING.rawValue): .dying
    default: .gone
    }
  }
}
