import Testing

@testable import ControlProtocol

@Suite("Lines of a stream")
struct LineBufferTests {
  @Test("lines come out as they went in, however they were cut", arguments: 1...9)
  func pieces(size: Int) throws {
    let text = Array("first\n\nthird line\nrest".utf8)
    var buffer = LineBuffer(limit: 100)
    var lines: [String] = []
    for start in stride(from: 0, to: text.count, by: size) {
      buffer.append(text[start..<min(start + size, text.count)])
      while let line = try buffer.next() { lines.append(String(decoding: line, as: UTF8.self)) }
    }
    #expect(lines == ["first", "", "third line"])
    #expect(buffer.count == 4)
  }

  @Test("a line of the limit's length passes, one byte more does not")
  func limit() throws {
    var buffer = LineBuffer(limit: 8)
    buffer.append(Array("1234567\n".utf8))
    #expect(try buffer.next() == Array("1234567".utf8))
    buffer.append(Array("12345678\n".utf8))
    #expect(throws: LineBuffer.LineTooLong.self) { try buffer.next() }
  }

  @Test("a line without an end is refused as soon as it cannot end in time")
  func endless() throws {
    var buffer = LineBuffer(limit: 8)
    buffer.append(Array("1234567".utf8))
    #expect(try buffer.next() == nil)
    buffer.append(Array("8".utf8))
    #expect(throws: LineBuffer.LineTooLong.self) { try buffer.next() }
  }
}

@Suite("Base64")
struct Base64Tests {
  @Test(
    "RFC 4648's examples",
    arguments: [
      ("", ""), ("f", "Zg=="), ("fo", "Zm8="), ("foo", "Zm9v"), ("foob", "Zm9vYg=="), ("fooba", "Zm9vYmE="),
      ("foobar", "Zm9vYmFy"),
    ])
  func examples(text: String, encoded: String) {
    #expect(base64(Array(text.utf8)) == encoded)
    #expect(decodeBase64(encoded) == Array(text.utf8))
  }

  @Test("all bytes come back")
  func all() {
    let bytes = (0...255).map { UInt8($0) }
    #expect(decodeBase64(base64(bytes)) == bytes)
  }

  @Test(
    "whatever an action writes, its line is at most half as long again",
    arguments: [0x00, 0x1B, 0x22, 0x5C, 0xFF, 0x78])
  func outputLine(byte: UInt8) throws {
    let chunk = OutputChunk(.stdout, [UInt8](repeating: byte, count: 16 << 10))
    let line = ServerMessage.progress(RequestNumber(1), .output(chunk)).encoded()
    #expect(line.count < 24 << 10)
    #expect(try ServerMessage(decoding: line) == .progress(RequestNumber(1), .output(chunk)))
  }

  @Test("what is no base64 is refused", arguments: ["Zg", "Z===", "Zm9?", "====", "Zg==Zg=="])
  func refused(text: String) {
    #expect(decodeBase64(text) == nil)
  }
}
