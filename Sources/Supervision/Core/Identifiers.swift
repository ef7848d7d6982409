/// A service, as a dense index: names exist only at the edges.
public struct ServiceID: Sendable, Hashable, Comparable {
  public let rawValue: Int32

  public init(_ rawValue: Int) {
    self.rawValue = Int32(truncatingIfNeeded: rawValue)
  }

  var index: Int { Int(rawValue) }

  public static func < (left: ServiceID, right: ServiceID) -> Bool {
    left.rawValue < right.rawValue
  }
}

/// A service from the moment that it is known until it is forgotten. Never used again, while its number is: what may outlive
/// a service, its processes and its place in a jail, is kept by this.
public struct Incarnation: Sendable, Hashable, Comparable {
  /// Its number for as long as it exists.
  public let service: ServiceID
  public let serial: UInt64

  public init(_ service: ServiceID, serial: UInt64) {
    self.service = service
    self.serial = serial
  }

  public static func < (left: Incarnation, right: Incarnation) -> Bool { left.serial < right.serial }
}

/// One question of the core to the runtime. Never used again, so that a late answer cannot be taken for another's.
public struct QuestionID: Sendable, Hashable {
  public let serial: UInt64

  public init(serial: UInt64) {
    self.serial = serial
  }
}

/// One process that the supervisor asked for. Never used again, so that a late event cannot be taken for another's.
public struct ProcessKey: Sendable, Hashable {
  public let serial: UInt64

  public init(serial: UInt64) {
    self.serial = serial
  }
}

/// A request of a client, named by the runtime; each gets exactly one final reply.
public struct RequestID: Sendable, Hashable {
  public let rawValue: UInt64

  public init(_ rawValue: UInt64) {
    self.rawValue = rawValue
  }
}

/// What a process is for.
public enum ProcessRole: Sendable, Hashable {
  case main
  /// The index is that of the command in the definition's list.
  case preStart(Int)
  case postStart(Int)
  case stopCommand
  case postStop(Int)
  case reload
  /// The index is that of the action in the definition's list.
  case action(Int)
}

/// Who wanted it.
public enum Requester: Sendable, Hashable {
  case boot
  case load
  /// A client of the control socket.
  case user(uid: UInt32)
  /// The requirement of another service, or its `wants`.
  case service(String)
  case onFailure(of: String)
  case shutdown
}

/// That somebody wants a service up, since when and because of whom.
public struct Intent: Sendable, Hashable {
  public var requester: Requester
  public var since: Instant

  public init(requester: Requester, since: Instant) {
    self.requester = requester
    self.since = since
  }
}
