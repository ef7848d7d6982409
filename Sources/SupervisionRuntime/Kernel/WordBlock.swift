/// C strings in one block of memory, and a NULL-terminated list of pointers to them in another.
struct WordBlock {
  private var bytes: [CChar] = []
  /// Where each word begins in `bytes`.
  private var starts: [Int] = []

  init(_ words: [String]) {
    for word in words {
      starts.append(bytes.count)
      bytes += word.utf8.map { CChar(bitPattern: $0) }
      bytes.append(0)
    }
  }

  func withPointers<Result>(_ body: (UnsafePointer<UnsafePointer<CChar>?>) -> Result) -> Result {
    bytes.withUnsafeBufferPointer { bytes in
      (starts.map { bytes.baseAddress?.advanced(by: $0) } + [nil]).withUnsafeBufferPointer { pointers in
        // A list has at least its end.
        guard let first = pointers.baseAddress else { fatalError("a list without an end") }
        return body(first)
      }
    }
  }
}
