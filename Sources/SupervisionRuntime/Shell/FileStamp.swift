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
