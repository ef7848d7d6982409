/// A name that a client gives, perhaps with `*` (any characters) and `?` (any one) in it: `web@*`.
public struct NamePattern: Sendable {
  private let pattern: [UInt8]

  public init(_ text: String) {
    pattern = Array(text.utf8)
  }

  /// Whether it stands for all services that it matches; else it is the name of one.
  public static func isPattern(_ name: String) -> Bool {
    name.utf8.contains { $0 == UInt8(ascii: "*") || $0 == UInt8(ascii: "?") }
  }

  /// Linear but for the last `*`, which is tried at each further place: no backtracking beyond it, so that no pattern
  /// is expensive.
  public func matches(_ name: String) -> Bool {
    let name = Array(name.utf8)
    var position = 0
    var next = 0
    // Where to go on after the last star, if what follows does not fit.
    var retry: (pattern: Int, position: Int)?
    while position < name.count {
      if next < pattern.count, pattern[next] == UInt8(ascii: "*") {
        retry = (next + 1, position)
        next += 1
      } else if next < pattern.count, pattern[next] == UInt8(ascii: "?") || pattern[next] == name[position] {
        next += 1
        position += 1
      } else if let (afterStar, start) = retry {
        retry = (afterStar, start + 1)
        next = afterStar
        position = start + 1
      } else {
        return false
      }
    }
    return pattern[next...].allSatisfy { $0 == UInt8(ascii: "*") }
  }
}
