// Who is in which jail
// ====================
//
//            join (first)          raised                leave (last)            lowered
//   (none) ─────────────▶ raising ───────▶ up, members ─────────────▶ lowering ─────────▶ (none), or raising again
//                            │ all leave                                   ▲  joins wait for it
//                            └────────────▶ abandoning ────────────────────┘
//                                              raised, or failed
//
// A jail is made for the first member and undone after the last. Making and undoing take time and are done elsewhere; one of them
// at a time is under way for a jail, and whoever comes meanwhile waits. Every join and every leave gets exactly one answer, and
// a member that has left is not told of anything any more.

/// The jails that are there, are being made or being undone, with the services in them.
public struct JailRegistry: Sendable {
  /// What is to be done, or told.
  public enum Output: Sendable, Equatable {
    /// Make the jail; answer ``JailRegistry/raised(_:failure:)``.
    case raise(jail: String)
    /// Nobody wants it any more: hurry up, or give up; ``JailRegistry/raised(_:failure:)`` is still to come.
    case abandon(jail: String)
    /// Undo all that was made for it; answer ``JailRegistry/lowered(_:failure:)``.
    case lower(jail: String)
    case jailEntered(Incarnation, failure: String?)
    case released(Incarnation, failure: String?)
  }

  /// How long an undoing may take: its commands may take their time, busy mounts too. What takes longer hangs.
  public static let undoingPatience: Duration = .seconds(120)

  private enum Phase {
    case raising
    case abandoning
    case up
    case lowering
  }

  private struct Entry {
    var phase: Phase
    /// Those that are in it, or wait for it to be made.
    var members: [Incarnation] = []
    /// They have left, and wait for the end of the jail.
    var leavers: [Incarnation] = []
    /// They came while it was on its way down: it is made again for them.
    var late: [Incarnation] = []
  }

  private var entries: [String: Entry] = [:]

  public init() {}

  /// The jails that are there, on their way up or on their way down, in the order of their names.
  public var jails: [String] { entries.keys.sorted() }

  /// Whether there is anything of a jail, or is about to be.
  public func knows(_ jail: String) -> Bool { entries[jail] != nil }

  /// The members of a jail that is there.
  public func members(of jail: String) -> [Incarnation] {
    guard let entry = entries[jail], case .up = entry.phase else { return [] }
    return entry.members
  }

  /// A service is to run in a jail.
  public mutating func join(_ member: Incarnation, jail: String) -> [Output] {
    guard var entry = entries[jail] else {
      entries[jail] = Entry(phase: .raising, members: [member])
      return [.raise(jail: jail)]
    }
    defer { entries[jail] = entry }
    switch entry.phase {
    case .raising:
      entry.members.append(member)
      return []
    case .up:
      // A completed one-shot that runs again is in it already.
      if !entry.members.contains(member) { entry.members.append(member) }
      return [.jailEntered(member, failure: nil)]
    case .abandoning, .lowering:
      entry.late.append(member)
      return []
    }
  }

  /// A service was in a jail that stands, by word of a dead supervisor.
  public mutating func resume(_ member: Incarnation, jail: String) {
    entries[jail, default: Entry(phase: .up)].members.append(member)
  }

  /// A service has no process in its jail any more, or no longer waits for it.
  public mutating func leave(_ member: Incarnation, jail: String) -> [Output] {
    guard var entry = entries[jail] else { return [.released(member, failure: nil)] }
    defer { entries[jail] = entry }
    if let position = entry.late.firstIndex(of: member) {
      entry.late.remove(at: position)
      return [.released(member, failure: nil)]
    }
    guard let position = entry.members.firstIndex(of: member) else { return [.released(member, failure: nil)] }
    entry.members.remove(at: position)
    guard entry.members.isEmpty else { return [.released(member, failure: nil)] }
    entry.leavers = [member]
    if case .raising = entry.phase {
      entry.phase = .abandoning
      return [.abandon(jail: jail)]
    }
    entry.phase = .lowering
    return [.lower(jail: jail)]
  }

  /// The jail was made, or could not be made, and what was begun has been undone as far as it could be.
  public mutating func raised(_ jail: String, failure: String?) -> [Output] {
    guard var entry = entries[jail] else { return [] }
    switch entry.phase {
    case .raising:
      entry.phase = .up
      entries[jail] = failure == nil ? entry : nil
      return entry.members.map { .jailEntered($0, failure: failure) }
    case .abandoning:
      // Also after a failure: it may have been cut short, and then its journal says what there is to undo.
      entry.phase = .lowering
      entries[jail] = entry
      return [.lower(jail: jail)]
    case .up, .lowering:
      return []
    }
  }

  /// A jail of which something is left from before: it is undone, and whoever joins waits for that.
  public mutating func inherit(_ jail: String) -> [Output] {
    guard entries[jail] == nil else { return [] }
    entries[jail] = Entry(phase: .lowering)
    return [.lower(jail: jail)]
  }

  /// The undoing is over.
  ///
  /// - Parameter failure: what could not be undone.
  public mutating func lowered(_ jail: String, failure: String?) -> [Output] {
    guard let entry = entries[jail], case .lowering = entry.phase else { return [] }
    let told = entry.leavers.map { Output.released($0, failure: failure) }
    guard !entry.late.isEmpty else {
      entries[jail] = nil
      return told
    }
    entries[jail] = Entry(phase: .raising, members: entry.late)
    return told + [.raise(jail: jail)]
  }
}
