import DequeModule

// The supervisor's core
// =====================
//
// An event changes one service, a request or the graph; what follows from that for others is settled through a queue of
// services whose conditions may have changed, so that nothing recurses:
//
//   handle(event)  ──▶ the service's StateMachine, or a walk through the graph that marks services (start, stop, restart)
//   refresh(id)    ──▶ compares what the service now is with what its neighbours were told, and updates their counters;
//                      a neighbour whose counter reaches zero is queued
//   settle(id)     ──▶ asks of a queued service: is it to stop and may it? does it wait and may it start? is it hopeless?
//
// Two marks on a service say where it is going: `intent` (somebody wants it up) and `stopOrder` (it is to stop, in order).
// A start marks the closure of requirements, a stop the closure of dependents; the order of the actual starts and stops
// then falls out of the counters.
//
// Who decides
// -----------
// Three things are said of a service, each by one author, and they may disagree at any moment:
//
//   state      what there is of it: processes, a jail. Its StateMachine alone changes it, in answer to an event.
//   intent     that somebody wants it up, and who. A start sets it; what withdraws it is a decision: a stop by command, another
//              service that conflicts, an end with success, a reset, removal, the supervisor's leaving.
//   stopOrder  that it is to stop, what it comes to by that, and whether it starts again. A walk up the dependents sets it, the
//              rest that follows takes it away.
//
// From the strongest to the weakest:
//
// 1. What is there. A mark starts and stops nothing by itself: `settle` hands it to the machine when the counters let it,
//    and the machine does it in its own steps. So a mark can be set in any state, and a half-finished start or stop is
//    never left as it is: what was begun (a jail, pre-start, a signal) is finished or undone before anything else begins.
// 2. What may not be. Disabled, removed, the supervisor leaving: no start, whoever wants it (`mayStart`). The wish of a
//    disabled service goes with its next rest, that of a failed requirement's dependent stays: a failure withdraws nothing.
// 3. The stop order. While there is one, a start only makes it a restart (`startsAgain`), since those above are on their
//    way down and rely on this one going after them. A restart that is overtaken by a stop is a stop; a stop that is
//    overtaken by a start is both, and each caller hears its own outcome. A service that is to stop is no longer ready for
//    anybody, though it runs, and one that is to start again is on its way, though it rests (`facts`).
// 4. An end that comes by itself before its turn is as good as the one that was ordered (`MachineContext.ordered`): no
//    respawn. But a failure of its own says more than any reason to stop, and what outlives SIGKILL is failed, and not
//    started again, whatever is said of it.
// 5. The intent. It decides only at rest, and only where the rest has no reason of its own: after a requirement that was
//    lost has come back, or with `startsAgain`. What has failed rests although it is wanted, until somebody asks. And
//    nothing that runs is stopped because nobody wants it any more: it is stopped when somebody says so.
//
// The files: +Start, +Stop (the walks), +Settle (the queue), +StateMachine (one service's machine), +Rest (what follows a rest),
// +Neighbours (the counters), +Names (whom a name means), +Orders, +Enablement (what clients ask), +Trial (what they would get),
// +Requests, +Awaiting (who waits for what), +Processes (what processes report), +Questions (what is asked of the runtime),
// +Load, +Configuration (configurations), +Shutdown, +Holdups (the end, and what it waits for), Status.swift (what others may
// look at).

/// The state machine of all services: `handle(event, moment)` gives the actions to carry out, and that is the whole interface.
///
/// It never blocks, reads no clock and touches no descriptor.
public struct Supervisor: Sendable {
  /// By number. A forgotten service leaves an empty place, which is not taken by another before all edges are made anew.
  var services = ServiceList()
  var idsByName: [String: ServiceID] = [:]
  /// Empty places that edges may still lead to, and those that no edge leads to any more.
  var vacated: [ServiceID] = []
  var vacant: [ServiceID] = []
  var nextRank: Int32 = 0
  /// Services that provide a name which is not their own, in load order.
  var providers: [String: [ServiceID]] = [:]
  var configuration = Configuration() { didSet { hasOwnChanges = true } }
  /// Templates that a part brought which was loaded by itself: the copy of the whole configuration does not have them.
  var partTemplates: Set<String> = []
  /// Enabled by command: makes a packaged service auto-start.
  var enabledNames: Set<String> = [] { didSet { hasOwnChanges = true } }
  /// Disabled by command, also names that no service has at present.
  var disabledNames: Set<String> = [] { didSet { hasOwnChanges = true } }

  /// Transient services of the files that are over: they do not come back with the same definition unless somebody names them.
  var finishedTransients: [String: ServiceDefinition] = [:] { didSet { hasOwnChanges = true } }

