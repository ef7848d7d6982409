import CProc
import Glibc
import Supervision
import Testing

@testable import SupervisionRuntime

@Suite struct OwnLogTests {
  @Test("a reader that has stopped holds nobody up; what was lost is counted, and the order is kept")
  func stalledReader() throws {
    let pipe = try Descriptor.pipe()
    let loop = try EventLoop()
    let log = OwnLog(to: pipe.writing.number, limit: 4096)
    log.attach(to: loop)
    // Far more than pipe and queue hold. A write that waited would never come back: nobody reads.
    for number in 0..<20_000 { log.write("message \(number)") }
    let lines = try Self.readAll(pipe.reading, loop)
    let kept = lines.filter { $0.hasPrefix("message ") }
    #expect(kept == (0..<kept.count).map { "message \($0)" })
    #expect(kept.count > 100)
    #expect(lines.last == "\(20_000 - kept.count) messages could not be written here, and are lost")
    log.write("after")
    #expect(try Self.readAll(pipe.reading, loop) == ["after"])
    #expect(fcntl(pipe.writing.number, F_GETFL) & O_NONBLOCK == 0)
  }

  @Test("a terminal after Ctrl-S holds nobody up either")
  func stoppedTerminal() throws {
    let terminal = try Terminal()
    let loop = try EventLoop()
    let log = OwnLog(to: terminal.near.number, limit: 4096)
    log.attach(to: loop)
    log.write("before")
    #expect(try Self.readAll(terminal.far, loop) == ["before\r"])
    try #require(tcflow(terminal.near.number, TCOOFF) == 0)
    for number in 0..<2_000 { log.write("message \(number)") }
    #expect(try Self.readAll(terminal.far, loop) == [])
    try #require(tcflow(terminal.near.number, TCOON) == 0)
    let lines = try Self.readAll(terminal.far, loop)
    #expect(lines.first == "message 0\r")
    #expect(lines.last?.hasSuffix("could not be written here, and are lost\r") == true)
  }

  @Test("without a reader the messages are lost, and the next one tries again")
  func goneReader() throws {
    try Host.beginSignals()
    let pipe = try Descriptor.pipe()
    let writing = pipe.writing
    pipe.reading.close()
    let file = try TemporaryFile(containing: "")
    let log = OwnLog(to: writing.number)
    log.write("one")
    log.write("two")
    let output = try Descriptor.open(file.path, .append)
    log.redirect(to: output.number)
    log.write("three")
    #expect(
      try String(decoding: Files.read(file.path), as: UTF8.self)
        == "2 messages could not be written here, and are lost\nthree\n")
  }

  /// All lines until nothing comes any more.
  private static func readAll(_ reading: borrowing Descriptor, _ loop: EventLoop) throws -> [String] {
    try reading.setNonBlocking()
    var bytes: [UInt8] = []
    var buffer = [UInt8](repeating: 0, count: 4096)
    var idle = 0
    while idle < 3 {
      // What waits is written by the loop.
      loop.schedule(at: Clock.now() + .milliseconds(5)) {}
      try loop.turn()
      switch try buffer.withUnsafeMutableBytes({ try reading.read(into: $0) }) {
      case .bytes(let count):
        bytes += buffer[..<count]
        idle = 0
      default: idle += 1
      }
    }
    // Byte by byte: to Swift's strings CR and LF together are one character.
    return bytes.split(separator: UInt8(ascii: "\n")).map { String(decoding: $0, as: UTF8.self) }
  }

  /// A pseudo-terminal.
  private struct Terminal: ~Copyable {
    let near: Descriptor
    let far: Descriptor

    init() throws {
      // posix_openpt(3) and its like are hidden from Swift: what they do, TIOCSPTLCK and TIOCGPTN.
      far = Descriptor(adopting: Glibc.open("/dev/ptmx", O_RDWR | O_NOCTTY | O_CLOEXEC))
      var isLocked: Int32 = 0
      var number: Int32 = -1
      let isUnlocked = ioctl(far.number, 0x4004_5431, &isLocked) == 0 && ioctl(far.number, 0x8004_5430, &number) == 0
      near = Descriptor(adopting: Glibc.open("/dev/pts/\(number)", O_RDWR | O_NOCTTY | O_CLOEXEC))
      let isOpen = near.number >= 0
      try #require(isUnlocked && isOpen)
    }
  }
}
