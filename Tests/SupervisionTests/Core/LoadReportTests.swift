import Testing

@testable import Supervision

// Number 36 of issue 7, and the core's side of 39.
@Suite("What a load says")
struct LoadReportTests {
  private func at(_ line: Int32, _ definition: ServiceDefinition) -> ServiceDefinition {
    definition.with { $0.origin.section = Origin.Place(file: "/x.ucl", line: line) }
  }

  private func summary(_ world: World, _ request: RequestID) -> LoadSummary? {
    if case .loaded(let summary) = world.reply(request) { summary } else { nil }
  }

  @Test("lines that have moved are no change of what runs")
  func places() {
    var world = World(at(1, service("db")), at(5, service("api")))
    let request = world.load([at(3, service("db")), at(7, service("api"))])
    #expect(summary(world, request)?.unchanged == 2)
    #expect(summary(world, request)?.pending == [])
    #expect(world.snapshot("db")?.definitionIsPending == false)
    #expect(world.snapshot("db")?.definition.origin.section?.line == 3)
  }

  @Test("an edit that is taken back leaves nothing pending")
  func takenBack() {
    var world = World(at(1, service("db")))
    let changed = at(1, service("db").with { $0.process.umask = 0o27 })
    let request = world.load([changed])
    #expect(summary(world, request)?.changed == ["db"])
    #expect(world.snapshot("db")?.definitionIsPending == true)
    _ = world.load([at(2, service("db"))])
    #expect(world.snapshot("db")?.definitionIsPending == false)
  }

  @Test("it names what it starts and stops, and what runs under an older definition")
  func effects() {
    var world = World(service("db"), service("api").requires("db"), service("log"))
    let request = world.load([
      service("api"), service("log").with { $0.process.umask = 0o27 }, service("new"), service("later").byHand(),
    ])
    let report = summary(world, request)
    #expect(report?.removed == ["db"])
    #expect(report?.stopped == ["db"])
    #expect(report?.started == ["new"])
    #expect(report?.pending == ["log"])
    // It is said again as long as it is true.
    let again = world.load([
      service("api"), service("log").with { $0.process.umask = 0o27 }, service("new"), service("later").byHand(),
    ])
    #expect(summary(world, again)?.pending == ["log"])
    world.restart("log")
    #expect(world.snapshot("log")?.definitionIsPending == false)
  }

  @Test("a trial of a load says the same and does nothing")
  func trial() {
    var world = World(service("db"), service("log"))
    let request = world.newRequest()
    let next = Configuration([service("log").with { $0.process.umask = 0o27 }, service("new")])
    world.handle(.tryLoad(next, scope: .all, requester: .user(uid: 0), request: request))
    world.run()
    let report = summary(world, request)
    #expect(report?.removed == ["db"] && report?.stopped == ["db"] && report?.started == ["new"])
    #expect(report?.pending == ["log"])
    #expect(world.state("db") == .running && world.state("new") == nil)
    #expect(world.snapshot("log")?.definitionIsPending == false)
  }
}
