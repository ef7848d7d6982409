import CProc
import Supervision

extension Host {
  /// Whether there is jail(2).
  static var hasJails: Bool { cproc_has_jails() }
  /// Whether jails may be made from here; the supervisor may run in one itself.
  static var mayMakeJails: Bool { cproc_may_make_jails() }
  /// Whether there is login.conf(5).
  static var hasLoginClasses: Bool { cproc_has_login_classes() }
  /// What rctl(8) can do here.
  static var resourceAccounting: ResourceAccounting {
    switch cproc_accounting_state() {
    case CPROC_ACCOUNTING_ON: .available
    case CPROC_ACCOUNTING_OFF: .off
    default: .absent
    }
  }
}
