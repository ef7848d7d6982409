// How causes, outcomes and who wanted it are written down. The first field of each says which case it is; the numbers are the
// format's and never change their meaning.

extension ExitStatus: Recorded {
  func write(to writer: inout FieldWriter) {
    switch self {
    case .exited(let code):
      writer.number(1, 1 as UInt8)
      writer.number(2, code)
    case .signaled(let number, let core):
      writer.number(1, 2 as UInt8)
      writer.signed(2, number)
      writer.flag(3, core)
    case .unknown:
      writer.number(1, 3 as UInt8)
    }
  }

  init(_ fields: Fields) throws(StateRecordError) {
    switch try fields.number(1, as: Int.self) {
    case 1: self = .exited(try fields.number(2))
    case 2: self = .signaled(try fields.signed(2), core: try fields.flag(3))
    case 3: self = .unknown
    case let other: throw fields.unknown(other)
    }
  }
}

extension ProcessRole: Recorded {
  func write(to writer: inout FieldWriter) {
    let (number, index): (UInt8, Int?) =
      switch self {
      case .main: (1, nil)
      case .preStart(let index): (2, index)
      case .postStart(let index): (3, index)
      case .stopCommand: (4, nil)
      case .postStop(let index): (5, index)
      case .reload: (6, nil)
      case .action(let index): (7, index)
      }
    writer.number(1, number)
    if let index { writer.number(2, UInt32(truncatingIfNeeded: index)) }
  }

  init(_ fields: Fields) throws(StateRecordError) {
    let index = Int(try fields.optionalNumber(2, as: UInt32.self) ?? 0)
    switch try fields.number(1, as: Int.self) {
    case 1: self = .main
    case 2: self = .preStart(index)
    case 3: self = .postStart(index)
    case 4: self = .stopCommand
    case 5: self = .postStop(index)
    case 6: self = .reload
    case 7: self = .action(index)
    case let other: throw fields.unknown(other)
    }
  }
}

extension SpawnFailure: Recorded {
  func write(to writer: inout FieldWriter) {
    writer.text(1, stage)
    writer.signed(2, errno)
    writer.text(3, message)
    writer.flag(4, isPassing)
    writer.duration(5, patience)
  }

  init(_ fields: Fields) throws(StateRecordError) {
    self.init(
      stage: try fields.text(1), errno: try fields.signed(2), message: try fields.text(3),
      isPassing: try fields.flag(4), patience: try fields.optionalDuration(5))
  }
}

extension CommandName: Recorded {
  func write(to writer: inout FieldWriter) {
    writer.value(1, role)
    writer.text(2, program)
  }

  init(_ fields: Fields) throws(StateRecordError) {
    self.init(try fields.value(1), try fields.optionalText(2))
  }
}

extension FirstCause: Recorded {
  func write(to writer: inout FieldWriter) {
    writer.text(1, service)
    writer.value(2, cause)
  }

  init(_ fields: Fields) throws(StateRecordError) {
    self.init(service: try fields.text(1), cause: try fields.value(2))
  }
}

extension RequirementTrouble: RecordedChoice {
  static let recorded: [Self] = [.failed, .stopped, .disabled, .unknown]
}

extension FailureCause: Recorded {
  func write(to writer: inout FieldWriter) {
    writer.number(1, number)
    switch self {
    case .lacks(let lacks): writer.texts(2, lacks)
    case .spawn(let role, let failure):
      writer.value(2, role)
      writer.value(3, failure)
    case .jail(let reason), .jailLeft(let reason): writer.text(2, reason)
    case .hook(let name, let status):
      writer.value(2, name)
      writer.value(3, status)
    case .hookTimeout(let name, let time):
      writer.value(2, name)
      writer.duration(3, time)
    case .exitedBeforeReady(let status), .exited(let status), .background(let status): writer.value(2, status)
    case .leftProcesses, .unkillable: break
    case .startTimeout(let time, let name):
      writer.duration(2, time)
      writer.value(3, name)
    case .respawnLimit(let count, let period, let last):
      writer.number(2, UInt32(clamping: count))
      writer.duration(3, period)
      writer.value(4, last)
    case .requirement(let name, let trouble, let first):
      writer.text(2, name)
      writer.value(3, trouble)
      writer.value(4, first)
    case .awaits(let name, let cause):
      writer.text(2, name)
      writer.value(3, cause)
    }
  }

  private var number: UInt8 {
    switch self {
    case .lacks: 1
    case .spawn: 2
    case .jail: 3
    case .jailLeft: 4
    case .hook: 5
    case .hookTimeout: 6
    case .exitedBeforeReady: 7
    case .exited: 8
    case .background: 9
    case .leftProcesses: 10
    case .startTimeout: 11
    case .respawnLimit: 12
    case .requirement: 13
    case .awaits: 14
    case .unkillable: 15
    }
  }

