import DequeModule
import Supervision

/// What the shell has still to do: actions of the event that was handled last, and events that wait to be handled.
///
/// The actions of an event come before the next event, in their order. Of the events, what the shell itself answers to the
/// core takes turns with what comes from outside: a boot of thousands asks and answers thousands of times, and a signal
/// or a client is not to wait for the last of them.
struct PendingWork {
  enum Item {
    case action(Action)
    case event(Event)
  }

  private var actions = Deque<Action>()
  private var arrivals = Deque<Event>()
  private var answers = Deque<Event>()
  private var isArrivalsTurn = true
  /// More than this has waited: the room for it is given back.
  private var wasLarge = false
  private static let large = 64

  mutating func arrive(_ event: Event) {
    arrivals.append(event)
  }

  mutating func answer(_ event: Event) {
    answers.append(event)
  }

  mutating func act(_ more: [Action]) {
    actions.append(contentsOf: more)
    wasLarge = wasLarge || actions.count > Self.large
  }

  /// It cannot be done now, and comes first again.
  mutating func putBack(_ item: Item) {
    switch item {
    case .action(let action): actions.prepend(action)
    case .event(let event): arrivals.prepend(event)
    }
  }

  /// The next thing to do; `nil`: nothing is left.
  mutating func next() -> Item? {
    if let action = actions.popFirst() { return .action(action) }
    wasLarge = wasLarge || arrivals.count + answers.count > Self.large
    defer { isArrivalsTurn.toggle() }
    if let event = isArrivalsTurn ? arrivals.popFirst() : answers.popFirst() { return .event(event) }
    if let event = arrivals.popFirst() ?? answers.popFirst() { return .event(event) }
    if wasLarge { self = PendingWork() }
    return nil
  }
}
