/// What a service waits for by the clock: several at once, but one of each kind.
struct ServiceTimer: Sendable, Hashable {
  enum Kind: UInt8, Sendable, Hashable, CaseIterable {
    /// The start has taken too long.
    case startTimeout
    /// The main process has stayed alive for as long as it has to, to be ready.
    case settle
    /// The pause before a respawn is over.
    case respawnDelay
    /// A step on the way down has taken too long.
    case grace
  }

  var kind: Kind
  var due: Instant
}
