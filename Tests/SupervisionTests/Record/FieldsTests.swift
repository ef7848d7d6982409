import Testing

@testable import Supervision

@Suite("Fields of records")
struct FieldsTests {
  private func fields(_ write: (inout FieldWriter) -> Void) throws -> Fields {
    var writer = FieldWriter()
    write(&writer)
    return try Fields(writer.bytes[...], of: "test")
  }

  @Test(
    "numbers read back, whatever their size and sign",
    arguments: [0, 1, -1, 63, 64, 127, 128, -129, 1 << 40, Int64.max, Int64.min])
  func numbers(_ number: Int64) throws {
    let read = try fields {
      $0.signed(1, number)
      $0.number(2, UInt64(bitPattern: number))
    }
    #expect(try read.signed(1, as: Int64.self) == number)
    #expect(try read.number(2, as: UInt64.self) == UInt64(bitPattern: number))
  }

  @Test("texts read back, also those whose length takes more than one byte", arguments: [0, 1, 127, 128, 20_000])
  func texts(_ count: Int) throws {
    let text = String(repeating: "ä", count: count)
    let read = try fields { writer in
      let beginning = writer.begin(7)
      writer.text(1, text)
      writer.end(beginning)
      writer.flag(8, true)
    }
    #expect(try read.optionalFields(7)?.text(1) == text)
    #expect(try read.flag(8))
  }

  @Test("a field that nobody asks for is passed over, and of two of a number the last counts")
  func unknown() throws {
    let read = try fields {
      $0.number(200, 5 as UInt8)
      $0.text(1, "first")
      $0.text(90, "what a later version has to say")
      $0.text(1, "last")
    }
    #expect(try read.text(1) == "last")
    #expect(try read.texts(1) == ["first", "last"])
    #expect(try read.optionalText(2) == nil)
    #expect(throws: StateRecordError.malformed("test lacks field 2")) { try read.text(2) }
  }

  @Test("what makes no sense is refused with the field's number")
  func senseless() throws {
    let read = try fields {
      $0.number(1, 300 as UInt16)
      $0.text(2, "x")
    }
    #expect(throws: StateRecordError.malformed("test: field 1 has a value that makes no sense")) {
      try read.number(1, as: UInt8.self)
    }
    #expect(throws: StateRecordError.malformed("test: field 1 has no bytes")) { try read.text(1) }
    #expect(throws: StateRecordError.malformed("test: 9 means nothing here")) {
      var writer = FieldWriter()
      writer.number(1, 9 as UInt8)
      _ = try StartOccasion(Fields(writer.bytes[...], of: "test"))
    }
  }

  @Test(
    "bytes that are no fields are refused",
    arguments: [[0x03, 0x05, 0x01], [0x02], [0x80], [UInt8](repeating: 0xff, count: 30)])
  func malformed(_ bytes: [UInt8]) {
    #expect(throws: StateRecordError.self) { try Fields(bytes[...], of: "test") }
  }

  @Test("fields within fields have a bound")
  func deep() throws {
    var cause = FailureCause.unkillable
    for _ in 0..<100 { cause = .awaits("x", cause) }
    var writer = FieldWriter()
    cause.write(to: &writer)
    #expect(throws: StateRecordError.malformed("FailureCause is nested too deeply")) {
      try FailureCause(Fields(writer.bytes[...], of: "test"))
    }
  }
}

@Suite("Causes in records")
struct RecordedCauseTests {
  static let causes: [FailureCause] = [
    .lacks([]), .lacks(["/bin/x is missing", "no user www"]),
    .spawn(
      .postStop(3),
      SpawnFailure(stage: "user", errno: -2, message: "no such user", isPassing: true, patience: .seconds(5))),
    .spawn(.main, SpawnFailure(stage: "exec", errno: 2, message: "")),
    .jail("no mount"), .jailLeft("busy"), .hook(CommandName(.preStart(1), "/bin/a"), .signaled(9, core: true)),
    .hookTimeout(CommandName(.stopCommand), .milliseconds(1500)), .exitedBeforeReady(.exited(255)), .exited(.unknown),
    .background(.exited(0)), .leftProcesses, .startTimeout(.seconds(60), during: CommandName(.action(2))),
    .startTimeout(.zero), .respawnLimit(count: 5, period: .seconds(7), last: .exited(.exited(1))),
    .requirement("db", .failed, first: FirstCause(service: "disk", cause: .jail("x"))), .requirement("db", .unknown),
    .awaits("db", .unkillable), .unkillable,
  ]

  static let stops: [StopCause] = [
    .neverStarted, .command(.user(uid: 1001)), .reset(.boot), .exited(.exited(0)), .background(.exited(0)),
    .requirementStopped("db"), .conflict("apache"), .restart(.service("x")), .disabled, .removed, .shutdown,
    .command(.load), .command(.onFailure(of: "y")), .command(.shutdown),
  ]

  private func again<Content: Recorded>(_ content: Content) throws -> Content {
    var writer = FieldWriter()
    content.write(to: &writer)
    return try Content(Fields(writer.bytes[...], of: "test"))
  }

  @Test("every cause of a failure reads back", arguments: causes)
  func failures(_ cause: FailureCause) throws {
    #expect(try again(Outcome.failed(cause)) == .failed(cause))
  }

  @Test("every cause of a stop reads back", arguments: stops)
  func rests(_ cause: StopCause) throws {
    #expect(try again(Outcome.stopped(cause)) == .stopped(cause))
  }
}