  init(_ fields: Fields) throws(StateRecordError) {
    switch try fields.number(1, as: Int.self) {
    case 1: self = .lacks(try fields.texts(2))
    case 2: self = .spawn(try fields.value(2), try fields.value(3))
    case 3: self = .jail(try fields.text(2))
    case 4: self = .jailLeft(try fields.text(2))
    case 5: self = .hook(try fields.value(2), try fields.value(3))
    case 6: self = .hookTimeout(try fields.value(2), try fields.duration(3))
    case 7: self = .exitedBeforeReady(try fields.value(2))
    case 8: self = .exited(try fields.value(2))
    case 9: self = .background(try fields.value(2))
    case 10: self = .leftProcesses
    case 11: self = .startTimeout(try fields.duration(2), during: try fields.optionalValue(3))
    case 12:
      self = .respawnLimit(
        count: Int(try fields.number(2, as: UInt32.self)), period: try fields.duration(3), last: try fields.value(4))
    case 13: self = .requirement(try fields.text(2), try fields.value(3), first: try fields.optionalValue(4))
    case 14: self = .awaits(try fields.text(2), try fields.value(3))
    case 15: self = .unkillable
    case let other: throw fields.unknown(other)
    }
  }
}

extension StopCause: Recorded {
  func write(to writer: inout FieldWriter) {
    writer.number(1, number)
    switch self {
    case .command(let requester), .reset(let requester), .restart(let requester): writer.value(2, requester)
    case .exited(let status), .background(let status): writer.value(2, status)
    case .requirementStopped(let name), .conflict(let name): writer.text(2, name)
    case .neverStarted, .disabled, .removed, .shutdown: break
    }
  }

  private var number: UInt8 {
    switch self {
    case .neverStarted: 1
    case .command: 2
    case .reset: 3
    case .exited: 4
    case .background: 5
    case .requirementStopped: 6
    case .conflict: 7
    case .restart: 8
    case .disabled: 9
    case .removed: 10
    case .shutdown: 11
    }
  }

  init(_ fields: Fields) throws(StateRecordError) {
    switch try fields.number(1, as: Int.self) {
    case 1: self = .neverStarted
    case 2: self = .command(try fields.value(2))
    case 3: self = .reset(try fields.value(2))
    case 4: self = .exited(try fields.value(2))
    case 5: self = .background(try fields.value(2))
    case 6: self = .requirementStopped(try fields.text(2))
    case 7: self = .conflict(try fields.text(2))
    case 8: self = .restart(try fields.value(2))
    case 9: self = .disabled
    case 10: self = .removed
    case 11: self = .shutdown
    case let other: throw fields.unknown(other)
    }
  }
}

extension Outcome: Recorded {
  func write(to writer: inout FieldWriter) {
    switch self {
    case .stopped(let cause): writer.value(1, cause)
    case .failed(let cause): writer.value(2, cause)
    }
  }

  init(_ fields: Fields) throws(StateRecordError) {
    if let cause: StopCause = try fields.optionalValue(1) {
      self = .stopped(cause)
    } else {
      self = .failed(try fields.value(2))
    }
  }
}

// MARK: - Who wanted it

extension Requester: Recorded {
  func write(to writer: inout FieldWriter) {
    switch self {
    case .boot: writer.number(1, 1 as UInt8)
    case .load: writer.number(1, 2 as UInt8)
    case .user(let uid):
      writer.number(1, 3 as UInt8)
      writer.number(2, uid)
    case .service(let name):
      writer.number(1, 4 as UInt8)
      writer.text(2, name)
    case .onFailure(let name):
      writer.number(1, 5 as UInt8)
      writer.text(2, name)
    case .shutdown: writer.number(1, 6 as UInt8)
    }
  }

  init(_ fields: Fields) throws(StateRecordError) {
    switch try fields.number(1, as: Int.self) {
    case 1: self = .boot
    case 2: self = .load
    case 3: self = .user(uid: try fields.number(2))
    case 4: self = .service(try fields.text(2))
    case 5: self = .onFailure(of: try fields.text(2))
    case 6: self = .shutdown
    case let other: throw fields.unknown(other)
    }
  }
}

extension Intent: Recorded {
  func write(to writer: inout FieldWriter) {
    writer.value(1, requester)
    writer.instant(2, since)
  }

  init(_ fields: Fields) throws(StateRecordError) {
    self.init(requester: try fields.value(1), since: try fields.instant(2))
  }
}

extension StartOccasion: RecordedChoice {
  static let recorded: [Self] = [.command, .reaction, .automatic, .again, .comeback]
}

extension StopOrder: Recorded {
  func write(to writer: inout FieldWriter) {
    writer.value(1, outcome)
    writer.flag(2, startsAgain)
    writer.value(3, occasion)
  }

  init(_ fields: Fields) throws(StateRecordError) {
    self.init(
      outcome: try fields.value(1), startsAgain: try fields.flag(2), occasion: try fields.optionalValue(3) ?? .again)
  }
}

extension FailureNews: Recorded {
  func write(to writer: inout FieldWriter) {
    writer.text(1, service)
    writer.value(2, cause)
  }

  init(_ fields: Fields) throws(StateRecordError) {
    self.init(service: try fields.text(1), cause: try fields.value(2))
  }
}

extension News: Recorded {
  func write(to writer: inout FieldWriter) {
    writer.value(1, cause)
    writer.flag(2, willRetry)
    writer.flag(3, wasUp)
  }

  init(_ fields: Fields) throws(StateRecordError) {
    self.init(cause: try fields.value(1), willRetry: try fields.flag(2), wasUp: try fields.flag(3))
  }
}
