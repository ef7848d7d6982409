@testable import Supervision

/// A host's file system in a dictionary, for planners and for whoever stands in for a kernel.
struct FakeTree: JailFacts {
  enum Node: Equatable {
    case directory
    case file([UInt8])
    case link(String)
    case device
  }

  struct Entry: Equatable {
    var node: Node
    var owner: UInt32 = 0
    var mode: UInt32 = 0o755
    var inode: UInt64
  }

  var supervisorUID: UInt32 = 0
  var conventions = LinkerConventions(standardDirectories: ["/lib", "/usr/lib"], hints: "/var/run/ld-elf.so.hints")
  /// By path; every path's parents are there.
  private(set) var entries: [String: Entry] = ["/": Entry(node: .directory, inode: 1)]

  init(directories: [String] = [], files: [String] = [], links: [String: String] = [:]) {
    for path in directories { add(.directory, at: path) }
    for path in files { add(.file([]), at: path) }
    for (path, destination) in links.sorted(by: { $0.key < $1.key }) { add(.link(destination), at: path) }
  }

  /// Adds what is missing above it too.
  mutating func add(_ node: Node, at path: String, owner: UInt32 = 0, mode: UInt32 = 0o755) {
    let parent = AbsolutePath.parent(of: path)
    if entries[parent] == nil { add(.directory, at: parent) }
    let inode = entries[path]?.inode ?? UInt64(entries.count + 1)
    entries[path] = Entry(node: node, owner: owner, mode: mode, inode: inode)
  }

  /// Makes `path` a second name of what is at `other`, as a hard link or a mount of the whole host could.
  mutating func identify(_ path: String, with other: String) {
    guard let inode = entries[other]?.inode else { return }
    entries[path]?.inode = inode
  }

  func status(of path: String, followingLink: Bool) -> PathStatus? {
    guard let place = locate(path, followingLast: followingLink), let entry = entries[place] else { return nil }
    let kind: PathStatus.Kind =
      switch entry.node {
      case .directory: .directory
      case .file: .file
      case .link: .link
      case .device: .other
      }
    return PathStatus(
      kind: kind, owner: entry.owner, mode: entry.mode, identity: FileIdentity(device: 1, inode: entry.inode))
  }

  func realPath(_ path: String) -> String? {
    guard let place = locate(path, followingLast: true), entries[place] != nil else { return nil }
    return place
  }

  func destination(ofLink path: String) -> String? {
    guard let place = locate(path, followingLast: false), case .link(let destination) = entries[place]?.node else {
      return nil
    }
    return destination
  }

  func bytes(of path: String, at offset: UInt64, count: Int) -> [UInt8]? {
    guard let place = locate(path, followingLast: true), case .file(let content) = entries[place]?.node else {
      return nil
    }
    return Self.range(of: content, at: offset, count: count)
  }

  static func range(of content: [UInt8], at offset: UInt64, count: Int) -> [UInt8] {
    guard offset < content.count else { return [] }
    let start = Int(offset)
    return Array(content[start..<min(content.count, start + count)])
  }

  func linker(for program: ElfFile) -> LinkerConventions { conventions }

  /// As namei(9): the path without links, whether anything is at its end or not.
  private func locate(_ path: String, followingLast: Bool) -> String? {
    var names = path.split(separator: "/").map(String.init)
    var place: [String] = []
    var links = 0
    while !names.isEmpty {
      let name = names.removeFirst()
      if name == "." { continue }
      if name == ".." {
        _ = place.popLast()
        continue
      }
      place.append(name)
      guard let entry = entries[AbsolutePath.text(place)] else {
        return names.isEmpty ? AbsolutePath.text(place) : nil
      }
      if case .link(let destination) = entry.node, followingLast || !names.isEmpty {
        links += 1
        if links > 32 { return nil }
        place.removeLast()
        if destination.hasPrefix("/") { place = [] }
        names = destination.split(separator: "/").map(String.init) + names
      } else if entry.node != .directory, !names.isEmpty {
        return nil
      }
    }
    return AbsolutePath.text(place)
  }
}
