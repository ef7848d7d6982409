import OrderedCollections
import Testing

@testable import Supervision

@Suite("Random jails")
struct JailRobustnessTests {
  private static let names =
    JailParameterNames.valid + JailParameterNames.refused.keys.sorted() + [
      "allow", "ip4", "exec", "mount", "vnet", "host", "quux", "type", "from", "to", "mode", "ruleset", "epair",
      "interfaces", "host-address", "jail-address", "gateway", "bridge", "deny", "log", "memory", "cpu", "cputime",
    ]
  private static let values = [
    "true", "no", "0", "-1", "4", "1g", "150%", "1h", "01777", "/", "/j", "/j/../x", "/tmp", "ephemeral", "new",
    "inherit",
    "vnet", "none", "x", "\"\"", "\"${instance}\"", "[]", "[a, /b]", "[[a], [b, c]]", "192.0.2.1",
    "\"em0|192.0.2.1/24\"",
    "\"em0|::1/64\"", "\"|\"", "\"/\"", "\"::\"", "10.0.0.1/30", "\",\"", "net_basic", "[sysvipc, sysvipcnew]", "null",
    "99999999999999999999", "{ type = tmpfs; to = /tmp }", "[{ type = nullfs; from = /a; to = /b }, { type = devfs }]",
    "{}",
    "\"ünï\"",
  ]

  private func section(_ generator: inout SeededGenerator, depth: Int) -> String {
    (0..<Int.random(in: 0...5, using: &generator)).map { _ in
      let name = Self.names.randomElement(using: &generator) ?? ""
      let isNested = depth < 3 && Int.random(in: 0..<4, using: &generator) == 0
      let value = Self.values.randomElement(using: &generator) ?? ""
      return isNested ? "\"\(name)\" { \(section(&generator, depth: depth + 1)) }" : "\"\(name)\" = \(value)"
    }.joined(separator: "; ")
  }

  @Test("a random section is a jail that reads back, or an error with a place", arguments: 0..<8)
  func sections(_ seed: Int) {
    var generator = SeededGenerator(seed: UInt64(seed))
    var jails = 0
    for _ in 0..<400 {
      let jail = section(&generator, depth: 0)
      let resources = Bool.random(using: &generator) ? "resources { \(section(&generator, depth: 1)) }" : ""
      let text = "service x { exec = x\n jail { \(jail) }\n \(resources) }"
      switch load(text) {
      case .success(let configuration):
        guard let service = configuration.services["x"] else { continue }
        jails += 1
        _ = service.jsonText()
        let again = try? load(service.uclText()).get().services["x"]
        #expect(again?.means(service) == true, "\(text)\n\(service.uclText())")
      case .failure(let diagnostics):
        #expect(diagnostics.all.allSatisfy { $0.location != nil }, "\(text)")
      }
    }
    #expect(jails > 20)
  }

  @Test("an override or defaults with a random section breaks nothing", arguments: 0..<4)
  func merged(_ seed: Int) {
    var generator = SeededGenerator(seed: UInt64(100 + seed))
    for _ in 0..<200 {
      let parts = (0..<4).map { _ in section(&generator, depth: 0) }
      let text = """
        defaults { jail { \(parts[0]) } }
        service x { exec = x; jail { \(parts[1]) } }
        service x { override = true; jail { \(parts[2]) }; append { jail { \(parts[3]) } }; remove { jail { \(parts[3]) } } }
        """
      if case .failure(let diagnostics) = load(text) {
        #expect(diagnostics.all.contains { $0.location != nil && $0.severity == .error }, "\(text)")
      }
    }
  }
}
