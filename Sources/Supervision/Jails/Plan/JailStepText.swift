/// A step as people read it, in the words of the system's own commands.
public struct JailStepText: Sendable, Equatable {
  /// The command that does the like: `mkdir`, `mount`, `ifconfig`, `jail`, `rctl`, `run`; `later` for what only undoing does.
  public var action: String
  /// What is done, in one line.
  public var text: String
  /// What undoes it, in one line; `nil`: it is undone with something else, or not at all.
  public var undoing: String?

  /// - Parameter rootName: how the path of the jail's root is abbreviated in paths below it.
  public init(_ step: JailStep, of plan: JailPlan, rootName: String? = nil) {
    let name = { (path: String) -> String in
      guard let rootName, plan.root != "/", path.hasPrefix(plan.root + "/") else { return path }
      return rootName + path.dropFirst(plan.root.count)
    }
    switch step {
    case .directory(let path, let mode):
      action = "mkdir"
      text = name(path.text) + (mode == 0o755 ? "" : ", mode \(Self.octal(mode))")
      undoing = Self.goesWithRoot(path, plan) ? nil : "rmdir \(name(path.text)), if it was made"
    case .file(let path):
      action = "touch"
      text = name(path.text)
      undoing = Self.goesWithRoot(path, plan) ? nil : "rm \(name(path.text)), if it was made"
    case .mount(let mount):
      action = "mount"
      text = Self.text(mount, name)
      undoing = "umount \(name(mount.target.text))"
    case .seal(let root):
      action = "mount"
      text = "\(root) becomes read-only"
    case .alias(let alias):
      let address = "\(alias.interface) \(Self.family(alias.address)) \(alias.address.text)"
      action = "ifconfig"
      text = "\(address)/\(alias.address.prefix) alias"
      undoing = "ifconfig \(address) -alias"
    case .epair(let addresses, let bridge):
      let host = addresses.map { " has " + Self.text($0) } + (bridge.map { [" joins " + $0] } ?? []) + [" is up"]
      action = "ifconfig"
      text = "epair create; the host's end" + host.joined(separator: ",")
      undoing = "ifconfig epair destroy"
    case .commands(let point, let commands):
      action = "run"
      text = Self.text(point, commands)
    case .counterparts(let point, let commands):
      action = "later"
      text = "\(Self.text(point, commands)), when \(point == .release ? "all else is undone" : "the jail is gone")"
      undoing = "run \(Self.text(point, commands))"
    case .jail(let parameters):
      action = "jail"
      text =
        (["-c name=\(plan.jail)", "path=\(Self.word(plan.root))", "persist"] + parameters.map(Self.text))
        .joined(separator: " ")
      undoing = "jail -r \(plan.jail)"
    case .interface(let name):
      action = "ifconfig"
      text = "\(name) vnet \(plan.jail)"
      undoing = "ifconfig \(name) -vnet \(plan.jail)"
    case .network(let addresses, let gateways):
      let end = addresses.map { "has " + Self.text($0) } + ["is up"]
      action = "ifconfig"
      text =
        "inside: lo0 is up, the jail's end " + end.joined(separator: ", ")
        + gateways.map { ", default route \($0.text)" }.joined()
    case .rule(let rule):
      let text = "jail:\(plan.jail):\(rule.resource):\(rule.action)=\(rule.amount)"
      action = "rctl"
      self.text = "-a \(text)"
      undoing = "rctl -r \(text)"
    }
  }

  /// What was made in an ephemeral root cannot be removed once the root is read-only, and is gone with it.
  private static func goesWithRoot(_ path: JailPath, _ plan: JailPlan) -> Bool {
    path.root == plan.root && plan.steps.contains(.seal(root: plan.root))
  }

  private static func text(_ mount: JailMount, _ name: (String) -> String) -> String {
    let target = name(mount.target.text)
    switch mount.kind {
    case .nullfs(let from, let isReadOnly):
      return "nullfs \(from) on \(target)" + (isReadOnly ? ", read-only" : "")
    case .nullfsFile(let from, let isReadOnly, let mayCopy):
      return "nullfs \(from) on \(target)" + (isReadOnly ? ", read-only" : "") + (mayCopy ? ", or a copy of it" : "")
    case .tmpfs(let size, let mode):
      return "tmpfs on \(target)" + (size.map { ", size \($0)" } ?? "") + (mode.map { ", mode \(octal($0))" } ?? "")
    case .devfs(let ruleset): return "devfs on \(target), ruleset \(ruleset)"
    case .plain(let fileSystem): return "\(fileSystem) on \(target)"
    }
  }

  private static func text(_ point: HookPoint, _ commands: [Command]) -> String {
    "exec.\(point.rawValue): " + commands.map { $0.words.map(word).joined(separator: " ") }.joined(separator: "; ")
  }

  private static func text(_ parameter: JailParameter) -> String {
    switch parameter.value {
    case .text(let value): "\(parameter.name)=\(word(value))"
    case .flag(true): parameter.name
    case .flag(false): "\(parameter.name)=false"
    }
  }

  private static func text(_ address: NetworkAddress) -> String { "\(address.text)/\(address.prefix)" }

  private static func family(_ address: NetworkAddress) -> String { address.isIPv6 ? "inet6" : "inet" }

  private static func octal(_ mode: UInt32) -> String {
    let digits = String(mode, radix: 8)
    return String(repeating: "0", count: max(0, 4 - digits.count)) + digits
  }

  /// As a shell would have to be given it.
  private static func word(_ word: String) -> String {
    let isPlain = word.unicodeScalars.allSatisfy {
      $0.properties.isAlphabetic || ("0"..."9").contains($0) || "_-+=.,:/@%^|".unicodeScalars.contains($0)
    }
    return isPlain && !word.isEmpty ? word : "'" + word.replacing("'", with: "'\\''") + "'"
  }
}