  var requests: [RequestID: PendingRequest] = [:]
  /// Which requests look at a service.
  var watchers: [ServiceID: [RequestID]] = [:]
  var processes = ProcessList()
  var errands: [ProcessKey: Errand] = [:]
  /// What was asked of the runtime and is not answered yet.
  var questions: [QuestionID: Question] = [:]
  var deadlines = DeadlineQueue()
  var queue = Deque<ServiceID>()
  /// Services that could start but for `max-parallel-starts`, in the order in which they came.
  var held = Deque<ServiceID>()
  var nextHeldOrder: UInt64 = 0
  var startingCount = 0
  /// How many services are not at rest.
  var restlessCount = 0
  var visitStamp: UInt32 = 0
  /// Walks that started something in the course of the present event.
  var startsInEvent = 0
  /// Services settled and neighbours told so far: the measure of work in tests.
  var steps = 0
  var nextSerial: UInt64 = 1
  var random: SplitMix64
  var shutdown: Shutdown? { didSet { hasOwnChanges = true } }

  /// Something may have changed that the state record has of the supervisor itself.
  var hasOwnChanges = true
  /// Of the actions of the last event those that a successor could not see the effect of.
  var unconfirmed: [UnconfirmedAction] = []
  var written = WrittenState()

  var actions: [Action] = []
  /// The moment of the event that is being handled, by either clock.
  var now = Instant(nanoseconds: 0)
  var wall = WallTime(seconds: 0)

  struct Shutdown: Sendable {
    var requester: Requester
    /// The clients that asked for it.
    var requests: [RequestID] = []
    /// When order is given up.
    var timeout: Instant
    /// Order has been given up; it is over then at the latest.
    var last: Instant?
    /// Nobody waits for grace periods any more.
    var isHurried = false
    /// What runs for callers has had its time.
    var isPastErrands = false
    var isOver = false
  }

  /// A process that was asked for and has not ended.
  struct ProcessEntry: Sendable {
    var service: ServiceID
    var role: ProcessRole
    /// Reload or an action: `errands` has the rest.
    var isErrand = false
  }

  /// A process that runs on a caller's behalf: few at a time, while every service has a process.
  struct Errand: Sendable {
    var request: RequestID
    var timeout: Duration
    /// When its time is up.
    var due: Instant
    /// What was left of its time when its caller fell behind; it does not pass until the caller has caught up.
    var left: Duration?
    /// The time was up, and it has had its SIGKILL.
    var hasTimedOut = false
  }

  /// - Parameters:
  ///   - seed: of the jitter in respawn delays.
  ///   - firstSerial: no process, question or service before it has had this number or a higher one.
  public init(seed: UInt64, firstSerial: UInt64 = 1) {
    random = SplitMix64(seed: seed)
    nextSerial = firstSerial
  }

  /// The whole interface: an event, the moment that it is handled, and what is to be done about it.
  public mutating func handle(_ event: Event, at moment: Moment) -> [Action] {
    now = moment.instant
    wall = moment.wall
    startsInEvent = 0
    dispatch(event)
    settleAll()
    unconfirmed = actions.compactMap { UnconfirmedAction($0) }
    defer { actions.removeAll(keepingCapacity: actions.capacity <= 64) }
    return actions
  }

  /// When `handle(.tick)` is due; `nil`: there is nothing to wait for.
  public var nextDeadline: Instant? {
    mutating get { deadlines.next }
  }

  private mutating func dispatch(_ event: Event) {
    switch event {
    case .boot(let configuration, let enablement): boot(configuration, enablement)
    case .load(let configuration, let scope, let requester, let request):
      load(configuration, scope: scope, requester: requester, request: request)
    case .tryLoad(let configuration, let scope, let requester, let request):
      tryLoad(configuration, scope: scope, requester: requester, request: request)
    case .order(let order, let requester, let request): take(order, from: requester, request: request)
    case .callerGone(let request): callerGone(request)
    case .callerBehind(let request, let isBehind): callerBehind(request, isBehind)
    case .prepared(let question, let lacks): answer(question, .prepare, .prepared(lacks: lacks))
    case .jailEntered(let question, let failure): answer(question, .enterJail, .jailEntered(failure: failure))
    case .released(let question, let failure): answer(question, .release, .released(failure: failure))
    case .spawned(let key, let pid): spawned(key, pid: pid)
    case .spawnFailed(let key, let failure): spawnFailed(key, failure)
    case .exited(let key, let status): exited(key, status)
    case .orphan(let pid, let status, let key): orphanEnded(pid, status, of: key)
    case .subtree(let question, let isEmpty):
      answer(question, .inspectSubtree, .subtree(isEmpty: isEmpty), isLast: isEmpty)
    case .adopt(let configuration, let enablement, let found): adopt(configuration, enablement, found)
    case .resume(let fates): resume(fates)
    case .tick: tick()
    case .shutdown(let requester): beginShutdown(requester, request: nil)
    case .hurryShutdown: hurryShutdown()
    }
  }
}
