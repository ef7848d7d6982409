import UCL

extension ValueReader {
  /// `log = /path`, `log = none`, `log = inherit`.
  mutating func log(_ field: Field) -> LogDestination? {
    let expected = "an absolute path, `none`, `inherit`, or a section { file; mode; user; group }"
    guard let value = single(field), let text = word(value, field.path, expected: expected) else { return nil }
    switch text {
    case "none": return LogDestination.none
    case "inherit": return .inherit
    case _ where text.hasPrefix("/"): return .file(text)
    default:
      let nearest = NearestName.best(for: text, among: ["none", "inherit"])
      wrongValue(field.path, value, text, expected: expected, hint: nearest.map { "did you mean `\($0)`?" })
      return nil
    }
  }
}
