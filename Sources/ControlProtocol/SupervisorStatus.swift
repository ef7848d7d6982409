/// The supervisor itself: what `herd status root` shows.
public struct SupervisorStatus: Sendable, Equatable {
  public var version: String
  /// Of the supervisor itself: another one after each upgrade and each death.
  public var pid: Int32
  /// The process that stays, if this supervisor has a keeper, and how many supervisors it has had, this one included.
  public var keeper: Int32?
  public var number: Int?
  /// What became of the supervisor before this one, if the keeper had one.
  public var predecessor: Predecessor?
  public var started: Timestamp
  public var uid: UInt32
  /// The file or directory that the services come from.
  public var configuration: String?
  /// When the configuration in force was read.
  public var configurationLoaded: Timestamp?
  /// Why the last attempt to read the configuration was refused; what is in force is the one before.
  public var configurationError: String?
  public var socket: String?
  public var logDirectory: String?
  public var stateDirectory: String?
  public var isShuttingDown = false
  /// How many services are in each state; a state without services may be absent.
  public var counts: [ServiceState: Int] = [:]
  /// What deserves a word: survivors of a predecessor, a state directory that cannot be written.
  public var notes: [String] = []

  public struct Predecessor: Sendable, Equatable {
    /// A client must be prepared for words that it does not know.
    public struct Reason: RawRepresentable, Sendable, Hashable {
      public let rawValue: String

      public init(rawValue: String) {
        self.rawValue = rawValue
      }

      /// It ended, for whatever reason.
      public static let ended = Reason(rawValue: "ended")
      /// It has given way, as was asked for.
      public static let upgraded = Reason(rawValue: "upgraded")
      /// It could not be executed.
      public static let notExecuted = Reason(rawValue: "not-executed")
      /// It did not say in time that it is there, or that it has read what it has to know, and was killed.
      public static let notReady = Reason(rawValue: "not-ready")
      /// It said what its keeper does not understand, and was killed.
      public static let broken = Reason(rawValue: "broken")
    }

    public var reason: Reason
    /// The same, and how, as a sentence without a subject: `was ended by SIGKILL`.
    public var text: String
    /// It was a new program on trial, and this supervisor is the one from before it.
    public var isFallback: Bool

    public init(_ reason: Reason, _ text: String, isFallback: Bool = false) {
      self.reason = reason
      self.text = text
      self.isFallback = isFallback
    }
  }

  public init(version: String, pid: Int32, started: Timestamp, uid: UInt32) {
    self.version = version
    self.pid = pid
    self.started = started
    self.uid = uid
  }
}

extension SupervisorStatus {
  func write(to json: inout JSONWriter) {
    json.member("version", version)
    json.member("pid", pid)
    json.member("keeper", keeper)
    json.member("number", number)
    if let predecessor {
      json.member("predecessor") { json in
        json.member("reason", predecessor.reason.rawValue)
        json.member("text", predecessor.text)
        if predecessor.isFallback { json.member("fallback", true) }
      }
    }
    json.member("started", started)
    json.member("uid", Int(uid))
    json.member("configuration", configuration)
    json.member("configuration_loaded", configurationLoaded)
    json.member("configuration_error", configurationError)
    json.member("socket", socket)
    json.member("log_directory", logDirectory)
    json.member("state_directory", stateDirectory)
    if isShuttingDown { json.member("shutting_down", true) }
    // The states are the keys here; they are a fixed set, so each is named.
    json.member("counts") { json in
      json.member("stopped", counts[.stopped])
      json.member("waiting", counts[.waiting])
      json.member("starting", counts[.starting])
      json.member("running", counts[.running])
      json.member("completed", counts[.completed])
      json.member("respawning", counts[.respawning])
      json.member("stopping", counts[.stopping])
      json.member("failed", counts[.failed])
    }
    json.member("notes", notes)
  }

  init(_ fields: Fields) throws(MalformedMessage) {
    version = try fields.string("version")
    pid = try fields.integer("pid")
    keeper = try fields.optionalInteger("keeper")
    number = try fields.optionalInteger("number")
    if let fields = try fields.optionalObject("predecessor") {
      predecessor = Predecessor(
        Predecessor.Reason(rawValue: try fields.string("reason")), try fields.string("text"),
        isFallback: try fields.flag("fallback", or: false))
    }
    started = try fields.timestamp("started")
    uid = try fields.integer("uid")
    configuration = try fields.optionalString("configuration")
    configurationLoaded = try fields.optionalTimestamp("configuration_loaded")
    configurationError = try fields.optionalString("configuration_error")
    socket = try fields.optionalString("socket")
    logDirectory = try fields.optionalString("log_directory")
    stateDirectory = try fields.optionalString("state_directory")
    isShuttingDown = try fields.flag("shutting_down", or: false)
    if let states = try fields.optionalObject("counts") {
      for state in ServiceState.allCases {
        counts[state] = try states.optionalInteger(state.rawValue)
      }
    }
    notes = try fields.strings("notes")
  }
}
