/// What `expose`, `writable` and `libraries` come to: the mounts, those of outer directories first.
struct ExposedPathList {
  struct Mount {
    /// Inside the jail.
    var place: [String]
    var source: MountSource
    var isWritable: Bool
    /// How a reason names it.
    var subject: String
  }

  /// As many links on the way to one path as the kernel follows (MAXSYMLINKS).
  private static let mostLinks = 32

  private let facts: any JailFacts
  private(set) var mounts: [Mount] = []
  private(set) var reasons: [String] = []

  init(of jail: JailDefinition, facts: any JailFacts, stateDirectory: String) {
    self.facts = facts
    var wanted: [Mount] = []
    for path in jail.exposedPaths {
      do throws(JailRefusal) {
        wanted.append(try Self.mount(path, facts, stateDirectory))
      } catch {
        reasons += error.reasons
      }
    }
    if jail.exposesLibraries { wanted += libraries(of: wanted) }
    mounts = arranged(wanted)
  }

  private static func mount(
    _ path: ExposedPath, _ facts: any JailFacts, _ stateDirectory: String
  ) throws(JailRefusal) -> Mount {
    let subject = "`\(path.isWritable ? "writable" : "expose") = \(path.path)`"
    guard let place = AbsolutePath.components(of: path.path), !place.isEmpty else {
      throw JailRefusal(reasons: [
        path.path.contains("..") || !path.path.hasPrefix("/")
          ? "\(subject): it is not an absolute path without `..`"
          : "\(subject): the whole host would be seen inside; name the directories that are needed"
      ])
    }
    let source = try MountSource(path.path, facts: facts, subject: subject)
    guard source.path != "/" else {
      throw JailRefusal(reasons: ["\(subject): it leads to /, and the whole host would be seen inside"])
    }
    guard !AbsolutePath.contains(source.path, stateDirectory),
      !AbsolutePath.contains(JailPlanner.directory(in: stateDirectory), source.path)
    else {
      throw JailRefusal(reasons: [
        "\(subject): it contains the supervisor's state directory, \(stateDirectory), where the roots of jails lie"
      ])
    }
    return Mount(place: place, source: source, isWritable: path.isWritable, subject: subject)
  }

  /// What the exposed programs need, each at the place where the dynamic linker will look for it.
  private mutating func libraries(of programs: [Mount]) -> [Mount] {
    var search = LibrarySearch(facts: facts)
    for program in programs where program.source.isFile {
      search.add(program: program.source.path, at: AbsolutePath.text(program.place))
    }
    reasons += search.reasons.map { "`libraries`: \($0)" }
    var found: [Mount] = []
    for file in search.files {
      do throws(JailRefusal) {
        let subject = "`libraries`: \(file.place)"
        let source = try MountSource(file.source, facts: facts, subject: subject)
        found.append(
          Mount(
            place: AbsolutePath.components(of: file.place) ?? [], source: source, isWritable: false, subject: subject))
      } catch {
        reasons += error.reasons
      }
    }
    return found
  }

  /// In the order in which they are mounted, without what is seen already.
  ///
  /// What was asked for comes before what was found for it, so that a library that is exposed writable stays so.
  private mutating func arranged(_ wanted: [Mount]) -> [Mount] {
    let directories = wanted.filter { !$0.source.isFile }
    var chosen: [[String]: Mount] = [:]
    for mount in wanted {
      var mount = mount
      guard let place = visible(mount.place, among: directories) else {
        reasons.append("\(mount.subject): too many symbolic links lead to it")
        continue
      }
      mount.place = place
      if let first = chosen[place] {
        if first.isWritable != mount.isWritable, !mount.subject.hasPrefix("`libraries`") {
          reasons.append("\(mount.subject): it is exposed both read-only and writable")
        }
      } else {
        chosen[place] = mount
      }
    }
    var arranged: [Mount] = []
    for mount in chosen.values.sorted(by: { $0.place.lexicographicallyPrecedes($1.place, by: Self.precedes) }) {
      let outer = arranged.last { mount.place.starts(with: $0.place) && !$0.source.isFile }
      if let outer, outer.isWritable == mount.isWritable { continue }
      // The library is there; whether it may be written is a matter of who exposed the directory.
      if outer != nil, mount.subject.hasPrefix("`libraries`") { continue }
      arranged.append(mount)
    }
    return arranged
  }

  private static func precedes(_ first: String, _ second: String) -> Bool {
    first.utf8.lexicographicallyPrecedes(second.utf8)
  }

  /// Where a path leads that is seen through an exposed directory.
  ///
  /// A link in an exposed directory is there inside the jail, and leads to the place that it names: nothing can be mounted on
  /// the link, so what it leads to is exposed where it leads. Outside of exposed directories the jail has no links, and the
  /// file itself stands at the place that was asked for.
  private func visible(_ place: [String], among directories: [Mount]) -> [String]? {
    var place = place
    for _ in 0..<Self.mostLinks {
      let outer = directories.filter { place.count > $0.place.count && place.starts(with: $0.place) }
        .max { $0.place.count < $1.place.count }
      guard let outer, let next = followingLink(in: place, through: outer) else { return place }
      place = next
    }
    return nil
  }

  /// The path with the first link in it replaced by what it leads to; `nil` when there is none.
  private func followingLink(in place: [String], through outer: Mount) -> [String]? {
    for depth in (outer.place.count + 1)...place.count {
      let onHost = AbsolutePath.join(outer.source.path, place[outer.place.count..<depth])
      guard let destination = facts.destination(ofLink: onHost) else { continue }
      return AbsolutePath.apply(destination, to: place[..<(depth - 1)]) + place[depth...]
    }
    return nil
  }
}
