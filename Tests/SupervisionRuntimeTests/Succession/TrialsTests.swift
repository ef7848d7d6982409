import Glibc
import Testing

@testable import SupervisionRuntime

@Suite("Who has died of the record")
struct TrialsTests {
  private func welcome(
    _ reason: KeeperConnection.Welcome.Reason, _ status: Int32 = 0, isFallback: Bool = false
  ) -> KeeperConnection.Welcome {
    KeeperConnection.Welcome(reason: reason, status: status, error: 0, number: 7, keeper: 1, isFallback: isFallback)
  }

  @Test("a fault is the program's own", arguments: [SIGSEGV, SIGTRAP, SIGABRT, SIGILL, SIGBUS | 128])
  func faults(status: Int32) {
    #expect(Trials.deaths(of: 2, welcome(.exited, status)) == 2)
  }

  @Test("one that does not come up has failed, too")
  func hung() {
    #expect(Trials.deaths(of: 2, welcome(.notReady)) == 2)
  }

  @Test("who was killed, left, or gave way says nothing of what it had read")
  func others() {
    for status in [SIGKILL, SIGTERM, 1 << 8] { #expect(Trials.deaths(of: 2, welcome(.exited, status)) == 0) }
    #expect(Trials.deaths(of: 2, welcome(.upgraded)) == 0)
  }

  @Test("the failure of another program is not held against the record")
  func fallback() {
    #expect(Trials.deaths(of: 2, welcome(.exited, SIGSEGV, isFallback: true)) == 1)
    #expect(Trials.deaths(of: 0, welcome(.exited, SIGSEGV, isFallback: true)) == 0)
  }
}
