/// A service's place in the graph: its edges, kept both ways, and counters of what holds it.
///
/// The counters are kept up to date by `Supervisor.refresh`, so that a change of state costs what it touches.
struct Links: Sendable {
  /// One requirement; several services may answer to its name.
  struct Requirement: Sendable {
    var name: String
    /// In file order; the service of that name first.
    var candidates: [ServiceID]
    /// How many of the candidates are ready.
    var ready: Int32 = 0
    /// Candidates before this one have had their chance since the service began to wait.
    var nextCandidate: Int32 = 0
  }

  struct Dependent: Sendable {
    var service: ServiceID
    /// Which of the dependent's requirements.
    var requirement: Int32
  }

  var requirements: [Requirement] = []
  var dependents: [Dependent] = []
  /// Starts after these, if they are being started: `after`, the others' `before`, and `wants`.
  var predecessors: [ServiceID] = []
  var successors: [ServiceID] = []
  /// Wants and followers may name services that are forgotten by now: their places are empty until the next `relink`.
  var wants: [ServiceID] = []
  var conflicts: [ServiceID] = []
  /// Those that are restarted along with this one.
  var restartFollowers: [ServiceID] = []

  /// Requirements without a candidate that is ready.
  var unmet: Int32 = 0
  /// Predecessors on their way up.
  var comingPredecessors: Int32 = 0
  /// Conflicting services that may have a process.
  var activeConflicts: Int32 = 0
  /// Dependents and successors that are to stop before this one does.
  var stoppingAbove: Int32 = 0

  /// Forgets the edges; the counters follow from the edges.
  mutating func clear() {
    self = Links()
  }
}
