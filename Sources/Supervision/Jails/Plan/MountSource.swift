/// A file or directory of the host that is mounted somewhere else, with its links resolved.
struct MountSource {
  var path: String
  var isFile: Bool
  var identity: FileIdentity

  init(_ path: String, facts: any JailFacts, subject: String) throws(JailRefusal) {
    guard AbsolutePath.components(of: path) != nil else {
      throw JailRefusal(reasons: ["\(subject): \(path) is not an absolute path without `..`"])
    }
    guard let real = facts.realPath(path), let status = facts.status(of: real, followingLink: true) else {
      throw JailRefusal(reasons: ["\(subject): \(path) does not exist on the host"])
    }
    guard status.kind == .file || status.kind == .directory else {
      throw JailRefusal(reasons: [
        "\(subject): \(path) is neither a file nor a directory; mount the directory that it lies in, or a devfs for devices"
      ])
    }
    self.path = real
    isFile = status.kind == .file
    identity = status.identity
  }
}
