import Testing
import UCL

@testable import Supervision

@Suite("Plans and journals as JSON")
struct JailCodingTests {
  static let path = JailPath(root: "/jails/web", components: ["a b", "ü\n\"", "c"])
  static let address = NetworkAddress("10.0.0.1", isIPv6: false, prefix: 24)
  static let address6 = NetworkAddress("fd00::1", isIPv6: true, prefix: 128)

  static let mounts: [JailMount.Kind] = [
    .nullfs(from: "/data", isReadOnly: true), .nullfs(from: "/data", isReadOnly: false),
    .nullfsFile(from: "/etc/resolv.conf", isReadOnly: true, mayCopy: false),
    .nullfsFile(from: "/etc/resolv.conf", isReadOnly: false, mayCopy: true),
    .tmpfs(size: nil, mode: nil), .tmpfs(size: .max, mode: 0o1777), .tmpfs(size: 1, mode: nil), .devfs(ruleset: -4),
    .plain("fdescfs"),
  ]

  /// Every case, with the ends of what it can hold.
  static let steps: [JailStep] =
    [
      .directory(path, mode: 0o755), .directory(JailPath(root: "/"), mode: .max), .file(path),
      .seal(root: "/jails/web"), .alias(InterfaceAddress(interface: "em0", address: address)),
      .epair(hostAddresses: [address, address6], bridge: "bridge0"), .epair(hostAddresses: [], bridge: nil),
      .jail([JailParameter("vnet", .text("new")), JailParameter("allow.raw_sockets", .flag(false))]), .jail([]),
      .interface("em1"), .network(jailAddresses: [address6], gateways: [address]),
      .network(jailAddresses: [], gateways: []), .rule(ResourceRule("memoryuse", "deny", .max)),
      .rule(ResourceRule("pcpu", "throttle", 0)),
    ] + mounts.map { .mount(JailMount($0, at: path)) }
    + HookPoint.allCases.flatMap { point -> [JailStep] in
      [.commands(point, [Command(["/bin/sh", "-c", ""])]), .counterparts(point, []), .commands(point, [])]
    }

  static let identity = FileIdentity(device: .max, inode: 1 << 63)

  static let records: [JournalRecord] =
    [
      .header(JournalHeader(boot: "1.2", service: "web", jail: "web", root: "/jails/web", steps: 3)),
      .header(JournalHeader(boot: "", service: "", jail: "", root: "", steps: 0, mounts: [FileSystemID(1, -2)])),
      .ran(step: 1, commands: 2), .undone(step: 0), .left(step: 4, "it is \"not\" ours"), .resumed, .finished,
    ]
    + steps.map { .intent(step: 3, $0, before: .nothing) }
    + [
      .nothing, .absent(in: nil), .absent(in: identity), .there(identity),
      .mounts(on: "/jails/web", []), .mounts(on: "/", [FileSystemID(.min, .max), FileSystemID(1, 2)]),
      .jail(nil, path: "/jails/web"), .jail(5, path: "/"), .interface(exists: true), .interface(exists: false),
      .epair(name: "epair0", description: "ours"), .address(exists: true), .address(exists: false),
    ].map { .intent(step: 0, .seal(root: "/"), before: $0) }
    + [
      .made(identity), .present, .mounted(FileSystemID(-1, 1)), .copied, .jail(.max), .epair("epair7"), .done,
      .failed(JailError(code: -5, "mount: no")),
    ].map { .result(step: 2, $0) }

  private func parse(_ line: String) throws -> Value {
    try Parser(mode: .json).parse(Source(name: "test", text: line))
  }

  @Test("a plan is read back as it was written, from one line")
  func planRoundTrip() throws {
    let plan = JailPlan(service: "web@1", jail: "web_1", root: "/jails/web", steps: Self.steps)
    let line = plan.value.json
    #expect(!line.contains("\n"))
    #expect(try JailPlan(parse(line)) == plan)
  }

  @Test("a record of a journal is read back as it was written", arguments: records)
  func recordRoundTrip(record: JournalRecord) throws {
    #expect(!record.line.contains("\n"))
    #expect(try JournalRecord(JournalFields(parse(record.line), at: "line 1")) == record)
  }

  @Test(
    "a plan that is not one is refused with the member that is wrong",
    arguments: [
      (#"[]"#, "the plan is not a JSON object"),
      (#"{"service":"web","jail":"web","root":"/"}"#, #"the plan lacks "steps""#),
      (#"{"service":1,"jail":"web","root":"/","steps":[]}"#, #"the plan: "service" is not a string"#),
      (#"{"service":"","jail":"","root":"/","steps":{}}"#, #"the plan: "steps" is not a list"#),
      (
        #"{"service":"","jail":"","root":"/","steps":[{"do":"dance"}]}"#,
        #"the plan: an element of "steps": "dance" is no "do" that is known"#
      ),
      (
        #"{"service":"","jail":"","root":"/","steps":[{"do":"file","root":"/a","components":["b",".."]}]}"#,
        #"the plan: an element of "steps": "components" has something that is not a file's name"#
      ),
      (
        #"{"service":"","jail":"","root":"/","steps":[{"do":"file","root":"a","components":[]}]}"#,
        #"the plan: an element of "steps": "root" is not an absolute path"#
      ),
      (
        #"{"service":"","jail":"","root":"/","steps":[{"do":"directory","root":"/","components":[],"mode":-1}]}"#,
        #"the plan: an element of "steps": "mode" is not a whole number from 0 to 4294967295"#
      ),
      (
        #"{"service":"","jail":"","root":"/","steps":[{"do":"commands","point":"created","commands":[[]]}]}"#,
        #"the plan: an element of "steps": "commands" has something that is not a command"#
      ),
    ])
  func badPlan(text: String, message: String) throws {
    let value = try parse(text)
    #expect(throws: JailError(message)) { try JailPlan(value) }
  }

  @Test("whatever is taken out of a record or put in its place, reading it ends with a record or an error")
  func mutilatedRecords() throws {
    let strange: [Value] = [.null, true, -1, 0.5, "", "..", [], [[]], ["a", 1], [:], ["step": 1], .integer(Int64.min)]
    for record in Self.records {
      let whole = try parse(record.line)
      for mutilated in mutilations(of: whole, with: strange) {
        switch Result(catching: { () throws(JailError) in
          try JournalRecord(JournalFields(mutilated, at: "line 1"))
        }) {
        case .success(let read):
          // What is understood is written again as it was understood.
          let again = try JournalRecord(JournalFields(parse(read.line), at: "line 1"))
          if again != read { Issue.record("\(mutilated.json)") }
        case .failure(let error):
          if !error.message.hasPrefix("line 1") { Issue.record("\(mutilated.json): \(error.message)") }
        }
      }
    }
  }

  /// The value with each member or element, at any depth, taken out or replaced by each of these.
  private func mutilations(of value: Value, with strange: [Value]) -> [Value] {
    switch value.content {
    case .object(let object):
      return object.members.flatMap { member -> [Value] in
        var without = object
        without.set([], forKey: member.key, at: .none)
        let inner = member.values.flatMap { mutilations(of: $0, with: strange) }
        return [.object(without)]
          + (strange + inner).map { replacement in
            var changed = object
            changed.set([replacement], forKey: member.key, at: .none)
            return .object(changed)
          }
      }
    case .array(let values):
      return values.indices.flatMap { index -> [Value] in
        (strange + mutilations(of: values[index], with: strange)).map { replacement in
          var changed = values
          changed[index] = replacement
          return .array(changed)
        }
      }
    default: return []
    }
  }
}
