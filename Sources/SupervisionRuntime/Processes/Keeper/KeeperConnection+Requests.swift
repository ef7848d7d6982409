import CProc
import Supervision

/// What a supervisor asks of its keeper.
extension KeeperConnection {
  // MARK: Processes

  /// - Parameter block: its descriptors are the caller's, who may close them when this has returned.
  func start(_ identity: UInt64, label: String, _ block: LaunchBlock) {
    keeper.send(
      CPROC_KEEPER_START, identity: identity, Array(paddedName: label) + block.bytes, descriptors: block.descriptors)
  }

  /// The end of a process is known, and nobody asks for it any more.
  func known(_ identity: UInt64) {
    keeper.send(CPROC_KEEPER_KNOWN, identity: identity)
    drop(HeldProcesses.name(of: identity))
  }

  /// To a process whose descriptor was lost. 0: only whether it is still there.
  func signal(_ identity: UInt64, _ number: Int32) {
    keeper.send(CPROC_KEEPER_SIGNAL, identity: identity, part: cproc_keeper_number(number: number, reserved: 0))
  }

  /// A process that is not the keeper's child, for a successor to find in the table.
  func foreign(_ identity: UInt64, pid: Int32, label: String) {
    let fixed = withUnsafeBytes(of: cproc_keeper_number(number: pid, reserved: 0)) { Array($0) }
    keeper.send(CPROC_KEEPER_FOREIGN, identity: identity, fixed + Array(paddedName: label))
  }

  // MARK: Supervisors

  /// State and configuration are read.
  func ready() {
    keeper.send(CPROC_KEEPER_READY)
  }

  /// This supervisor's end is the keeper's, too: with this status.
  func leave(status: Int32) {
    keeper.send(CPROC_KEEPER_LEAVE, part: cproc_keeper_number(number: status, reserved: 0))
  }

  /// What is to be started after this supervisor's end.
  ///
  /// - Parameter arguments: the program's name first.
  func upgrade(program: borrowing Descriptor, arguments: [String]) {
    keeper.send(CPROC_KEEPER_UPGRADE, Array(words: arguments), descriptors: [program.number])
  }

  /// The keeper executes the program that lies now where it was started from.
  func replaceKeeper(onlyIfChanged: Bool) {
    keeper.send(
      CPROC_KEEPER_REPLACE, part: cproc_keeper_number(number: onlyIfChanged ? 1 : 0, reserved: 0))
  }

  /// Where the messages of the keeper and of all supervisors to come go.
  func output(_ descriptor: borrowing Descriptor) {
    keeper.send(CPROC_KEEPER_OUTPUT, descriptors: [descriptor.number])
  }
}
