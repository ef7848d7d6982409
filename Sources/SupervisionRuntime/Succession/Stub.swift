import Supervision

final class KeeperConnection {
  struct Welcome {
    enum Reason { case first, exited, gone, upgraded, notExecuted, silent, notReady, broke }
    var reason: Reason
    var status: Int32
    var error: Int32
    var number: UInt64
    var keeper: Int32
    var isFallback: Bool
  }
  struct Entry { var identity: UInt64 }
  struct Takeover { var welcome: Welcome; var entries: [Entry]; var held: HeldDescriptors }
  static func take() throws -> (KeeperConnection, Takeover)? { nil }
  func attach(to loop: EventLoop) {}
  func hold(_ name: String, _ descriptor: borrowing Descriptor) {}
  func drop(_ name: String) {}
  func ready() {}
  func leave(status: Int32) {}
  func finish(within: Duration) {}
  func output(_ descriptor: borrowing Descriptor) {}
  func upgrade(program: borrowing Descriptor, arguments: [String]) {}
  func replaceKeeper(onlyIfChanged: Bool) {}
}
final class HeldDescriptors {
  func take(_ name: String) -> Descriptor? { nil }
}
final class KeeperStarter: ProcessStarter {
  weak var observer: (any StarterObserver)?
  private let local: LocalStarter
  init(_ c: KeeperConnection) { guard let local = try? LocalStarter() else { fatalError() }; self.local = local }
  var subtrees: SubtreeIndex { local.subtrees }
  var tellsEnds: Bool { false }
  func start(_ plan: LaunchPlan, as identity: UInt64, label: String) {}
  func release(_ identity: UInt64, _ process: consuming ProcessDescriptor) {}
  func childrenEnded() {}
}
extension ProcessTable { func adopt(_ e: [KeeperConnection.Entry]) -> [ProcessKey: ProcessFate] { [:] } }
