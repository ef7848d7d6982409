import ControlProtocol
import OrderedCollections
import Testing
import UCL

@testable import Supervision
@testable import herd

@Suite("herd check --plan")
struct PlanInquiryTests {
  /// A host with nothing but a root directory, which is enough for service jails.
  private struct BareHost: JailFacts {
    var supervisorUID: UInt32 { 0 }
    func status(of path: String, followingLink: Bool) -> PathStatus? {
      path != "/"
        ? nil : PathStatus(kind: .directory, owner: 0, mode: 0o755, identity: FileIdentity(device: 1, inode: 2))
    }
    func realPath(_ path: String) -> String? { path == "/" ? path : nil }
    func destination(ofLink path: String) -> String? { nil }
    func bytes(of path: String, at offset: UInt64, count: Int) -> [UInt8]? { nil }
    func linker(for program: ElfFile) -> LinkerConventions { LinkerConventions(standardDirectories: []) }
  }

  private var configuration: Configuration {
    var configuration = Configuration()
    func add(_ name: String, _ change: (inout JailDefinition) -> Void) {
      var definition = ServiceDefinition(name: name)
      var jail = JailDefinition()
      change(&jail)
      definition.process.rare.jail = jail
      configuration.services[name] = definition
    }
    add("web") { _ in }
    add("lost") { $0.path = "/lost" }
    add("worker") { $0.sharedWith = "web" }
    add("stray") { $0.sharedWith = "lost" }
    add("guest") { $0.enter = "other" }
    var plain = ServiceDefinition(name: "plain")
    plain.provision = ["also"]
    configuration.services["plain"] = plain
    var job = ServiceSection(kind: .service, name: "job@", location: .none, file: 0, isPackaged: false)
    job.set(.exec, Field(path: "exec", name: "exec", keyLocation: .none, values: ["/bin/job"]))
    job.set(.jail, Field(path: "jail", name: "jail", keyLocation: .none, values: [[:]]))
    configuration.templates["job@"] = Template(section: job, instances: [])
    return configuration
  }

  private func ask(_ name: String, hasJails: Bool = true) throws -> PlanInquiry.Answer {
    let planner = JailPlanner(facts: BareHost(), stateDirectory: "/state")
    return try PlanInquiry(planner: planner, hasJails: hasJails).ask(name, in: configuration)
  }

  @Test("names and paths do not write into the terminal")
  func cleaned() throws {
    var configuration = configuration
    configuration.services["lost"]?.process.rare.jail?.path = "/lo\u{1b}[31mst\n  9  forged"
    configuration.services["guest"]?.process.rare.jail?.enter = "o\u{1b}ther"
    let planner = JailPlanner(facts: BareHost(), stateDirectory: "/st\u{1b}ate")
    for name in ["lost", "guest", "stray", "web"] {
      let answer = try PlanInquiry(planner: planner, hasJails: true).ask(name, in: configuration)
      let text = answer.text(showsUndoing: true)
      #expect(!text.contains("\u{1b}") && !text.contains("\n  9  forged"))
    }
  }

  @Test("a plan is printed as its steps")
  func plan() throws {
    let answer = try ask("web")
    #expect(answer.isPlanned)
    #expect(answer.text(showsUndoing: false).hasPrefix("web: jail web, $root is /\n  1  jail      -c name=web path=/"))
    #expect(!answer.text(showsUndoing: false).contains("FreeBSD"))
    #expect(answer.document.json.hasPrefix(#"{"ok":true,"service":"web","plan":{"service":"web","jail":"web","#))
    #expect(answer.document.json.hasSuffix(#","has-jails":true}"#))
  }

  @Test("where there are no jails a note says so, under the plan")
  func elsewhere() throws {
    let text = try ask("web", hasJails: false).text(showsUndoing: true)
    #expect(text.hasSuffix("  1  jail -r web\nnote: jails need FreeBSD; here the service does not start\n"))
  }

  @Test("the reasons stand in the place of a plan that cannot be made")
  func reasons() throws {
    let answer = try ask("lost")
    #expect(!answer.isPlanned)
    let reason = "`path = /lost`: the directory does not exist"
    #expect(answer.text(showsUndoing: false) == "lost: its jail cannot be made:\n  \(reason)\n")
    #expect(
      answer.document.json == #"{"ok":false,"service":"lost","reasons":["\#(reason)"],"has-jails":true}"#)
  }

  @Test("a service in another's jail shows that one's plan, and says whose it is")
  func shared() throws {
    let answer = try ask("worker")
    #expect(
      answer.text(showsUndoing: false).hasPrefix(
        "worker: runs in the jail of web, which the first of them to start makes\nweb: jail web,"))
    #expect(
      answer.document.json.hasPrefix(#"{"ok":true,"service":"worker","shared-with":"web","plan":{"service":"web""#))
    #expect(try ask("stray").text(showsUndoing: false).contains("\nlost: its jail cannot be made:\n"))
  }

  @Test("a service that enters a jail, and one without, have one line")
  func oneLine() throws {
    #expect(
      try ask("guest").text(showsUndoing: true)
        == "guest: enters the jail other, which somebody else makes and removes\n")
    #expect(try ask("guest").document.json == #"{"ok":true,"service":"guest","enter":"other"}"#)
    #expect(try ask("plain").text(showsUndoing: true) == "plain: has no jail, and nothing is done for one\n")
    #expect(try ask("plain").document.json == #"{"ok":true,"service":"plain"}"#)
  }

  @Test("a service is found by its other names, and an instance by its template")
  func names() throws {
    #expect(try ask("also").service == "plain")
    #expect(try ask("job@7").text(showsUndoing: false).hasPrefix("job@7: jail job@7,"))
  }

  @Test("an unknown name gets the nearest ones")
  func unknown() throws {
    let failure = #expect(throws: Failure.self) { try ask("wbe") }
    #expect(failure?.error.code == .unknownService)
    #expect(failure?.error.suggestions == ["web"])
    #expect(failure?.exitStatus == ExitCodes.usage)
  }
}
