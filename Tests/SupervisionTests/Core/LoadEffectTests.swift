import Testing

@testable import Supervision

@Suite("What a load says of itself")
struct LoadEffectTests {
  private func check(
    _ definitions: [ServiceDefinition], _ needRestart: [String], _ world: inout World,
    sourceLocation: SourceLocation = #_sourceLocation
  ) {
    let request = world.load(definitions)
    #expect(summary(world, request)?.pending == needRestart, sourceLocation: sourceLocation)
  }

  private func summary(_ world: World, _ request: RequestID) -> LoadSummary? {
    guard case .loaded(let summary)? = world.reply(request) else { return nil }
    return summary
  }

  @Test("it names what it starts and stops, also what goes along")
  func goingAlong() {
    var world = World(service("db"), service("web").requires("db"), service("idle").byHand())
    let next = [service("web2").requires("pool"), service("pool").byHand(), service("web"), service("idle").byHand()]
    let request = world.load([service("db"), service("web").requires("db"), service("idle").byHand()] + next.prefix(2))
    #expect(summary(world, request)?.started == ["pool", "web2"])
    #expect(summary(world, request)?.stopped == [])
    let removal = world.load([service("idle").byHand(), service("web2").requires("pool"), service("pool").byHand()])
    #expect(summary(world, removal)?.stopped == ["web", "db"], "in the order in which they stop")
    #expect(world.state("web2") == .running && world.state("db") == nil)
  }

  @Test("what is stopped with a removed requirement is named though it stays")
  func dependentStays() {
    var world = World(service("db"), service("web").requires("db"))
    // Loaded as it is: the text of it would be refused.
    let request = world.load([service("web").requires("db")])
    #expect(Set(summary(world, request)?.stopped ?? []) == ["db", "web"])
  }

  @Test("it names what runs by an older definition, until a restart or until the change is taken back")
  func needRestart() {
    var world = World(service("db"), service("web"))
    let old = [service("db"), service("web")]
    let new = [service("db"), service("web").postStop()]
    check(new, ["web"], &world)
    check(new, ["web"], &world)
    #expect(world.snapshot("web")?.definitionIsPending == true)
    check(old, [], &world)
    #expect(world.snapshot("web")?.definitionIsPending == false)
    world.load(Configuration(new))
    world.restart("web")
    check(new, [], &world)
  }

  @Test("what counts at once needs no restart")
  func atOnce() {
    var world = World(service("db"), service("web"))
    let request = world.load([service("db"), service("web").requires("db").with { $0.documentation = "new" }])
    #expect(summary(world, request)?.changed == ["web"])
    #expect(summary(world, request)?.pending == [])
    #expect(world.snapshot("web")?.definitionIsPending == false)
  }

  @Test("only where it is written has changed: nothing is pending")
  func places() {
    var world = World(service("db"))
    let moved = service("db").with {
      $0.origin.section = Origin.Place(file: "x.ucl", line: 7)
      $0.isPackaged = true
    }
    let request = world.load([moved])
    #expect(summary(world, request) == LoadSummary(unchanged: 1))
    #expect(world.snapshot("db")?.definitionIsPending == false)
    #expect(ConfigurationDifference(from: Configuration([service("db")]), to: Configuration([moved])).isEmpty)
  }

  @Test("a trial says the same and does nothing")
  func trial() {
    var world = World(service("db"), service("web").requires("db"), service("old"))
    let next = Configuration([service("db").postStop(), service("web").requires("db"), service("new")])
    let asked = world.newRequest()
    world.handle(.tryLoad(next, scope: .all, requester: .user(uid: 0), request: asked))
    world.run()
    let trial = summary(world, asked)
    #expect(
      trial
        == LoadSummary(
          added: ["new"], changed: ["db"], removed: ["old"], unchanged: 1, stopped: ["old"], started: ["new"],
          pending: ["db"]))
    #expect(world.state("old") == .running && world.state("new") == nil)
    #expect(world.snapshot("db")?.definitionIsPending == false)
    let request = world.load(next)
    #expect(summary(world, request) == trial)
  }

  @Test("a question about an instance that is not there does not find out whether it could be")
  func question() {
    // Whoever tries it hears of this.
    let template = template("web@", "nice = ${instance}")
    var world = World()
    world.boot(Configuration([service("db")], templates: [template]))
    let wait = world.order(.wait("web@x", for: .running, after: nil, timeout: nil))
    #expect(world.reply(wait) == .refused(.unknownService("web@x")))
    let stop = world.stop("web@x")
    #expect(world.reply(stop) == .refused(.unknownService("web@x")))
    let bare = world.stop("web@")
    #expect(world.reply(bare) == .refused(.templateWithoutInstance("web@")))
    let start = world.start("web@x")
    #expect(world.reply(start) == .refused(.badInstance("web@x", problems: ["`x` is no value for `nice`"])))
  }
}
