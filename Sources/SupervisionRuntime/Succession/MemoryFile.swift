import CProc

/// A file in memory, without a name: it lives as long as a process has it open.
struct MemoryFile: ~Copyable {
  let descriptor: Descriptor

  init(_ bytes: [UInt8] = []) throws(SystemError) {
    let number = bytes.withUnsafeBytes { cproc_memory_file($0.baseAddress, $0.count) }
    descriptor = Descriptor(adopting: try check("memfd_create", number))
  }

  /// One that another process has made.
  init(adopting descriptor: consuming Descriptor) {
    self.descriptor = descriptor
  }

  func contents() throws(SystemError) -> [UInt8] {
    var size = 0
    guard let bytes = cproc_memory_file_read(descriptor.number, &size) else {
      throw SystemError("pread", code: cproc_errno())
    }
    defer { cproc_memory_free(bytes) }
    return Array(UnsafeRawBufferPointer(start: bytes, count: size))
  }

  func text() throws(SystemError) -> String { String(decoding: try contents(), as: UTF8.self) }

  /// pwrite(2). The file has to be as large already.
  func write(_ bytes: [UInt8], at offset: Int) throws(SystemError) {
    let result = bytes.withUnsafeBytes {
      cproc_memory_file_write(descriptor.number, $0.baseAddress, $0.count, UInt64(offset))
    }
    try check("pwrite", result)
  }

  /// ftruncate(2): what is new reads as zeros, and takes no memory yet.
  func resize(to size: Int) throws(SystemError) {
    try check("ftruncate", cproc_memory_file_resize(descriptor.number, UInt64(size)))
  }
}
