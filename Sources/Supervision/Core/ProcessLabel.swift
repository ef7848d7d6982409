/// What a process is, in the keeper's table: for a successor that knows its number only, or nothing at all.
///
/// `KIND SERVICE`, such as `main nginx` or `pre-start 2 nginx`; `own worker` and `own jail` are processes of the supervisor itself.
/// The keeper has room for 63 bytes: a name that is too long is cut, and ends in `~` and a hash of the whole.
public struct ProcessLabel: Sendable, Hashable {
  public enum Subject: Sendable, Hashable {
    /// A name that was cut is no name of a service: see ``ProcessLabel/isOf(_:)``.
    case service(ProcessRole, name: String)
    case own(Own)
  }

  /// What the supervisor does with processes of its own.
  public enum Own: String, Sendable, Hashable {
    case worker
    case jail
  }

  public static let mostBytes = 63

  public let subject: Subject

  public init(_ own: Own) {
    subject = .own(own)
  }

  public init(_ role: ProcessRole, of service: String) {
    let room = Self.mostBytes - role.labelWords.utf8.count - 1
    subject = .service(role, name: Self.fit(service, into: room))
  }

  /// - Returns: `nil` for what is no label of ours.
  public init?(_ text: String) {
    guard text.utf8.count <= Self.mostBytes else { return nil }
    let words = text.split(separator: " ", omittingEmptySubsequences: false)
    guard let name = words.last, !name.isEmpty else { return nil }
    if words.count == 2, words[0] == "own" {
      guard let own = Own(rawValue: String(name)) else { return nil }
      subject = .own(own)
    } else {
      guard let role = ProcessRole(labelWords: words.dropLast()) else { return nil }
      subject = .service(role, name: String(name))
    }
  }

  public var text: String {
    switch subject {
    case .service(let role, let name): "\(role.labelWords) \(name)"
    case .own(let own): "own \(own.rawValue)"
    }
  }

  /// What the process is to its service; `nil`: it is the supervisor's own.
  public var role: ProcessRole? {
    if case .service(let role, _) = subject { role } else { nil }
  }

  /// Whether it is a process of the service of this name.
  public func isOf(_ service: String) -> Bool {
    role.map { ProcessLabel($0, of: service) == self } ?? false
  }

  // MARK: Long names

  private static func fit(_ name: String, into room: Int) -> String {
    guard name.utf8.count > room else { return name }
    let digits = String(hash(of: name), radix: 16)
    let mark = "~" + String(repeating: "0", count: 8 - digits.count) + digits
    var kept = name.utf8.prefix(room - mark.utf8.count)
    // Names of services are ASCII; what is none is not cut within a character.
    while String(kept) == nil { kept = kept.dropLast() }
    return (String(kept) ?? "") + mark
  }

  /// FNV-1a: the same in every version, unlike Swift's own.
  private static func hash(of name: String) -> UInt32 {
    name.utf8.reduce(0x811c_9dc5) { ($0 ^ UInt32($1)) &* 0x0100_0193 }
  }
}

extension ProcessRole {
  fileprivate var labelWords: String {
    switch self {
    case .main: "main"
    case .preStart(let index): "pre-start \(index + 1)"
    case .postStart(let index): "post-start \(index + 1)"
    case .stopCommand: "stop"
    case .postStop(let index): "post-stop \(index + 1)"
    case .reload: "reload"
    case .action(let index): "action \(index + 1)"
    }
  }

  fileprivate init?(labelWords words: ArraySlice<Substring>) {
    guard let kind = words.first else { return nil }
    switch (kind, words.count) {
    case ("main", 1): self = .main
    case ("stop", 1): self = .stopCommand
    case ("reload", 1): self = .reload
    case (_, 2):
      guard let digits = words.last, let number = Int(digits), number >= 1, String(number) == digits else { return nil }
      switch kind {
      case "pre-start": self = .preStart(number - 1)
      case "post-start": self = .postStart(number - 1)
      case "post-stop": self = .postStop(number - 1)
      case "action": self = .action(number - 1)
      default: return nil
      }
    default: return nil
    }
  }
}
