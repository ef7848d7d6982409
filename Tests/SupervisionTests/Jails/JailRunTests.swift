import Supervision
import Testing

@Suite("Carrying out the plan of a jail")
struct JailRunTests {
  /// Carries out, expects this error, and nothing left.
  private func expectRefusal(
    _ message: String, step: Int?, _ plan: JailPlan, on kernel: SimulatedJailKernel,
    location: SourceLocation = #_sourceLocation
  ) {
    var scenario = JailScenario(plan, on: kernel)
    guard case .failure(let failure) = scenario.carryOut() else {
      Issue.record("it was carried out", sourceLocation: location)
      return
    }
    #expect(failure.error.message == message, sourceLocation: location)
    #expect(failure.step == step, sourceLocation: location)
    scenario.expectAsBefore(failure.remains)
  }

  @Test("a jail of the same name that is somebody else's is in the way, and nothing is begun")
  func jailInTheWay() {
    let kernel = makeJailHost { $0.jails = [.init(jid: 5, name: "web", path: "/elsewhere", maker: .outsider)] }
    expectRefusal(
      "a jail called web exists already (jid 5) and is not the supervisor's; "
        + "stop it with jail -r web, or choose another name",
      step: nil, makePlan(.directory("data"), .jail([])), on: kernel)
    #expect(kernel.bytes.isEmpty)
  }

  @Test("a jail of the name and place that appears while the plan is carried out is not removed")
  func jailAppears() {
    for call in 0..<16 {
      let kernel = makeJailHost()
      kernel.world[call] = { $0.jails.append(.init(jid: 5, name: "web", path: "/jails/web", maker: .outsider)) }
      var scenario = JailScenario(makePlan(.directory("data"), .jail([])), on: kernel)
      let result = scenario.carryOut("a jail appears at call \(call)")
      if kernel.jails.contains(where: { $0.maker == .outsider }) {
        guard case .failure = result else { continue }
        scenario.expectNothingForeignRemoved()
        #expect(kernel.jails.map(\.jid) == [5])
        #expect(kernel.remains.isEmpty)
      }
    }
  }

  @Test("a directory is not mounted on itself")
  func mountOnItself() {
    let kernel = makeJailHost { $0.files.links = ["/srv": "/jails"] }
    expectRefusal(
      "mount /srv/web/data on /jails/web/data: it would be mounted on itself", step: 1,
      makePlan(.directory("data"), .mount(.nullfs(from: "/srv/web/data", isReadOnly: true), at: "data")), on: kernel)
  }

  @Test("nullfs joins a directory with a directory and a file with a file")
  func kindsOfMount() {
    expectRefusal(
      "mount /etc/hosts on /jails/web/data: /etc/hosts is a file, not a directory", step: 1,
      makePlan(.directory("data"), .mount(.nullfs(from: "/etc/hosts", isReadOnly: true), at: "data")),
      on: makeJailHost())
    expectRefusal(
      "mount /etc/hosts on /jails/web/data: the place is a directory, not a file", step: 1,
      makePlan(
        .directory("data"), .mount(.nullfsFile(from: "/etc/hosts", isReadOnly: true, mayCopy: true), at: "data")),
      on: makeJailHost())
    expectRefusal(
      "mount /data on /jails/web/data: the place is missing, not a directory", step: 0, makePlan(.data),
      on: makeJailHost())
    expectRefusal(
      "mount devfs on /jails/web/dev: the place is a link or a device, not a directory", step: 0,
      makePlan(.mount(.devfs(ruleset: 4), at: "dev")), on: makeJailHost { $0.outsider(.link, "/jails/web/dev") })
  }

  @Test("a devfs without a ruleset is refused")
  func devicesWithoutRules() {
    expectRefusal(
      "mount devfs on /jails/web/dev: ruleset 0 would show every device", step: 1,
      makePlan(.directory("dev"), .mount(.devfs(ruleset: 0), at: "dev")), on: makeJailHost())
  }

  @Test("only a tmpfs of this plan is made read-only")
  func sealForeign() {
    let message = "make /jails/web read-only: no tmpfs of this plan is mounted there"
    expectRefusal(message, step: 0, makePlan(.seal(root: "/jails/web")), on: makeJailHost())
    let kernel = makeJailHost { $0.outsiderMounts(at: "/jails/web") }
    expectRefusal(message, step: 0, makePlan(.seal(root: "/jails/web")), on: kernel)
  }

  @Test("what is there where a directory or a file is wanted is left, and named")
  func somethingElseThere() {
    let kernel = makeJailHost { $0.outsider(.file, "/jails/web/data") }
    expectRefusal(
      "make directory /jails/web/data: a file is there", step: 0, makePlan(.directory("data")), on: kernel)
    let other = makeJailHost { $0.outsider(.directory, "/jails/web/hosts") }
    expectRefusal(
      "make file /jails/web/hosts: a directory is there", step: 0, makePlan(.file("hosts")), on: other)
  }

