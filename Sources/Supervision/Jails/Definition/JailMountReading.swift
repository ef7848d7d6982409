import OrderedCollections
import UCL

extension JailReader {
  private static let types = ["nullfs", "tmpfs", "devfs", "fdescfs", "procfs", "linprocfs", "linsysfs"]

  /// The ruleset of devfs(8) that jail(8) takes when nothing is said: devfsrules_jail.
  private static let defaultRuleset = 4

  // MARK: mount

  /// `mount [ { type = nullfs; from = /data; to = /data }, … ]`, in order.
  mutating func readMounts(_ field: Field) {
    for element in reader.elements(field) {
      guard case .object = element.content else {
        reader.error(
          "`\(field.path)` cannot be \(element.kind)", at: element.location,
          expected: "sections { type = nullfs; from = /data; to = /data }")
        continue
      }
      let one = Field(path: field.path, name: field.name, keyLocation: element.location, values: [element])
      let keys = ["type", "from", "to", "read-only", "size", "mode", "ruleset"]
      guard let section = reader.section(one, keys: keys) else { continue }
      readMount(section, at: element.location, field.path)
    }
  }

  private mutating func readMount(_ section: OrderedDictionary<String, Field>, at place: SourceLocation, _ path: String)
  {
    guard let field = section["type"] else {
      reader.error("a mount has no `type`", at: place, expected: Self.types.joined(separator: ", "))
      return
    }
    guard let value = reader.single(field),
      let type = reader.word(value, "mount.type", expected: Self.types.joined(separator: ", "))
    else { return }
    guard Self.types.contains(type) else {
      let nearest = NearestName.best(for: type, among: Self.types)
      reader.error(
        "a file system of type `\(type)` is not mounted here", at: value.location,
        expected: Self.types.joined(separator: ", "),
        hint: nearest.map { "did you mean `\($0)`?" }
          ?? "mount it by `exec.prestart`, and unmount it by `exec.poststop`")
      return
    }
    refuseForeignKeys(section, type)
    guard let kind = mountKind(section, type, at: place) else { return }
    guard let to = section["to"] else {
      reader.error("a mount of type \(type) has no `to`", at: place, expected: "to = PATH, as the jail sees it")
      return
    }
    guard let target = reader.innerPath(to) else { return }
    jail.mounts.append(MountRequest(kind, at: target))
    mountPlaces.append(to.location)
  }

  private mutating func refuseForeignKeys(_ section: OrderedDictionary<String, Field>, _ type: String) {
    let keys =
      switch type {
      case "nullfs": ["from", "read-only"]
      case "tmpfs": ["size", "mode"]
      case "devfs": ["ruleset"]
      default: [String]()
      }
    for field in section.values.sorted(by: { $0.name < $1.name })
    where !["type", "to"].contains(field.name) && !keys.contains(field.name) {
      reader.error(
        "`\(field.name)` has no meaning for a mount of type \(type)", at: field.keyLocation,
        expected: (["to"] + keys).joined(separator: ", "))
    }
  }

  private mutating func mountKind(
    _ section: OrderedDictionary<String, Field>, _ type: String, at place: SourceLocation
  ) -> MountRequest.Kind? {
    switch type {
    case "nullfs":
      guard let from = section["from"] else {
        reader.error("a mount of type nullfs has no `from`", at: place, expected: "from = PATH, on the host")
        return nil
      }
      guard let source = reader.innerPath(from) else { return nil }
      return .nullfs(from: source, isReadOnly: section["read-only"].flatMap { reader.boolean($0) } ?? false)
    case "tmpfs":
      return .tmpfs(
        size: section["size"].flatMap { reader.size($0) },
        mode: section["mode"].flatMap { reader.octal($0, most: 0o7777) })
    case "devfs":
      let ruleset = section["ruleset"].flatMap { reader.integer($0, in: 0...65_535) }
      return .devfs(ruleset: Int32(ruleset ?? Self.defaultRuleset))
    case "fdescfs": return .fdescfs
    case "procfs": return .procfs
    case "linprocfs": return .linprocfs
    default: return .linsysfs
    }
  }

  // MARK: mount.devfs, mount.fdescfs, mount.procfs

  /// jail(8) mounts these after all others, where they have always been.
  mutating func mountPseudoParameters(_ members: [Field]) {
    for (name, target) in [("mount.devfs", "/dev"), ("mount.fdescfs", "/dev/fd"), ("mount.procfs", "/proc")] {
      guard let field = members.first(where: { $0.name == name }), reader.boolean(field) == true else { continue }
      let kind: MountRequest.Kind =
        switch name {
        case "mount.devfs": .devfs(ruleset: writtenRuleset)
        case "mount.fdescfs": .fdescfs
        default: .procfs
        }
      jail.mounts.append(MountRequest(kind, at: target))
      mountPlaces.append(field.keyLocation)
    }
  }

  private var writtenRuleset: Int32 {
    if case .text(let text) = jail.parameter("devfs_ruleset"), let number = Int32(text) { return number }
    return Int32(Self.defaultRuleset)
  }
}
