import CProc
import Supervision

/// The connection to the keeper, and through it to the holder, by docs/KEEPER.md.
final class KeeperConnection {
  private(set) var keeper: KeeperChannel
  private(set) var holder: KeeperChannel?
  private(set) var loop: EventLoop?
  private var program: Descriptor?
  /// How far the handshake has come.
  private var greeting = Greeting()
  /// A holder has come that knows nothing of what is held; told when the connection is driven.
  private var owesAll = false

  private struct Greeting {
    var welcome: Welcome?
    var entries: [Entry] = []
    var held = HeldDescriptors()
    var processes = HeldProcesses()
    var isTableTold = false
    /// A holder was named, and has not handed over all that it has.
    var awaitsHolder = false
    var hasMetHolder = false

    var isOver: Bool { isTableTold && !awaitsHolder }

    /// A process of the table has ended since it was told.
    mutating func ended(_ message: KeeperChannel.Message) {
      guard let said = message.fixedPart(cproc_keeper_ended.self),
        let position = entries.firstIndex(where: { $0.identity == message.identity })
      else { return }
      entries[position].state = .ended(said.waitStatus)
    }
  }

  /// What the keeper says of processes.
  weak var processes: (any KeeperClient)?
  /// A new holder has come: whatever is held has to be given to it again, by ``hold(_:_:)``.
  var onNewHolder: [() -> Void] = []
  var onRefused: ((Refusal) -> Void)?
  /// A keeper that was started in place of a dead one has answered.
  var onWelcome: ((Welcome) -> Void)?
  /// The keeper is another image of itself from here on.
  var onReplaced: (() -> Void)?
  /// The keeper has gone. What was not answered is not going to be.
  var onKeeperLost: ((SystemError) -> Void)?
  private(set) var isLost = false

  /// The variable that names the socket.
  static let variable = CPROC_KEEPER_VARIABLE
  /// So long the keeper has to tell what runs: as long as it waits for a hello.
  static let patience: Duration = .seconds(10)

  init(over socket: consuming Descriptor) throws(SystemError) {
    keeper = try KeeperChannel(socket)
    listen(to: keeper)
  }

  private func listen(to channel: KeeperChannel) {
    channel.onMessage = { [weak self] message in self?.take(message) }
    channel.onClose = { [weak self, weak channel] error in
      if let self, channel === keeper { lost(error) }
    }
  }

  /// Another keeper is at the other end of this socket, and knows nothing yet.
  func renew(over socket: consuming Descriptor) throws(SystemError) {
    let channel = try KeeperChannel(socket)
    if let loop { try channel.attach(to: loop) }
    keeper.detach()
    keeper = channel
    listen(to: channel)
    greeting = Greeting()
    greeting.hasMetHolder = true
    isLost = false
    sayHello()
  }

  // MARK: The handshake

  /// Says hello to the keeper that has started this process, and takes what a predecessor has left. From here on the keeper passes
  /// signals on: they have to be watched or blocked before.
  ///
  /// - Returns: `nil`: there is no keeper.
  static func take() throws(KeeperError) -> (KeeperConnection, Takeover)? {
    guard let value = Host.environmentValue(variable) else { return nil }
    // What this process starts has no keeper.
    Host.removeEnvironmentValue(variable)
    guard let number = Int32(value), number > 2, cproc_descriptor_inherit(number, false) == 0 else {
      throw .noSocket(value)
    }
    let connection: KeeperConnection
    do throws(SystemError) {
      connection = try KeeperConnection(over: Descriptor(adopting: number))
    } catch {
      throw .system(error)
    }
    // The keeper gives the program along, at the number behind that of the socket.
    if cproc_descriptor_inherit(number + 1, false) == 0 { connection.program = Descriptor(adopting: number + 1) }
    return (connection, try connection.greet(within: patience))
  }

  /// The program that this process was started from, by the keeper; once.
  func takeProgram() -> Descriptor? { program.take() }

  /// Waits until the keeper has told what runs and the holder has handed over what it has.
  func greet(within time: Duration) throws(KeeperError) -> Takeover {
    var failure: SystemError?
    onKeeperLost = { failure = $0 }
    defer { onKeeperLost = nil }
    do throws(SystemError) {
      let loop = try EventLoop()
      try attach(to: loop)
      sayHello()
      let deadline = Clock.now() + time
      loop.schedule(at: deadline) {}
      while !greeting.isOver, failure == nil, Clock.now() < deadline { try loop.turn() }
      detach()
    } catch {
      throw .system(error)
    }
    if let failure { throw .closed(failure) }
    guard greeting.isOver, let welcome = greeting.welcome else { throw .silent(time) }
    let takeover = Takeover(
      welcome: welcome, entries: greeting.entries, held: greeting.held, processes: greeting.processes)
    greeting.entries = []
    greeting.held = HeldDescriptors()
    greeting.processes = HeldProcesses()
    return takeover
  }

  func sayHello() {
    keeper.send(CPROC_KEEPER_HELLO, part: cproc_keeper_hello(version: UInt32(CPROC_KEEPER_VERSION), reserved: 0))
  }

