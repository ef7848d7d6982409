import Supervision
import UCL

/// What the process that makes or undoes a jail says of it at its end: one JSON object on its standard output.
struct JailReport: Equatable {
  /// The jail that is there now.
  var jail: StandingJail?
  /// Why there is none, or why not everything could be undone.
  var failure: String?
  /// What was not undone since it comes by itself: interfaces that a dying jail keeps; clauses for people.
  var awaited: [String] = []
  /// The jails that were removed and are dying still.
  var dying: [Int32] = []

  init(jail: StandingJail) {
    self.jail = jail
  }

  init(failure: String?) {
    self.failure = failure
  }

  /// - Returns: `nil` when the bytes are no report: the process has ended before its time.
  init?(_ bytes: [UInt8]) {
    guard let value = try? Parser(mode: .json).parse(Source(name: "<report>", bytes: bytes)), value.object != nil else {
      return nil
    }
    failure = value["failure"]?.string
    awaited = (value["awaited"]?.array ?? []).compactMap(\.string)
    dying = (value["dying"]?.array ?? []).compactMap(\.integer).compactMap(Int32.init(exactly:))
    // 0 is the host itself, where nothing may run that belongs into a jail.
    if let number = value["jid"]?.integer, let jid = Int32(exactly: number), jid > 0,
      let name = value["name"]?.string, let path = value["path"]?.string
    {
      jail = StandingJail(jid: jid, name: name, path: path)
    }
  }

  var text: String {
    var members: [(String, Value)] = []
    if let failure { members.append(("failure", .string(failure))) }
    if !awaited.isEmpty { members.append(("awaited", .array(awaited.map { .string($0) }))) }
    if !dying.isEmpty { members.append(("dying", .array(dying.map { .integer($0) }))) }
    if let jail {
      members += [("jid", .integer(jail.jid)), ("name", .string(jail.name)), ("path", .string(jail.path))]
    }
    return Value.object(members).json
  }
}

/// A jail that processes can enter.
struct StandingJail: Equatable {
  var jid: Int32
  var name: String
  /// Its root on the host.
  var path: String
}
