import Supervision
import UCL

// What the supervisor and a worker say to each other: a line of JSON each way. Both ends are the same program, so nothing of it
// is kept stable.

/// What a worker is asked for.
enum WorkerRequest {
  case look([HostQuestion])
  /// The plan of a service's jail, to be written below the state directory.
  case plan(PlanRequest)
  case read(ConfigurationReading)
}

enum WorkerReply {
  /// In the order of the questions.
  case looked([HostAnswer])
  case planned(PlanOutcome)
  case read(ReadingRecord)
  /// The request made no sense.
  case refused(String)

  /// After a reading a worker is larger than a process should be that sleeps.
  var endsWorker: Bool {
    if case .read = self { true } else { false }
  }
}

enum PlanOutcome: Equatable {
  /// It lies where those who carry it out expect it.
  case written
  /// The service makes no jail.
  case none
  case refused([String])
  case failed(String)
}

extension WorkerRequest {
  var value: Value {
    switch self {
    case .look(let questions): ["look": .array(questions.map(\.value))]
    case .plan(let request): ["plan": request.value]
    case .read(let reading): ["read": reading.value]
    }
  }

  init?(_ value: Value) {
    if let questions = value["look"]?.array {
      self = .look(questions.compactMap { HostQuestion($0) })
    } else if let request = value["plan"].flatMap({ PlanRequest($0) }) {
      self = .plan(request)
    } else if let reading = value["read"].flatMap({ ConfigurationReading($0) }) {
      self = .read(reading)
    } else {
      return nil
    }
  }
}

extension WorkerReply {
  var value: Value {
    switch self {
    case .looked(let answers): ["looked": .array(answers.map(\.value))]
    case .planned(.written): ["planned": "written"]
    case .planned(.none): ["planned": "none"]
    case .planned(.refused(let reasons)): ["not-planned": .array(reasons.map { .string($0) })]
    case .planned(.failed(let reason)): ["failed": .string(reason)]
    case .read(let record): ["record": record.value]
    case .refused(let reason): ["refused": .string(reason)]
    }
  }

  init?(_ value: Value) {
    if let answers = value["looked"]?.array {
      self = .looked(answers.compactMap { HostAnswer($0) })
    } else if let word = value["planned"]?.string {
      self = .planned(word == "written" ? .written : .none)
    } else if let reasons = value["not-planned"]?.strings {
      self = .planned(.refused(reasons))
    } else if let reason = value["failed"]?.string {
      self = .planned(.failed(reason))
    } else if let record = value["record"].flatMap({ ReadingRecord($0) }) {
      self = .read(record)
    } else if let reason = value["refused"]?.string {
      self = .refused(reason)
    } else {
      return nil
    }
  }
}

extension WorkerReply {
  /// - Returns: `nil` for what is no reply.
  init?(line: [UInt8]) {
    guard let value = Value(messageLine: line) else { return nil }
    self.init(value)
  }
}

extension Value {
  /// A message between the supervisor and a worker, without its newline.
  init?(messageLine line: [UInt8]) {
    var limits = Limits()
    limits.bytes = WorkerPool.longestLine
    limits.values = 4_000_000
    guard let value = try? Parser(mode: .json, limits: limits).parse(Source(name: "<worker>", bytes: line)) else {
      return nil
    }
    self = value
  }

  var messageLine: [UInt8] {
    var bytes: [UInt8] = []
    JSON.write(self, into: &bytes)
    bytes.append(UInt8(ascii: "\n"))
    return bytes
  }
}
