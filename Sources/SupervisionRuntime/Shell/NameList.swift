import Supervision

/// A list of services on disk, one name a line.
struct NameList {
  /// The lines that are names.
  private(set) var names: Set<String> = []
  /// 1-based; `nil`: every line is a name.
  private(set) var firstBadLine: Int?

  var isSound: Bool { firstBadLine == nil }

  init(_ bytes: [UInt8]) {
    var number = 0
    for line in bytes.split(separator: UInt8(ascii: "\n"), omittingEmptySubsequences: false) {
      number += 1
      if line.isEmpty { continue }
      if let name = String(validating: line, as: UTF8.self), ServiceName.complaint(about: name) == nil {
        names.insert(name)
      } else if isSound {
        firstBadLine = number
      }
    }
  }

  static func bytes(_ names: Set<String>) -> [UInt8] {
    Array(names.sorted().map { "\($0)\n" }.joined().utf8)
  }
}
