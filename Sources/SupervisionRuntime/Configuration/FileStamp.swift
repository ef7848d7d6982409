import Supervision

/// Tells whether a file is still what it was when it was read.
struct FileStamp: Equatable, Sendable {
  private var modified: Int64
  private var size: Int64
  private var inode: UInt64

  /// - Returns: `nil` when there is no such file.
  init?(of path: String) {
    guard let status = try? Files.status(path) else { return nil }
    modified = status.modified
    size = status.size
    inode = status.inode
  }

  /// For a message to another process.
  var numbers: [Int64] { [modified, size, Int64(bitPattern: inode)] }

  init?(_ numbers: [Int64]) {
    guard numbers.count == 3 else { return nil }
    (modified, size, inode) = (numbers[0], numbers[1], UInt64(bitPattern: numbers[2]))
  }
}

extension ServiceDefinition {
  /// The files that say something of it, in the order of its keys.
  var files: [String] {
    var files: [String] = []
    for place in [origin.section].compactMap(\.self) + origin.keys.map(\.place) where !files.contains(place.file) {
      files.append(place.file)
    }
    return files
  }
}
