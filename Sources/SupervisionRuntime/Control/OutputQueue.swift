/// Bytes that a client has not taken yet.
struct OutputQueue {
  private var bytes: [UInt8] = []
  private var start = 0

  var count: Int { bytes.count - start }
  var isEmpty: Bool { count == 0 }

  mutating func append(_ more: [UInt8]) {
    bytes += more
  }

  /// Writes as much as the other side takes.
  mutating func write(to descriptor: borrowing Descriptor) throws(SystemError) {
    while !isEmpty {
      let start = start
      let taken = try bytes.withUnsafeBufferPointer { (buffer) throws(SystemError) in
        try descriptor.send(UnsafeRawBufferPointer(UnsafeBufferPointer(rebasing: buffer[start...])))
      }
      if taken == 0 { break }
      self.start += taken
    }
    discardWritten()
  }

  /// Gives memory back; moving the rest only when it is the smaller part, so that each byte is moved once at most on
  /// average.
  private mutating func discardWritten() {
    if isEmpty {
      // What was grown for one long answer is not kept for an idle connection.
      bytes.removeAll(keepingCapacity: bytes.capacity <= 8192)
      start = 0
    } else if start > bytes.count / 2 {
      bytes.removeSubrange(..<start)
      start = 0
    }
  }
}
