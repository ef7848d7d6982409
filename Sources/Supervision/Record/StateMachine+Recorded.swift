// How the life of a service is written down.

extension ProcessKey: Recorded {
  func write(to writer: inout FieldWriter) { writer.number(1, serial) }
  init(_ fields: Fields) throws(StateRecordError) { self.init(serial: try fields.number(1)) }
}

extension FieldWriter {
  mutating func key(_ field: UInt8, _ key: ProcessKey?) {
    if let key { number(field, key.serial) }
  }
}

extension Fields {
  func optionalKey(_ field: UInt8) throws(StateRecordError) -> ProcessKey? {
    try optionalNumber(field).map { ProcessKey(serial: $0) }
  }

  func key(_ field: UInt8) throws(StateRecordError) -> ProcessKey { ProcessKey(serial: try number(field)) }

  func index(_ field: UInt8) throws(StateRecordError) -> Int { Int(try optionalNumber(field, as: UInt32.self) ?? 0) }
}

extension StateMachine.State: Recorded {
  func write(to writer: inout FieldWriter) {
    switch self {
    case .stopped(let cause):
      writer.number(1, 1 as UInt8)
      writer.value(2, cause)
    case .waiting(let rerun):
      writer.number(1, 2 as UInt8)
      writer.flag(2, rerun)
    case .starting(let starting):
      writer.number(1, 3 as UInt8)
      writer.value(2, starting)
    case .running(let main):
      writer.number(1, 4 as UInt8)
      writer.key(2, main)
    case .completed:
      writer.number(1, 5 as UInt8)
    case .respawning(let respawning):
      writer.number(1, 6 as UInt8)
      writer.value(2, respawning)
    case .stopping(let ending, let outcome):
      writer.number(1, 7 as UInt8)
      writer.value(2, ending)
      writer.value(3, outcome)
    case .failed(let cause):
      writer.number(1, 8 as UInt8)
      writer.value(2, cause)
    }
  }

  init(_ fields: Fields) throws(StateRecordError) {
    switch try fields.number(1, as: Int.self) {
    case 1: self = .stopped(try fields.value(2))
    case 2: self = .waiting(rerun: try fields.flag(2))
    case 3: self = .starting(try fields.value(2))
    case 4: self = .running(main: try fields.optionalKey(2))
    case 5: self = .completed
    case 6: self = .respawning(try fields.value(2))
    case 7: self = .stopping(try fields.value(2), try fields.value(3))
    case 8: self = .failed(try fields.value(2))
    case let other: throw fields.unknown(other)
    }
  }
}

extension StateMachine.Starting.Phase: Recorded {
  func write(to writer: inout FieldWriter) {
    switch self {
    case .preparing: writer.number(1, 1 as UInt8)
    case .enteringJail: writer.number(1, 2 as UInt8)
    case .preStart(let index, let key):
      writer.number(1, 3 as UInt8)
      writer.number(2, UInt32(truncatingIfNeeded: index))
      writer.key(3, key)
    case .launching: writer.number(1, 4 as UInt8)
    case .settling(let until):
      writer.number(1, 5 as UInt8)
      writer.instant(2, until)
    case .oneShot: writer.number(1, 6 as UInt8)
    case .clearing(let ending):
      writer.number(1, 7 as UInt8)
      writer.value(2, ending)
    case .postStart(let index, let key):
      writer.number(1, 8 as UInt8)
      writer.number(2, UInt32(truncatingIfNeeded: index))
      writer.key(3, key)
    case .leaving(let ending):
      writer.number(1, 9 as UInt8)
      writer.value(2, ending)
    }
  }

  init(_ fields: Fields) throws(StateRecordError) {
    switch try fields.number(1, as: Int.self) {
    case 1: self = .preparing
    case 2: self = .enteringJail
    case 3: self = .preStart(try fields.index(2), try fields.key(3))
    case 4: self = .launching
    case 5: self = .settling(until: try fields.instant(2))
    case 6: self = .oneShot
    case 7: self = .clearing(try fields.value(2))
    case 8: self = .postStart(try fields.index(2), try fields.key(3))
    case 9: self = .leaving(try fields.value(2))
    case let other: throw fields.unknown(other)
    }
  }
}

extension StateMachine.Starting: Recorded {
  func write(to writer: inout FieldWriter) {
    writer.value(1, phase)
    writer.key(2, main)
    writer.key(3, finished)
    writer.instant(4, deadline)
    writer.flag(5, hasBegun)
  }

  init(_ fields: Fields) throws(StateRecordError) {
    self.init(
      phase: try fields.value(1), main: try fields.optionalKey(2), finished: try fields.optionalKey(3),
      deadline: try fields.optionalInstant(4), hasBegun: try fields.flag(5))
  }
}

extension StateMachine.Respawning: Recorded {
  func write(to writer: inout FieldWriter) {
    switch self {
    case .ending(let ending, let cause, let skipsDelay):
      writer.value(1, ending)
      writer.value(2, cause)
      writer.flag(3, skipsDelay)
    case .delay(let until, let cause):
      writer.value(2, cause)
      writer.instant(4, until)
    }
  }

  init(_ fields: Fields) throws(StateRecordError) {
    let cause: FailureCause = try fields.value(2)
    if let ending: StopSequence = try fields.optionalValue(1) {
      self = .ending(ending, cause: cause, skipsDelay: try fields.flag(3))
    } else {
      self = .delay(until: try fields.instant(4), cause: cause)
    }
  }
}

extension StopSequence.Phase: Recorded {
  func write(to writer: inout FieldWriter) {
    switch self {
    case .commanded(let key):
      writer.number(1, 1 as UInt8)
      writer.key(3, key)
    case .terminating: writer.number(1, 2 as UInt8)
    case .looking: writer.number(1, 3 as UInt8)
    case .draining: writer.number(1, 4 as UInt8)
    case .postStop(let index, let key):
      writer.number(1, 5 as UInt8)
      writer.number(2, UInt32(truncatingIfNeeded: index))
      writer.key(3, key)
    case .releasing: writer.number(1, 6 as UInt8)
    case .killing: writer.number(1, 7 as UInt8)
    }
  }

  init(_ fields: Fields) throws(StateRecordError) {
    switch try fields.number(1, as: Int.self) {
    case 1: self = .commanded(try fields.key(3))
    case 2: self = .terminating
    case 3: self = .looking
    case 4: self = .draining
    case 5: self = .postStop(try fields.index(2), try fields.key(3))
    case 6: self = .releasing
    case 7: self = .killing
    case let other: throw fields.unknown(other)
    }
  }
}
