import CProc
import Glibc
import SupervisionRuntime
import Testing

@Suite struct LocalSocketTests {
  @Test("both sides of a connection know whom they talk to")
  func peers() throws {
    let path = temporaryPath("socket")
    let listener = try ControlListener(path: path)
    #expect(try listener.accept() == nil)
    let client = try LocalSocket.connect(to: path)
    let server = try #require(try listener.accept()?.relinquish())
    let accepted = Descriptor(adopting: server)
    let me = PeerCredentials(user: Host.user, group: Host.group, pid: Host.pid)
    #expect(try LocalSocket.peer(of: accepted) == me)
    #expect(try LocalSocket.peer(of: client) == me)
    try listener.close()
    try Files.remove(path + ".lock")
  }

  @Test("a connection that has nothing to read says so instead of waiting")
  func nonBlocking() throws {
    let path = temporaryPath("socket")
    let listener = try ControlListener(path: path)
    let client = try LocalSocket.connect(to: path)
    let server = Descriptor(adopting: try #require(try listener.accept()?.relinquish()))
    var byte: UInt8 = 0
    #expect(try withUnsafeMutableBytes(of: &byte) { try client.read(into: $0) } == .notReady)
    #expect(try withUnsafeMutableBytes(of: &byte) { try server.read(into: $0) } == .notReady)
    var sent = 0
    let block = [UInt8](repeating: 0, count: 1 << 16)
    while true {
      let count = try block.withUnsafeBytes { try client.send($0) }
      if count == 0 { break }
      sent += count
    }
    #expect(sent > 0)
    server.close()
    let error = #expect(throws: SystemError.self) { try client.send(UnsafeRawBufferPointer(start: nil, count: 0)) }
    #expect(error?.code == EPIPE || error?.code == ECONNRESET)
    try listener.close()
    try Files.remove(path + ".lock")
  }

  @Test("the socket has the permissions that were asked for")
  func permissions() throws {
    let path = temporaryPath("socket")
    let listener = try ControlListener(path: path, permissions: 0o660)
    let status = try Files.status(path)
    #expect(status.kind == .socket)
    #expect(status.mode == 0o660)
    try listener.close()
    #expect(throws: SystemError.self) { try Files.status(path) }
    try Files.remove(path + ".lock")
  }

  @Test("a socket whose file was removed is made again, also with its lock")
  func renewal() throws {
    let path = temporaryPath("socket")
    var listener = try ControlListener(path: path)
    for lostFiles in [[path], [path, path + ".lock"]] {
      for file in lostFiles { try Files.remove(file) }
      let wasInPlace = listener.isInPlace
      try listener.renew(permissions: 0o600)
      let isInPlace = listener.isInPlace
      #expect(!wasInPlace && isInPlace)
      let client = try LocalSocket.connect(to: path)
      _ = try #require(try listener.accept()?.relinquish())
      #expect(listenFailure(path) == .inUse(pid: Host.pid))
      client.close()
    }
    try listener.close()
    try Files.remove(path + ".lock")
  }

  @Test("a socket that somebody else has made in the place of a lost one is left alone")
  func replaced() throws {
    let path = temporaryPath("socket")
    var listener = try ControlListener(path: path)
    try Files.remove(path)
    try Files.remove(path + ".lock")
    let other = try ControlListener(path: path)
    let wasInPlace = listener.isInPlace
    #expect(!wasInPlace)
    #expect(throws: ControlListener.Failure.self) { try listener.renew(permissions: 0o600) }
    try listener.close()
    let othersIsInPlace = other.isInPlace
    #expect(othersIsInPlace)
    try other.close()
    try Files.remove(path + ".lock")
  }

  @Test("a second supervisor on the same socket is refused, and hears who has it")
  func secondIsRefused() throws {
    let path = temporaryPath("socket")
    let listener = try ControlListener(path: path)
    let failure = listenFailure(path)
    #expect(failure == .inUse(pid: Host.pid))
    try listener.close()
    try Files.remove(path + ".lock")
  }

  @Test("a socket that a dead supervisor has left is replaced")
  func staleIsReplaced() throws {
    let path = temporaryPath("socket")
    // Bound and closed without being removed, as by a process that was killed.
    let abandoned = Descriptor(adopting: cproc_local_listen(path, 0o600))
    #expect(abandoned.number >= 0)
    abandoned.close()
    let error = #expect(throws: SystemError.self) { _ = try LocalSocket.connect(to: path).number }
    #expect(error?.code == SystemError.connectionRefused)
    let listener = try ControlListener(path: path)
    _ = try LocalSocket.connect(to: path).number
    try listener.close()
    try Files.remove(path + ".lock")
  }

  @Test("a socket on which somebody listens without a lock is left alone")
  func foreignListener() throws {
    let path = temporaryPath("socket")
    let foreign = Descriptor(adopting: cproc_local_listen(path, 0o600))
    #expect(listenFailure(path) == .inUse(pid: Host.pid))
    _ = try LocalSocket.connect(to: path).number
    foreign.close()
    try Files.remove(path)
    try Files.remove(path + ".lock")
  }

  @Test("a file that is no socket is left alone")
  func notASocket() throws {
    let file = try TemporaryFile(containing: "precious")
    #expect(listenFailure(file.path) == .notASocket)
    #expect(try Files.read(file.path) == Array("precious".utf8))
    try Files.remove(file.path + ".lock")
  }

  @Test("a path that is too long for a socket says so")
  func tooLong() throws {
    let path = temporaryPath(String(repeating: "x", count: 120))
    #expect(listenFailure(path) == .system(SystemError("bind", on: path, code: ENAMETOOLONG)))
    try Files.remove(path + ".lock")
  }

  private func listenFailure(_ path: String) -> ControlListener.Failure? {
    do {
      _ = try ControlListener(path: path).number
      return nil
    } catch {
      return error
    }
  }
}
