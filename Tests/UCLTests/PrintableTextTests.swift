import Testing
import UCL

@Suite("Text that is printed")
struct PrintableTextTests {
  @Test(
    "shows what would act on a terminal in vis(3)'s form",
    arguments: [
      ("plain text, with \\ and 'quotes'", "plain text, with \\ and 'quotes'"),
      ("grüße 日本 ✗ é", "grüße 日本 ✗ é"),
      ("\u{1B}[2J", "\\^[[2J"),
      ("one\ntwo\r\tthree\u{7}", "one\\^Jtwo\\^M\\^Ithree\\^G"),
      ("\u{7F}\u{0}", "\\^?\\^@"),
      // C1: CSI as one character.
      ("\u{9B}31m", "\\M-B\\M^[31m"),
      // The direction of writing turned round.
      ("user\u{202E}txt", "user\\M-b\\M^@\\M-.txt"),
      ("\u{2066}x\u{2028}", "\\M-b\\M^A\\M-&x\\M-b\\M^@\\M-("),
      ("\u{FEFF}", "\\M-o\\M-;\\M-?"),
    ])
  func forms(text: String, expected: String) {
    #expect(text.printable == expected)
    #expect(Array(text.utf8).printable == expected)
  }

  @Test(
    "shows bytes that are no UTF-8 in the same form",
    arguments: [
      ([0x61, 0xFF, 0x62], "a\\M^?b"), ([0xC3], "\\M-C"), ([0xC3, 0xBC, 0x80], "ü\\M^@"),
      ([0xE2, 0x82, 0x41], "\\M-b\\M^BA"), ([0x1B, 0xA0], "\\^[\\M- "),
    ] as [([UInt8], String)])
  func bytes(bytes: [UInt8], expected: String) {
    #expect(bytes.printable == expected)
  }

  @Test("keeps the lines of what has several, and nothing else")
  func lines() {
    #expect("a {\n\tb = \u{1B}c\n}".printableLines == "a {\n\tb = \\^[c\n}")
  }
}
