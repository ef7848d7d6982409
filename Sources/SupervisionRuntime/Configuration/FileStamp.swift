import Supervision

/// Tells whether a file is still what it was when it was read.
struct FileStamp: Equatable, Sendable {
  private var modified: Int64
  private var size: Int64
  private var inode: UInt64

  /// Of a file that is there, perhaps, and cannot be read.
  static let unreadable = FileStamp(modified: -1, size: -1, inode: .max)

  private init(modified: Int64, size: Int64, inode: UInt64) {
    (self.modified, self.size, self.inode) = (modified, size, inode)
  }

  /// - Returns: `nil` when there is no such file.
  init?(of path: String) {
    do throws(SystemError) {
      let status = try Files.status(path)
      self.init(modified: status.modified, size: status.size, inode: status.inode)
      // No time of the file tells that its permissions were taken away.
      if status.kind == .file { _ = try Descriptor.open(path) }
    } catch {
      if [SystemError.notFound, SystemError.notADirectory].contains(error.code) { return nil }
      self = .unreadable
    }
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
