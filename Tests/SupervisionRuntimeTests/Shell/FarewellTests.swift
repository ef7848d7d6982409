import Testing

@testable import SupervisionRuntime

@Suite("The last message")
struct FarewellTests {
  @Test("it says that everything has stopped only if it has")
  func farewell() {
    #expect(Daemon.farewell(isAllStopped: true, unendedPredecessor: nil) == "everything has stopped")
    #expect(Daemon.farewell(isAllStopped: false, unendedPredecessor: nil) == "everything else has stopped")
    let left = Daemon.farewell(isAllStopped: true, unendedPredecessor: 812)
    #expect(left.contains("what supervisor 812, which died, has left is left to the next"))
    #expect(!left.contains("stopped"))
  }
}
