/// C strings in one block of memory, and NULL-terminated lists of pointers to them in another. Never asked for its pointers
/// while it is empty.
struct WordBlock {
  private var bytes: [CChar] = []
  /// Where each word begins in `bytes`; `nil` ends a list.
  private var starts: [Int?] = []
  /// A word has a NUL inside: the kernel would see only a part of it.
  private(set) var hasStrayNul = false

  /// Returns the position of the word's pointer.
  mutating func append(_ word: String) -> Int {
    append(word.utf8)
  }

  private mutating func append(_ word: some Sequence<UInt8>) -> Int {
    starts.append(bytes.count)
    for byte in word {
      if byte == 0 { hasStrayNul = true }
      bytes.append(CChar(bitPattern: byte))
    }
    bytes.append(0)
    return starts.count - 1
  }

  /// Returns the position of the first pointer of the list.
  mutating func append(list: [String]) -> Int {
    let position = starts.count
    for word in list { _ = append(word) }
    starts.append(nil)
    return position
  }

  mutating func append(list: [ByteString]) -> Int {
    let position = starts.count
    for word in list { _ = append(word.bytes) }
    starts.append(nil)
    return position
  }

  func withPointers<Result>(_ body: (UnsafePointer<UnsafePointer<CChar>?>) -> Result) -> Result {
    bytes.withUnsafeBufferPointer { bytes in
      starts.map { start in start.flatMap { bytes.baseAddress?.advanced(by: $0) } }
        .withUnsafeBufferPointer { pointers in
          // A list has at least its end.
          guard let first = pointers.baseAddress else { fatalError("a block without words") }
          return body(first)
        }
    }
  }
}
