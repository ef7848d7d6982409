/// A name that a client gives, perhaps with `*` (any characters) and `?` (any one) in it: `web@*`.
public struct NamePattern: Sendable {
  private let pattern: [UInt8]
  /// Whether it may match more than one name; a plain name must exist, a pattern may match nothing.
  public let isPattern: Bool

  public init(_ text: String) {
    pattern = Array(text.utf8)
    isPattern = pattern.contains { $0 == UInt8(ascii: "*") || $0 == UInt8(ascii: "?") }
  }

  /// Linear but for the last `*`, which is tried at each further place: no backtracking beyond it, so that no pattern
  /// is expensive.
  public func matches(_ name: String) -> Bool {
    let name = Array(name.utf8)
    var position = 0
    var patternPosition = 0
    var retry: (pattern: Int, position: Int)?
    while position < name.count {
      if patternPosition < pattern.count, pattern[patternPosition] == UInt8(ascii: "*") {
        retry = (patternPosition, position)
        patternPosition += 1
      } else if patternPosition < pattern.count,
        pattern[patternPosition] == UInt8(ascii: "?") || pattern[patternPosition] == name[position]
      {
        patternPosition += 1
        position += 1
      } else if let place = retry {
        retry = (place.pattern, place.position + 1)
        patternPosition = place.pattern + 1
        position = place.position + 1
      } else {
        return false
      }
    }
    return pattern[patternPosition...].allSatisfy { $0 == UInt8(ascii: "*") }
  }
}
