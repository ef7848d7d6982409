import OrderedCollections
import Testing

@testable import Supervision

@Suite("Definitions in records")
struct RecordedDefinitionTests {
  private func again<Content: Recorded>(_ content: Content) throws -> Content {
    var writer = FieldWriter()
    content.write(to: &writer)
    return try Content(Fields(writer.bytes[...], of: "test"))
  }

  @Test("every key reads back, and where it was written")
  func everything() throws {
    for definition in try loaded(load(ShowTests.everything)).services.values {
      let read = try again(RecordedDefinition(definition)).definition
      #expect(read.origin == definition.origin)
      #expect(read.means(definition), "\(definition.name): \(read.keys(differingFrom: definition))")
      #expect(read.isPackaged == definition.isPackaged && read.kind == definition.kind)
    }
  }

  @Test("a packaged one that an override has made start at boot stays so")
  func packaged() throws {
    var definition = service("nginx").packaged()
    definition.autoStart = true
    let read = try again(RecordedDefinition(definition)).definition
    #expect(read.isPackaged && read.autoStart)
  }

  @Test("a text that a later version does not accept is refused with the service's name")
  func refused() throws {
    var writer = FieldWriter()
    writer.text(1, "db")
    writer.text(2, "service db { exec = /bin/db; start-timeout = soon }")
    do {
      _ = try RecordedDefinition(Fields(writer.bytes[...], of: "test"))
      Issue.record("it was taken")
    } catch StateRecordError.definition(let service, let problem) {
      #expect(service == "db" && problem.contains("start-timeout"))
    }
  }
}
