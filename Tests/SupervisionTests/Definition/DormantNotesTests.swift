import OrderedCollections
import Testing

@testable import Supervision

@Suite("Notes on packaged services that are off")
struct DormantNotesTests {
  private func configuration(_ packaged: [ServiceDefinition], own: [ServiceDefinition] = []) -> Configuration {
    var configuration = Configuration()
    for var definition in packaged {
      definition.isPackaged = true
      definition.autoStart = false
      configuration.services[definition.name] = definition
    }
    for definition in own { configuration.services[definition.name] = definition }
    configuration.notes = configuration.services.keys.map { name in
      var note = Diagnostic(.note, "\(name) lacks its program", at: nil)
      note.lack = (service: name, reason: "lacks its program")
      return note
    }
    return configuration
  }

  private func told(_ configuration: Configuration, enabled: Set<String> = []) -> [String] {
    configuration.notes(enabled: enabled).compactMap { $0.lack?.service }
  }

  @Test("are not made, while those on one's own services are")
  func off() {
    #expect(told(configuration([service("nginx"), service("redis")], own: [service("web")])) == ["web"])
  }

  @Test("are made once the service is enabled, starts by itself, or is needed")
  func needed() {
    let packaged = [service("nginx"), service("redis"), service("db").with { $0.provision = ["sql"] }, service("x")]
    #expect(told(configuration(packaged), enabled: ["redis"]) == ["redis"])
    let own = [service("web").with { $0.requirement = ["nginx", "sql"] }]
    #expect(told(configuration(packaged, own: own)) == ["nginx", "db", "web"])
    var started = configuration(packaged)
    started.services["x"]?.autoStart = true
    #expect(told(started) == ["x"])
  }

  @Test("a service that lacks the same twice is one service")
  func folding() {
    var notes: [Diagnostic] = []
    for name in ["web", "nginx", "nginx", "web"] {
      var note = Diagnostic(.note, "\(name): no user www", at: nil)
      note.lack = (service: name, reason: "no user www")
      notes.append(note)
    }
    let text = notes.foldingLacks().map(\.message)
    #expect(text == ["web: no user www", "1 more service: no user www (nginx)"])
  }
}
