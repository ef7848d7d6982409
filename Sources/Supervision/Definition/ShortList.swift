extension Collection where Element == String {
  /// The first of them, and how many more there are, so that a line stays one: `a, b and 3 more`.
  public func listed(atMost most: Int) -> String {
    let rest = count - most
    return prefix(most).joined(separator: ", ") + (rest > 0 ? " and \(rest) more" : "")
  }
}
