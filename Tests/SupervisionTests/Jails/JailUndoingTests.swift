import Supervision
import Testing

@Suite("Undoing the plan of a jail")
struct JailUndoingTests {
  private func carriedOut(
    _ plan: JailPlan, on kernel: SimulatedJailKernel = makeJailHost()
  ) -> JailScenario {
    var scenario = JailScenario(plan, on: kernel)
    guard case .success = scenario.carryOut() else {
      scenario.note("it was not carried out")
      return scenario
    }
    return scenario
  }

  @Test("a directory that somebody uses, or has replaced, is left, and that is said once")
  func foreignFiles() throws {
    var scenario = carriedOut(makePlan(.directory("a"), .directory("b"), .file("c")))
    scenario.kernel.outsider(.file, "/jails/web/a/theirs")
    try scenario.kernel.files.remove("/jails/web/b", nil)
    scenario.kernel.outsider(.directory, "/jails/web/b")
    scenario.kernel.files.find("/jails/web/c")?.node.hasContents = true
    let remains = scenario.undo()
    #expect(remains.isFinished && remains.errors.isEmpty)
    #expect(
      remains.leftovers == [
        "/jails/web/c is left, since somebody has written into it",
        "/jails/web/b is left, since it is not the one that was made: somebody has replaced it",
        "/jails/web/a is left, since there is something in it",
      ])
    scenario.expectNothingForeignRemoved()
    #expect(scenario.kernel.files.observe("/jails/web/a/theirs") != .absent)
    let again = scenario.undo()
    #expect(again == JailRemains(isFinished: true))
  }

  @Test("a directory behind a link that somebody has put in the way is left")
  func linkInTheWay() {
    var scenario = carriedOut(makePlan(.directory("a"), .directory("a/b")))
    scenario.kernel.files.find("/jails")?.node.children["web"]?.children["a"] = nil
    scenario.kernel.outsider(.link, "/jails/web/a")
    let remains = scenario.undo()
    #expect(remains.isFinished && remains.errors.isEmpty)
    #expect(
      remains.leftovers == [
        "/jails/web/a/b is left, if it is there still: look at /jails/web/a/b: a symbolic link is in the way",
        "/jails/web/a is left, since it is not the one that was made: somebody has replaced it",
      ])
    scenario.expectNothingForeignRemoved()
  }

  @Test("a mount that somebody has put inside one is left, and undoing ends when it has gone")
  func foreignMountInside() throws {
    for place in ["/jails/web/data", "/jails/web/data/x"] {
      let kernel = makeJailHost { $0.outsider(.directory, "/data/x") }
      var scenario = carriedOut(makePlan(.directory("data"), .data, .jail([])), on: kernel)
      kernel.outsiderMounts(at: place)
      let remains = scenario.undo()
      #expect(!remains.isFinished)
      #expect(
        remains.errors.map(\.message) == [
          "unmount /jails/web/data: tmpfs is mounted on \(place); unmount that first"
        ])
      #expect(kernel.jails.isEmpty && kernel.files.mounts.count == 2)
      #expect(kernel.paused == .zero)
      kernel.files.mounts.removeLast()
      scenario.expectAsBefore(scenario.undo())
    }
  }

  @Test("a mount that is older than one is not inside it")
  func olderMountBehind() {
    let kernel = makeJailHost {
      $0.outsider(.directory, "/jails/web/old")
      $0.outsiderMounts(at: "/jails/web/old")
    }
    var scenario = carriedOut(makePlan(.tmpfs, .directory("old")), on: kernel)
    scenario.expectAsBefore(scenario.undo())
  }

  @Test("a directory on which somebody has mounted is kept in mind until that has gone")
  func foreignMountOnDirectory() throws {
    for place in ["/jails/web/data", "/jails/web", "/jails"] {
      // What was there before is not in the way.
      let kernel = makeJailHost {
        $0.outsiderMounts(at: "/jails")
        $0.outsider(.directory, "/jails/web")
      }
      var scenario = carriedOut(makePlan(.directory("data")), on: kernel)
      kernel.outsiderMounts(at: place)
      let remains = scenario.undo()
      #expect(!remains.isFinished)
      #expect(
        remains.errors.map(\.message) == [
          "remove /jails/web/data: tmpfs is mounted on \(place), and not by the supervisor"
        ])
      kernel.files.mounts.removeLast()
      scenario.expectAsBefore(scenario.undo())
    }
  }

  @Test("a busy mount of a plan without a jail is tried again for two seconds, then forced")
  func busyMount() {
    for busy in [1, 4, nil] as [Int?] {
      var scenario = carriedOut(
        makePlan(.directory("data"), .data), on: makeJailHost { $0.busyMounts = busy })
      scenario.expectAsBefore(scenario.undo())
      #expect(scenario.kernel.paused <= .seconds(2))
      #expect(busy != nil || scenario.kernel.paused == .seconds(2))
      #expect(busy == nil || scenario.kernel.paused < .milliseconds(300))
    }
  }

  @Test("an interface is taken back from a living jail, and waited for when the jail is dying")
  func interfaces() {
    let plan = makePlan(.jail([]), .interface("em1"))
    var living = carriedOut(plan, on: makeJailHost { $0.pausesOfDying = 1000 })
    living.undo()
    #expect(living.kernel.interfaces["em1"]?.jail == nil)

    var dying = carriedOut(plan, on: makeJailHost { $0.pausesOfDying = 3 })
    // The administrator was quicker.
    try? dying.kernel.removeJail(dying.kernel.jails[0].jid)
    #expect(dying.kernel.interfaces["em1"]?.jail != nil)
    let remains = dying.undo(waitsForInterfaces: true)
    dying.expectAsBefore(remains)
    #expect(dying.kernel.paused < .seconds(1) && remains.dying.count == 1)
  }

  @Test("nothing waits for a jail that dies slowly: mounts are forced, its epair destroyed, without a word")
  func slowDeath() {
    let kernel = makeJailHost { $0.pausesOfDying = 1000 }
    var scenario = carriedOut(
      makePlan(.tmpfs, .directory("data"), .data, .epair(hostAddresses: [], bridge: nil), .jail([]), .network),
      on: kernel)
    let jid = kernel.jails[0].jid
    let remains = scenario.undo()
    scenario.expectAsBefore(remains)
    #expect(remains.dying == [jid])
    #expect(remains.errors.isEmpty && remains.leftovers.isEmpty && remains.awaited.isEmpty)
    #expect(kernel.paused == .zero && kernel.jails.count == 1)
  }

  @Test("after the death of a supervisor nothing waits for a dying jail either, and its name is free")
  func slowDeathAfterCrash() {
    for call in 0..<120 {
      let kernel = makeJailHost { $0.pausesOfDying = 1000 }
      var scenario = carriedOut(
        makePlan(.tmpfs, .epair(hostAddresses: [], bridge: nil), .jail([]), .network), on: kernel)
      kernel.faults = [kernel.calls + call: .crash]
      scenario.undo("crash at call \(call) of undoing")
      scenario.restart()
      scenario.expectAsBefore(scenario.undo())
      #expect(kernel.paused == .zero)
      kernel.bytes = []
      guard case .success = scenario.carryOut("the next start") else { return scenario.note("the next start fails") }
    }
  }

  @Test("the processes of a removed jail have the time to end before a mount is forced, and no more than two seconds")
  func slowProcesses() {
    for (pauses, longest) in [(1, 10), (3, 100), (1000, 2000)] {
      let kernel = makeJailHost {
        $0.pausesOfDying = 2000
        $0.pausesOfProcesses = pauses
      }
      var scenario = carriedOut(makePlan(.tmpfs, .jail([])), on: kernel)
      scenario.expectAsBefore(scenario.undo())
      #expect(kernel.paused <= .milliseconds(longest) && kernel.paused > .zero)
    }
  }

  @Test("an interface that a dying jail keeps is not waited for by a stop, and stays in the journal until it is back")
  func awaitedInterface() throws {
    let kernel = makeJailHost { $0.pausesOfDying = 40 }
    var scenario = carriedOut(makePlan(.directory("data"), .data, .jail([]), .interface("em1")), on: kernel)
    let jid = kernel.jails[0].jid
    try kernel.removeJail(jid)
    for _ in 0..<2 {
      let remains = scenario.undo(looksAgain: false)
      #expect(!remains.isFinished && remains.errors.isEmpty && remains.leftovers.isEmpty)
      #expect(
        remains.awaited == ["interface em1 comes back when jail web (jid \(jid)) is gone, which is still dying"])
      #expect(kernel.paused == .zero)
      #expect(kernel.files.mounts.isEmpty && kernel.remains == ["interface em1 is in a jail"])
    }
    // Who needs it again waits, and does not go on without it.
    let remains = scenario.undo(waitsForInterfaces: true)
    scenario.expectAsBefore(remains)
    #expect(kernel.paused > .seconds(10) && kernel.paused < .seconds(40))
  }

  @Test("an interface that does not come back with the end of its jail is given up after a second, and named")
  func lostInterface() throws {
    let kernel = makeJailHost()
    var scenario = carriedOut(makePlan(.jail([]), .interface("em1")), on: kernel)
    try kernel.removeJail(kernel.jails[0].jid)
    kernel.interfaces["em1"] = nil
    let remains = scenario.undo()
    #expect(remains.isFinished && kernel.paused == .seconds(1))
    #expect(remains.leftovers == ["interface em1 has not come back, although the jail that it was given to has gone"])
  }

  @Test("a jail that goes by another name now, or is another one, is not removed")
  func anotherJail() throws {
    for change in [0, 1, 2] {
      var scenario = carriedOut(makePlan(.directory("data"), .jail([])))
      let kernel = scenario.kernel
      switch change {
      case 0: kernel.jails[0].name = "other"
      case 1: kernel.jails[0].path = "/elsewhere"
      default: kernel.jails[0].jid = kernel.nextJid()
      }
      let remains = scenario.undo()
      #expect(kernel.jails.count == 1)
      #expect(remains.isFinished)
      let isLeft = "jail web (jid \(kernel.jails[0].jid)) is left, since it goes by another name now, or lies elsewhere"
      #expect(remains.leftovers == (change == 2 ? [] : [isLeft]))
    }
  }

  @Test("a pair of interfaces that somebody has described as theirs is left")
  func foreignEpair() throws {
    var scenario = carriedOut(makePlan(.epair(hostAddresses: [], bridge: nil), .jail([])))
    scenario.kernel.interfaces["epair0a"]?.description = "uplink"
    let remains = scenario.undo()
    #expect(scenario.kernel.interfaces["epair0a"] != nil)
    #expect(
      remains.leftovers == [
        "interface epair0a is left, since its description is \"uplink\" and not \"fruix-shepherd: jail web\""
      ])
  }

  @Test("a command that fails while undoing is reported, and the rest is undone")
  func failingCounterpart() throws {
    let kernel = makeJailHost { $0.failingCommands = ["poststop"] }
    var scenario = carriedOut(
      makePlan(
        .directory("data"), .data, .counterparts(.poststop, [Command(["poststop"]), Command(["next"])]), .jail([])),
      on: kernel)
    let remains = scenario.undo()
    #expect(remains.errors.map(\.message) == ["poststop: poststop exited with 1"])
    #expect(kernel.commands.map { $0.words[0] } == ["poststop", "next"])
    scenario.expectAsBefore(remains)
  }

  @Test("after a crash only the command that it may have interrupted is run again")
  func commandsOnce() {
    let names = ["a", "b", "c"]
    let plan = makePlan(.counterparts(.poststop, names.map { Command([$0]) }), .jail([]))
    for call in 0..<30 {
      var scenario = carriedOut(plan)
      scenario.kernel.faults = [scenario.kernel.calls + call: .crash]
      scenario.undo("crash at call \(call) of undoing")
      scenario.restart()
      scenario.expectAsBefore(scenario.undo())
      let run = scenario.kernel.commands.map { $0.words[0] }
      let repeated = run.indices.dropFirst().filter { run[$0] == run[$0 - 1] }
      if repeated.count > 1 || run.count != names.count + repeated.count { scenario.note("\(run) were run") }
    }
  }

  @Test("a root that the plan makes is undone with what it holds")
  func ownRoot() {
    let root = JailPath(root: "/jails", components: ["own", "root"])
    let inside = JailPath(root: "/jails/own/root", components: ["etc"])
    let plan = JailPlan(
      service: "own", jail: "own", root: root.text,
      steps: [
        .directory(JailPath(root: "/jails", components: ["own"]), mode: 0o700), .directory(root, mode: 0o755),
        .mount(JailMount(.tmpfs(size: nil, mode: nil), at: JailPath(root: root.text))),
        .directory(inside, mode: 0o755), .seal(root: root.text), .jail([]),
      ])
    let kernel = makeJailHost { $0.files.links = ["/jails": "/srv/jails"] }
    for path in ["/srv", "/srv/jails"] { kernel.outsider(.directory, path) }
    var scenario = carriedOut(plan, on: kernel)
    scenario.expectAsBefore(scenario.undo())
  }

  @Test("commands of another boot are not run, and that is said")
  func commandsOfAnotherBoot() throws {
    var scenario = carriedOut(makePlan(.directory("a"), .counterparts(.release, [Command(["release"])]), .jail([])))
    scenario.restart(afterBoot: true)
    let remains = scenario.undo()
    #expect(scenario.kernel.commands.isEmpty)
    #expect(
      remains.leftovers == [
        "the commands of release were not run, since the system was booted after the jail was made"
      ])
    scenario.expectAsBefore(remains)
  }

  @Test("what this boot has under the names and numbers of another is left")
  func anotherBootsNumbers() {
    var scenario = carriedOut(
      makePlan(
        .directory("data"), .data, .alias("10.0.0.2"), .epair(hostAddresses: [], bridge: nil), .jail([]),
        .rule(ResourceRule("memoryuse", "deny", 1))))
    let kernel = scenario.kernel
    let (jail, mount) = (kernel.jails[0], kernel.files.mounts[0])
    scenario.restart(afterBoot: true)
    kernel.jails = [.init(jid: jail.jid, name: jail.name, path: jail.path, maker: .outsider)]
    kernel.interfaces["epair0a"] = .init(description: "fruix-shepherd: jail web", maker: .outsider)
    kernel.addresses["em0 10.0.0.2"] = .outsider
    kernel.rules["web memoryuse deny 1"] = .outsider
    let place = SimulatedMount.Position(node: kernel.files.root, mount: nil)
    kernel.files.mounts = [SimulatedMount(mount.entry, root: mount.root, over: place, isReadOnly: false, .outsider)]
    let remains = scenario.undo()
    #expect(remains == JailRemains(isFinished: true))
    scenario.expectNothingForeignRemoved()
    #expect(kernel.jails.count == 1 && kernel.files.mounts.count == 1 && kernel.rules.count == 1)
    #expect(kernel.interfaces["epair0a"] != nil && kernel.addresses["em0 10.0.0.2"] != nil)
  }

  @Test("what an intent without a result has not made is left, whenever the supervisor died")
  func foreignBesideIntent() {
    let plan = makePlan(
      .tmpfs, .directory("a"), .file("b"), .epair(hostAddresses: [], bridge: nil), .jail([]))
    for call in 0..<60 {
      let kernel = makeJailHost { $0.outsiderMounts(at: "/jails/web") }
      var scenario = JailScenario(plan, on: kernel)
      kernel.faults = [call: .crash]
      scenario.carryOut("crash at call \(call)")
      scenario.restart()
      // Of the same names, and yet not what the plan would have made.
      if kernel.jails.isEmpty { kernel.jails = [.init(jid: 90, name: "web", path: "/elsewhere", maker: .outsider)] }
      if kernel.interfaces["epair0a"] == nil {
        for end in ["a", "b"] { kernel.interfaces["epair0" + end] = .init(description: "uplink", maker: .outsider) }
      }
      kernel.outsider(.directory, "/jails/web/a")
      kernel.outsider(.file, "/jails/web/a/theirs")
      kernel.outsider(.file, "/jails/web/b")
      kernel.files.find("/jails/web/b")?.node.hasContents = true
      let remains = scenario.undo()
      if !remains.isFinished { scenario.note("not finished") }
      let takesTheirJail = remains.leftovers.contains { $0.contains("jail web") }
      if takesTheirJail { scenario.note("their jail is taken for ours") }
      scenario.expectNothingForeignRemoved()
      let left = kernel.remains.filter { $0 != "file /jails/web/a" && $0 != "file /jails/web/b" }
      if !left.isEmpty { scenario.note("left: \(left)") }
    }
  }

  @Test("what another boot has at the same path is left")
  func anotherBoot() throws {
    var scenario = carriedOut(makePlan(.tmpfs, .directory("etc"), .directory("own"), .jail([])))
    let inode = scenario.kernel.files.find("/jails/web/etc")?.node.inode ?? 0
    scenario.restart(afterBoot: true)
    // On the disk below, and by chance with the number that the one on the tmpfs had.
    let node = SimulatedNode(.directory, inode: inode, fileSystem: 1, .outsider)
    scenario.kernel.files.find("/jails/web")?.node.children["etc"] = node
    scenario.kernel.outsider(.directory, "/jails/web/own")
    let remains = scenario.undo()
    #expect(remains.isFinished)
    scenario.expectNothingForeignRemoved()
    #expect(scenario.kernel.files.observe("/jails/web/etc") != .absent)
  }

  @Test("what was made through a nullfs is found where it has its files from, once that is gone")
  func throughNullfs() {
    let plan = makePlan(
      .directory("data"), .mount(.nullfs(from: "/data", isReadOnly: false), at: "data"), .directory("data/cache"))
    for afterBoot in [false, true] {
      var scenario = carriedOut(plan)
      scenario.kernel.administratorUnmounts("/jails/web/data")
      if afterBoot { scenario.restart(afterBoot: true) }
      scenario.expectAsBefore(scenario.undo())
    }
  }

  @Test("what the administrator has undone already is undone")
  func administratorWasQuicker() throws {
    let plan = makePlan(
      .directory("data"), .data, .alias("10.0.0.2"), .epair(hostAddresses: [], bridge: nil), .jail([]),
      .rule(ResourceRule("memoryuse", "deny", 1)))
    var scenario = carriedOut(plan)
    let kernel = scenario.kernel
    kernel.rules = [:]
    try kernel.removeJail(kernel.jails[0].jid)
    try kernel.destroyInterface("epair0a")
    kernel.addresses["em0 10.0.0.2"] = nil
    kernel.administratorUnmounts("/jails/web/data")
    try kernel.files.remove("/jails/web/data", nil)
    scenario.expectAsBefore(scenario.undo())
  }
}
