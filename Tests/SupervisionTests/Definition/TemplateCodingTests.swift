import OrderedCollections
import Testing
import UCL

@testable import Supervision

@Suite("Templates, written down")
struct TemplateCodingTests {
  private static let text = """
    defaults { respawn = true; stop { grace-period = 2.5s } }
    service "getty@" {
      documentation = "on ${instance}"; instances = [ttyv0]; exec = [/usr/libexec/getty, Pc, "${instance}"]
      environment { TERM = xterm; N = 0640; EMPTY = "" }; nice = 5; umask = 022
      pre-start = [{ exec = [a, b]; user = root }]; pre-start = "c d"
      respawn-delay { first = 100ms; factor = 1.5 }
    }
    """

  private func template(_ text: String = text) throws -> Template {
    try #require(try loaded(load(text)).templates.values.first)
  }

  private func copy(_ template: Template) throws -> Template {
    // As it travels: as text.
    let text = template.value.json
    let source = Source(name: "copy", text: text)
    let value = try Parser(mode: .json).parse(source)
    return try #require(Template(value))
  }

  @Test("a template that was written down makes the same instances, from the same places")
  func roundTrip() throws {
    let template = try template()
    let copy = try copy(template)
    #expect(copy.instances == ["ttyv0"] && copy.name == "getty@" && !copy.isPackaged)
    #expect(copy.value.json == template.value.json)
    let made = try template.make("ttyv9").get()
    let again = try copy.make("ttyv9").get()
    #expect(made == again)
    #expect(again.origin.section?.description == "test.ucl:2")
    #expect(again.exec?.words.last == "ttyv9" && again.respawn.policy == .always)
  }

  @Test("a mistake that only an instance has is found in the copy at the same place")
  func mistake() throws {
    let template = try template("service \"x@\" {\n  exec = a\n  nice = ${instance}\n}")
    let copy = try copy(template)
    guard case .failure(let first) = template.make("much"), case .failure(let second) = copy.make("much") else {
      Issue.record("no mistake")
      return
    }
    #expect(first.all.map(\.message) == second.all.map(\.message))
    #expect(second.all.first?.location?.line == 3)
  }

  @Test("numbers keep their value and their text", arguments: ["nan", "-inf", "0.1", "1e300", "1.5min", "0640", "yes"])
  func scalars(_ scalar: String) throws {
    let template = try template("service \"x@\" { exec = [a, \(scalar)] }")
    let copy = try copy(template)
    #expect(try copy.make("1").get() == template.make("1").get())
  }

  @Test("a key that a later version has written is passed over")
  func unknownKey() throws {
    var text = try template().value.json
    text = text.replacing("\"key\":\"nice\"", with: "\"key\":\"nicer\"")
    let value = try Parser(mode: .json).parse(Source(name: "copy", text: text))
    let made = try #require(Template(value)).make("a").get()
    #expect(made.process.rare.nice == nil && made.documentation == "on a")
  }

  @Test("what is broken is no template, and harms nobody")
  func broken() throws {
    let bytes = Array(try template().value.json.utf8)
    var random = SplitMix64(seed: 7)
    for _ in 0..<3000 {
      var mutated = bytes
      for _ in 0...random.next() % 3 {
        let place = Int(random.next() % UInt64(mutated.count))
        mutated[place] =
          [UInt8(ascii: "0"), UInt8(ascii: "\""), UInt8(ascii: "["), UInt8(ascii: "x")][
            Int(random.next() % 4)]
      }
      guard let value = try? Parser(mode: .json).parse(Source(name: "copy", bytes: mutated)) else {
        continue
      }
      _ = Template(value)?.make("a")
    }
  }
}