  // MARK: Driving

  /// From here on the loop drives it.
  func attach(to loop: EventLoop) throws(SystemError) {
    self.loop = loop
    try keeper.attach(to: loop)
    try holder?.attach(to: loop)
    giveAll()
  }

  private func detach() {
    keeper.detach()
    holder?.detach()
    loop = nil
  }

  /// Sends what is still to be sent, for a process that is about to end.
  func finish(within time: Duration) {
    guard !isLost, let last = try? EventLoop() else { return }
    detach()
    let deadline = Clock.now() + time
    last.schedule(at: deadline) {}
    try? attach(to: last)
    while !isLost, keeper.backlog + (holder?.backlog ?? 0) > 0, Clock.now() < deadline {
      guard (try? last.turn()) != nil else { break }
    }
    detach()
  }

  /// What waits to be sent to the keeper.
  var backlog: Int { keeper.backlog }

  // MARK: What the keeper says

  private func take(_ message: KeeperChannel.Message) {
    switch message.type {
    case CPROC_KEEPER_WELCOME:
      greeting.welcome = Welcome(message)
      if let welcome = greeting.welcome { onWelcome?(welcome) }
    case CPROC_KEEPER_ENTRY: if let entry = Entry(message) { greeting.entries.append(entry) }
    case CPROC_KEEPER_TABLE_END:
      greeting.isTableTold = true
      giveAll()
    case CPROC_KEEPER_HOLDER: meetHolder(message)
    case CPROC_KEEPER_REFUSED: refused(message)
    case CPROC_KEEPER_REPLACED: onReplaced?()
    // Behind the end of the table, while the holder still hands over: it is said once.
    case CPROC_KEEPER_ENDED where processes == nil: greeting.ended(message)
    case CPROC_KEEPER_STARTED, CPROC_KEEPER_FAILED, CPROC_KEEPER_ENDED, CPROC_KEEPER_ORPHAN:
      processes?.take(message)
    // A later keeper may say more.
    default: break
    }
  }

  private func refused(_ message: KeeperChannel.Message) {
    guard let said = message.fixedPart(cproc_keeper_failed.self) else { return }
    let request: Refusal.Request = said.request == CPROC_KEEPER_UPGRADE ? .upgrade : .replacement
    onRefused?(Refusal(request: request, error: said.systemError()))
  }

  private func lost(_ error: SystemError) {
    isLost = true
    holder?.detach()
    holder = nil
    onKeeperLost?(error)
  }

  // MARK: The holder

  private func meetHolder(_ message: KeeperChannel.Message) {
    guard let socket = message.takeDescriptor(0), let channel = try? KeeperChannel(socket) else { return }
    // One that was there before this supervisor hands over what it has; any other has nothing.
    owesAll = greeting.hasMetHolder || greeting.isTableTold
    greeting.awaitsHolder = true
    greeting.hasMetHolder = true
    holder?.detach()
    holder = channel
    channel.onMessage = { [weak self] message in self?.takeHeld(message) }
    channel.onClose = { [weak self, weak channel] _ in
      if let self, let channel, channel === holder { holderLost() }
    }
    if let loop { try? channel.attach(to: loop) }
    giveAll()
  }

  /// Another one comes, and the keeper says so.
  private func holderLost() {
    holder = nil
    greeting.awaitsHolder = false
  }

  /// To a holder that has nothing, once it is known what there is to give.
  private func giveAll() {
    guard owesAll, holder != nil, greeting.isTableTold else { return }
    owesAll = false
    for give in onNewHolder { give() }
  }

  private func takeHeld(_ message: KeeperChannel.Message) {
    switch message.type {
    case CPROC_KEEPER_HELD:
      for (position, name) in message.words.enumerated() {
        guard let descriptor = message.takeDescriptor(position) else { continue }
        if let identity = HeldProcesses.identity(name) {
          greeting.processes.put(identity, descriptor)
        } else {
          greeting.held.put(name, descriptor)
        }
      }
    case CPROC_KEEPER_HELD_END: greeting.awaitsHolder = false
    default: break
    }
  }

  /// Has a copy of a descriptor kept over this supervisor's death.
  func hold(_ name: String, _ descriptor: borrowing Descriptor) {
    hold(name, number: descriptor.number)
  }

  func hold(_ name: String, number: Int32) {
    hold([(name, number)])
  }

  /// As many as there are, in as few messages as may be.
  func hold(_ descriptors: [(name: String, number: Int32)]) {
    let most = Int(CPROC_KEEPER_DESCRIPTORS_MAX)
    for start in stride(from: 0, to: descriptors.count, by: most) {
      let batch = descriptors[start..<min(start + most, descriptors.count)]
      holder?.send(CPROC_KEEPER_HOLD, Array(words: batch.map(\.name)), descriptors: batch.map(\.number))
    }
  }

  func drop(_ name: String) {
    holder?.send(CPROC_KEEPER_DROP, Array(words: [name]))
  }
}

/// Who hears what the keeper says of processes.
protocol KeeperClient: AnyObject {
  func take(_ message: KeeperChannel.Message)
}
