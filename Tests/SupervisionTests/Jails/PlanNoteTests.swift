import Testing

@testable import Supervision

@Suite("What a service will not find in its jail")
struct PlanNoteTests {
  private func notes(_ definition: ServiceDefinition, on host: FakeTree = Planning.host) -> [String] {
    JailPlanner(facts: host, stateDirectory: Planning.stateDirectory).notes(on: definition, inJailOf: definition)
  }

  private func service(_ program: String, _ jail: JailDefinition) -> ServiceDefinition {
    var definition = ServiceDefinition(name: "web", .process, exec: Command([program]))
    definition.process.rare.jail = jail
    return definition
  }

  @Test("a program and a directory that an ephemeral root will not have are told")
  func missing() {
    var definition = service("/usr/bin/python3", Planning.ephemeral { $0.exposedPaths = [ExposedPath("/bin/sh")] })
    definition.process.workingDirectory = "/srv/www"
    definition.preStart = [Hook(Command(["/bin/sh"])), Hook(Command(["/bin/mkdir"]), asSupervisor: true)]
    #expect(
      notes(definition) == [
        "`exec`: the program /usr/bin/python3 will not be in the jail; `expose` it",
        "`working-directory = /srv/www` will not be in the jail; `expose` or `mount` it",
      ])
  }

  @Test("what is exposed, below something exposed, or mounted is there")
  func there() {
    var definition = service(
      "/bin/sh", Planning.ephemeral { $0.exposedPaths = [ExposedPath("/bin/sh"), ExposedPath("/usr")] })
    definition.process.workingDirectory = "/usr/share"
    #expect(notes(definition).isEmpty)
  }

  @Test("nothing is said where it is not certain: of another root, and of a name without a directory")
  func uncertain() {
    #expect(notes(service("/usr/bin/python3", Planning.directory { _ in })).isEmpty)
    #expect(notes(service("python3", Planning.ephemeral { $0.exposedPaths = [ExposedPath("/bin/sh")] })).isEmpty)
  }
}
