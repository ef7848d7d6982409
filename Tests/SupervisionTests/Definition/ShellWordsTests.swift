import Testing

@testable import Supervision

@Suite("Words of a command line")
struct ShellWordsTests {
  @Test(
    "words that a shell would change are quoted in a line, and read back",
    arguments: [
      (["plain", "a b", ""], "plain 'a b' ''"), (["it's"], #"'it'\''s'"#), (["$HOME", "*"], "'$HOME' '*'"),
    ])
  func quoting(words: [String], line: String) throws {
    #expect(ShellWords.line(words) == line)
    #expect(try ShellWords.split(line) == words)
  }

  @Test(
    "blanks separate, quotes join",
    arguments: [
      ("nginx -g 'daemon off;'", ["nginx", "-g", "daemon off;"]),
      ("  a \t b\n", ["a", "b"]),
      ("a''b \"\" ''", ["ab", "", ""]),
      (#"a\ b c\\d \'e"#, ["a b", #"c\d"#, "'e"]),
      (#""a \"b\" \$c \d""#, [#"a "b" $c \d"#]),
      (#"'a\b "c"'"#, [#"a\b "c""#]),
      ("a\\\nb", ["ab"]),
      ("\"a\\\nb\"", ["ab"]),
      ("", []),
    ])
  func splits(_ line: String, _ words: [String]) throws {
    #expect(try ShellWords.split(line) == words)
  }

  @Test("nothing is expanded", arguments: ["$HOME", "`id`", "$(id)", "~", "*.c", "a|b", "{a,b}", "#x"])
  func expandsNothing(_ word: String) throws {
    #expect(try ShellWords.split("echo \(word)") == ["echo", word])
  }

  @Test(
    "an open quote is an error at the quote", arguments: [("a 'b", 2), ("a \"b c", 2), ("ä \"b\\\"", 2), ("ab\\", 2)])
  func openQuote(_ line: String, _ offset: Int) {
    #expect(throws: ShellWords.SplitError.self) { try ShellWords.split(line) }
    do {
      _ = try ShellWords.split(line)
    } catch {
      #expect(error.offset == offset)
    }
  }
}

@Suite("Durations")
struct DurationTextTests {
  @Test(
    "a number has a unit, or counts seconds",
    arguments: [
      ("100ms", Duration.milliseconds(100)), ("5s", .seconds(5)), ("1min", .seconds(60)), ("2h", .seconds(7200)),
      ("1d", .seconds(86_400)), ("1w", .seconds(604_800)), ("7", .seconds(7)), ("0.5", .milliseconds(500)),
      ("1.5min", .seconds(90)), ("0", .zero), ("100y", .seconds(100 * 365 * 86_400)),
    ])
  func parses(_ text: String, _ duration: Duration) {
    #expect(DurationText.parse(text) == duration)
  }

  @Test(
    "anything else is none",
    arguments: [
      "", "s", "-1s", "5m", "1 s", "1e3", "101y", "99999999999999999999", "9223372036854775807y", "1..5s", "1.s", ".5s",
      "5S", "٣s",
    ])
  func refuses(_ text: String) {
    #expect(DurationText.parse(text) == nil)
  }

  @Test("what is formatted is read back as the same duration")
  func roundTrip() {
    var generator = SeededGenerator(seed: 7)
    for _ in 0..<2000 {
      let size = Int64.random(in: 0...3, using: &generator)
      let unit: Int64 = [1, 1_000_000, 1_000_000_000, 60_000_000_000][Int(size)]
      let duration = Duration.nanoseconds(unit * Int64.random(in: 0...50_000_000, using: &generator))
      #expect(DurationText.parse(DurationText.format(duration)) == duration)
    }
    #expect(DurationText.format(.seconds(86_400)) == "1d")
    #expect(DurationText.format(.seconds(90)) == "90s")
    #expect(DurationText.format(.milliseconds(1500)) == "1500ms")
    #expect(DurationText.format(.zero) == "0s")
  }
}

/// Random numbers that a seed reproduces (SplitMix64).
struct SeededGenerator: RandomNumberGenerator {
  private var state: UInt64

  init(seed: UInt64) {
    state = seed
  }

  mutating func next() -> UInt64 {
    state &+= 0x9E37_79B9_7F4A_7C15
    var z = state
    z = (z ^ (z >> 30)) &* 0xBF58_476D_1CE4_E5B9
    z = (z ^ (z >> 27)) &* 0x94D0_49BB_1331_11EB
    return z ^ (z >> 31)
  }
}
