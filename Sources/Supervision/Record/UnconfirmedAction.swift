/// An action that leaves no trace by which it could be seen whether it was carried out. It stands in the batch that is written
/// before it; if no batch follows that one, it may not have been, and is carried out by the successor.
///
/// Everything else shows itself: processes in the keeper's table, answers by their not having come.
enum UnconfirmedAction: Sendable, Equatable {
  case signal(ProcessKey, Int32)
  case signalGroup(ProcessKey, Int32)
  case signalSubtree(Incarnation, Int32, continues: Bool)
  case saveEnablement

  init?(_ action: Action) {
    switch action {
    case .signal(let key, let number): self = .signal(key, number)
    case .signalGroup(let key, let number): self = .signalGroup(key, number)
    case .signalSubtree(let service, let number, let continues):
      self = .signalSubtree(service, number, continues: continues)
    case .saveEnablement: self = .saveEnablement
    default: return nil
    }
  }
}

extension UnconfirmedAction: Recorded {
  func write(to writer: inout FieldWriter) {
    switch self {
    case .signal(let key, let number):
      writer.number(1, 1 as UInt8)
      writer.key(2, key)
      writer.signed(3, number)
    case .signalGroup(let key, let number):
      writer.number(1, 2 as UInt8)
      writer.key(2, key)
      writer.signed(3, number)
    case .signalSubtree(let service, let number, let continues):
      writer.number(1, 3 as UInt8)
      writer.number(2, service.serial)
      writer.signed(3, number)
      writer.number(4, UInt32(truncatingIfNeeded: service.service.index))
      writer.flag(5, continues)
    case .saveEnablement:
      writer.number(1, 4 as UInt8)
    }
  }

  init(_ fields: Fields) throws(StateRecordError) {
    switch try fields.number(1, as: Int.self) {
    case 1: self = .signal(try fields.key(2), try fields.signed(3))
    case 2: self = .signalGroup(try fields.key(2), try fields.signed(3))
    case 3:
      self = .signalSubtree(
        Incarnation(ServiceID(try fields.index(4)), serial: try fields.number(2)), try fields.signed(3),
        continues: try fields.flag(5))
    case 4: self = .saveEnablement
    case let other: throw fields.unknown(other)
    }
  }
}
