/// Which of the valid names was probably meant by one that is not valid.
///
/// The distance is Damerau's and Levenshtein's (insertions, deletions, substitutions, and exchanges of neighbours, in the
/// form where no part is edited twice); case counts nothing, and `_` is as good as `-`.
public enum NearestName {
  /// The nearest candidate, or `nil` when none is near enough to be a slip of the finger.
  public static func best(for name: String, among candidates: some Sequence<String>) -> String? {
    all(for: name, among: candidates, limit: 1).first
  }

  /// The nearest candidates, nearest first; those of equal distance in their given order.
  public static func all(for name: String, among candidates: some Sequence<String>, limit: Int = 3) -> [String] {
    let wanted = folded(name)
    guard !wanted.isEmpty, wanted.count <= 64 else { return [] }
    // A third of the letters may differ, but a word of one or two letters is near to anything.
    let most = max(1, wanted.count / 3)
    var found: [(distance: Int, name: String)] = []
    for candidate in candidates {
      let other = folded(candidate)
      guard abs(other.count - wanted.count) <= most else { continue }
      let distance = distance(wanted, other)
      // What shares no letter at its place with the name is not a misspelling of it.
      guard distance <= most, distance < max(wanted.count, other.count) else { continue }
      found.append((distance, candidate))
    }
    let ordered = found.enumerated().sorted { ($0.element.distance, $0.offset) < ($1.element.distance, $1.offset) }
    return ordered.prefix(limit).map(\.element.name)
  }

  /// The number of edits between two names.
  public static func distance(_ first: String, _ second: String) -> Int {
    distance(folded(first), folded(second))
  }

  private static func folded(_ name: String) -> [UInt8] {
    name.utf8.map { byte in
      switch byte {
      case UInt8(ascii: "A")...UInt8(ascii: "Z"): byte | 0x20
      case UInt8(ascii: "_"): UInt8(ascii: "-")
      default: byte
      }
    }
  }

  private static func distance(_ first: [UInt8], _ second: [UInt8]) -> Int {
    if first.isEmpty || second.isEmpty { return first.count + second.count }
    var beforePrevious = [Int](repeating: 0, count: second.count + 1)
    var previous = Array(0...second.count)
    var current = beforePrevious
    for i in 1...first.count {
      current[0] = i
      for j in 1...second.count {
        let substitution = previous[j - 1] + (first[i - 1] == second[j - 1] ? 0 : 1)
        current[j] = min(previous[j] + 1, current[j - 1] + 1, substitution)
        if i > 1, j > 1, first[i - 1] == second[j - 2], first[i - 2] == second[j - 1] {
          current[j] = min(current[j], beforePrevious[j - 2] + 1)
        }
      }
      (beforePrevious, previous, current) = (previous, current, beforePrevious)
    }
    return previous[second.count]
  }
}
