/// Cuts what arrives on a stream into lines.
///
/// What was looked at is never looked at again, so a sender that lets a line trickle in byte by byte costs no more than
/// the bytes.
public struct LineBuffer: Sendable {
  /// The longest line, its end included.
  public let limit: Int
  private var bytes: [UInt8] = []
  /// Where the next line begins in `bytes`.
  private var start = 0
  /// How far the search for its end has come.
  private var searched = 0

  public struct LineTooLong: Error, Sendable {}

  public init(limit: Int) {
    self.limit = limit
  }

  /// Bytes that are held and not yet taken as lines.
  public var count: Int { bytes.count - start }

  public mutating func append(_ more: some Collection<UInt8>) {
    if start > 0, start == bytes.count || start > bytes.count / 2 {
      bytes.removeSubrange(..<start)
      searched -= start
      start = 0
    }
    bytes.append(contentsOf: more)
  }

  /// The next whole line without its end, or `nil` when there is none yet.
  public mutating func next() throws(LineTooLong) -> [UInt8]? {
    let end = bytes.withUnsafeBufferPointer { buffer in
      buffer[searched...].firstIndex(of: UInt8(ascii: "\n"))
    }
    guard let end else {
      searched = bytes.count
      guard count < limit else { throw LineTooLong() }
      return nil
    }
    guard end - start < limit else { throw LineTooLong() }
    let line = Array(bytes[start..<end])
    start = end + 1
    searched = start
    return line
  }
}
