import ControlProtocol

/// A span of time in one unit: `2 s`, `3 min`, `2 h`, `3 days`.
func age(_ duration: Duration) -> String {
  let seconds = max(0, duration.components.seconds)
  switch seconds {
  case ..<60: return "\(seconds) s"
  case ..<3600: return "\(seconds / 60) min"
  case ..<86_400: return "\(seconds / 3600) h"
  case ..<172_800: return "1 day"
  default: return "\(seconds / 86_400) days"
  }
}

/// A moment as a sentence has it: `3 min ago` on a terminal, absolute elsewhere.
func moment(_ time: Timestamp, now: Timestamp, _ appearance: Appearance) -> String {
  appearance.isTerminal ? age(now.since(time)) + " ago" : "at " + absolute(time, appearance)
}

/// A moment that is to come: `at 12:00:03, in 2 s` on a terminal, absolute elsewhere.
func coming(_ time: Timestamp, now: Timestamp, _ appearance: Appearance) -> String {
  let text = absolute(time, appearance)
  guard appearance.isTerminal else { return "at " + text }
  let left = time.since(now)
  // The time of day is enough for what comes today.
  let clock = left < .seconds(12 * 3600) ? String(text.dropFirst(11).prefix(8)) : text
  // 2.3 s are not over after 2.
  return "at \(clock), in \(age(left + .milliseconds(999)))"
}

/// A moment to the second, in the civil time of this place, as the supervisor's log has it.
func absolute(_ time: Timestamp, _ appearance: Appearance) -> String {
  time.text(offset: appearance.zoneOffset(time))
}

/// How long something took: `0.1 s`, `75 s`.
func elapsed(_ duration: Duration) -> String {
  let (seconds, attoseconds) = duration.components
  guard seconds < 10 else { return "\(seconds) s" }
  let tenths = max(0, attoseconds / 100_000_000_000_000_000)
  return "\(max(0, seconds)).\(tenths) s"
}

/// Bytes in the unit that leaves at most four digits: `512 K`, `64 M`, `1.5 G`.
func size(_ bytes: Int64) -> String {
  let kibibytes = max(0, bytes) / 1024
  if kibibytes < 10_000 { return "\(kibibytes) K" }
  let mebibytes = kibibytes / 1024
  if mebibytes < 10_000 { return "\(mebibytes) M" }
  return "\(mebibytes / 1024).\(mebibytes % 1024 * 10 / 1024) G"
}

/// How a process ended: `exit 1`, `signal 11 (SEGV)`, `ended, how is not known`.
func ending(_ status: ExitReport) -> String {
  switch status {
  case .code(let code): "exit \(code)"
  case .signal(let number, let name, let dumpedCore):
    "signal \(number) (\(name)\(dumpedCore ? ", core dumped" : ""))"
  case .unknown: "ended, how is not known"
  }
}

/// "once", "4 times"
func times(_ count: Int) -> String {
  count == 1 ? "once" : "\(count) times"
}

/// How many columns a text takes; what paints it takes none. Names and states are ASCII, where bytes are columns and
/// counting characters would be the largest part of drawing a table.
func width(_ text: String) -> Int {
  if text.utf8.allSatisfy({ $0 < 0x80 && $0 != 0x1B }) { return text.utf8.count }
  var columns = 0
  var isPaint = false
  for character in text {
    if character == "\u{1B}" {
      isPaint = true
    } else if isPaint {
      isPaint = character != "m"
    } else {
      columns += 1
    }
  }
  return columns
}

/// Text with blanks after it up to a width in columns.
func padded(_ text: String, _ columns: Int) -> String {
  text + String(repeating: " ", count: max(0, columns - width(text)))
}

/// Text with blanks before it.
func rightAligned(_ text: String, _ columns: Int) -> String {
  String(repeating: " ", count: max(0, columns - width(text))) + text
}
