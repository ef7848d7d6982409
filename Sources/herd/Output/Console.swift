import ControlProtocol
import Supervision
import Glibc
import SupervisionRuntime
import UCL

/// Standard output and standard error.
struct Console {
  let appearance: Appearance
  private let errorAppearance: Appearance

  init() {
    appearance = Self.appearance(of: STDOUT_FILENO)
    errorAppearance = Self.appearance(of: STDERR_FILENO)
  }

  private static func appearance(of descriptor: Int32) -> Appearance {
    var appearance = Appearance(
      isTerminal: isatty(descriptor) == 1, variable: Host.environmentValue,
      width: Terminal.columns(of: descriptor))
    appearance.zone = .local
    return appearance
  }

  /// Whether standard output and standard error go to the same place, so that whoever reads the one reads the other.
  var isOneStream: Bool {
    var (output, error) = (stat(), stat())
    guard fstat(STDOUT_FILENO, &output) == 0, fstat(STDERR_FILENO, &error) == 0 else { return false }
    return output.st_dev == error.st_dev && output.st_ino == error.st_ino
  }

  var now: Timestamp { Timestamp(millisecondsSinceEpoch: Clock.wall() / 1_000_000) }

  func write(_ bytes: [UInt8], to descriptor: Int32 = STDOUT_FILENO) {
    var position = 0
    while position < bytes.count {
      let count = bytes.withUnsafeBytes { buffer in
        Glibc.write(descriptor, buffer.baseAddress?.advanced(by: position), buffer.count - position)
      }
      if count > 0 {
        position += count
      } else if errno != EINTR {
        return giveUp(descriptor, errno)
      }
    }
  }

  /// Whoever read it may have gone, and wants no more. A script whose output is lost otherwise must not take it for whole.
  private func giveUp(_ descriptor: Int32, _ code: Int32) {
    guard descriptor == STDOUT_FILENO, code != EPIPE else { return }
    let reason = SystemError.text(of: code)
    complain(ControlError(.outputFailed, "cannot write to the standard output: \(reason)"))
    exit(ExitCodes.failed)
  }

  func write(_ text: String) {
    write(Array(text.utf8))
  }

  func writeError(_ bytes: [UInt8]) {
    write(bytes, to: STDERR_FILENO)
  }

  /// Errors in files, as wide as the terminal; the margin takes some columns of it.
  var renderer: DiagnosticRenderer {
    guard let columns = appearance.columns else { return DiagnosticRenderer(isColoured: appearance.hasColour) }
    return DiagnosticRenderer(isColoured: appearance.hasColour, width: columns - 8)
  }

  func complain(_ error: ControlError) {
    writeError(Array(errorText(error, errorAppearance).utf8))
  }
}

/// An error as people see it.
func errorText(_ error: ControlError, _ appearance: Appearance) -> String {
  // Also what herd says itself: it quotes its arguments.
  var text = appearance.hanging(appearance.paint("herd:", .red) + " ", error.message.printable)
  if !error.suggestions.isEmpty {
    text += appearance.hanging("  ", "did you mean \(alternatives(error.suggestions.map(\.printable)))?")
  }
  if let hint = error.hint { text += appearance.hanging("  ", hint.printable) }
  return text
}

/// "`a`, `b` or `c`"
private func alternatives(_ names: [String]) -> String {
  let quoted = names.map { "`\($0)`" }
  guard quoted.count > 1, let last = quoted.last else { return quoted.joined() }
  return quoted.dropLast().joined(separator: ", ") + " or " + last
}

extension ErrorCode {
  /// herd's own: what it was to print could not be written.
  static let outputFailed = ErrorCode(rawValue: "output-failed")
}