  @Test("a directory that somebody else makes at the last moment serves, and stays theirs")
  func quickerDirectory() {
    for call in 0..<10 {
      let kernel = makeJailHost()
      kernel.world[call] = { $0.outsider(.directory, "/jails/web/data") }
      var scenario = JailScenario(makePlan(.directory("data"), .jail([])), on: kernel)
      guard case .success = scenario.carryOut("a directory appears at call \(call)") else {
        scenario.note("it failed")
        continue
      }
      scenario.undo()
      scenario.expectNothingForeignRemoved()
      #expect(kernel.remains.isEmpty)
    }
  }

  @Test("an address that is there is used and left there")
  func addressThere() throws {
    var scenario = JailScenario(makePlan(.alias("10.0.0.1"), .alias("10.0.0.2")), on: makeJailHost())
    let results = try scenario.carryOut().get().results
    #expect(results == [.present, .done])
    scenario.expectAsBefore(scenario.undo())
  }

  @Test("an interface that the host does not have is named")
  func missingInterface() {
    expectRefusal(
      "give interface em7 to jail web: the host has no such interface", step: 1,
      makePlan(.jail([]), .interface("em7")), on: makeJailHost())
  }

  @Test("a file of somebody else's is not overwritten by a copy")
  func copyOverForeign() {
    let kernel = makeJailHost {
      $0.outsider(.file, "/jails/web/hosts")
      $0.mountsFiles = false
    }
    expectRefusal(
      "mount /jails/web/hosts: not a directory", step: 1,
      makePlan(.file("hosts"), .mount(.nullfsFile(from: "/etc/hosts", isReadOnly: true, mayCopy: true), at: "hosts")),
      on: kernel)
  }

  @Test("commands learn of the jail what there is to know at their point")
  func environments() throws {
    let plan = makePlan(
      .counterparts(.release, [Command(["release"])]), .commands(.prestart, [Command(["prestart"])]),
      .counterparts(.poststop, [Command(["poststop"])]), .jail([]), .commands(.created, [Command(["created"])]))
    var scenario = JailScenario(plan, on: makeJailHost())
    let outcome = try scenario.carryOut().get()
    let jid = String(try #require(outcome.jid))
    scenario.expectAsBefore(scenario.undo())
    let place = ["JNAME=web", "JPATH=/jails/web"]
    let seen = scenario.kernel.commands.map { ($0.words[0], $0.environment.map { "\($0.name)=\($0.value)" }) }
    #expect(seen.map(\.0) == ["prestart", "created", "poststop", "release"])
    #expect(seen.map(\.1) == [place, ["JID=\(jid)"] + place, ["JID=\(jid)"] + place, ["JID=\(jid)"] + place])
  }

  @Test("a pair of interfaces whose number somebody takes first gets another one, whenever the supervisor dies")
  func takenPair() throws {
    let plan = makePlan(.epair(hostAddresses: [], bridge: nil), .jail([]), .network)
    func takers() -> SimulatedJailKernel {
      makeJailHost { kernel in
        // Each time one more is there than at the look.
        for (call, number) in [(5, 0), (8, 1)] {
          kernel.world[call] = { kernel in
            for end in ["a", "b"] where kernel.interfaces["epair\(number)" + end] == nil {
              kernel.interfaces["epair\(number)" + end] = .init(description: "theirs", maker: .outsider)
            }
          }
        }
      }
    }
    var scenario = JailScenario(plan, on: takers())
    let outcome = try scenario.carryOut().get()
    #expect(outcome.epair == "epair2")
    #expect(try JailJournal(scenario.kernel.bytes).epair == "epair2")
    scenario.undo()
    #expect(scenario.kernel.remains.isEmpty && scenario.kernel.interfaces["epair1b"] != nil)
    for call in 0..<24 {
      var scenario = JailScenario(plan, on: takers())
      scenario.kernel.faults = [call: .crash]
      scenario.carryOut("crash at call \(call)")
      scenario.restart()
      scenario.undo()
      scenario.expectNothingForeignRemoved()
      #expect(scenario.kernel.remains.isEmpty)
    }
  }

  @Test("a command that fails fails the plan, and what undoes is run")
  func failingCommand() {
    let kernel = makeJailHost { $0.failingCommands = ["prestart"] }
    expectRefusal(
      "prestart exited with 1", step: 1,
      makePlan(
        .counterparts(.release, [Command(["release"])]), .commands(.prestart, [Command(["prestart"])]), .jail([])),
      on: kernel)
    #expect(kernel.commands.map { $0.words[0] } == ["prestart", "release"])
  }
}
