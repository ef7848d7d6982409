import OrderedCollections
import Testing
import UCL

@testable import Supervision

@Suite("The graph at load")
struct GraphCheckTests {
  private func found(_ text: String) -> Lines { lines(load(text)) }

  @Test("a circle is refused with its whole path and the places")
  func circle() {
    let text = """
      service a { exec = a; requirement = b }
      service b { exec = b; after = c }
      service c { exec = c }
      service d { exec = d; before = c; requirement = a }
      """
    let lines = found(text)
    #expect(lines.count == 1)
    #expect(lines[0].hasPrefix("test.ucl:1:37: error: a circle of requirement, after and before: a → b → c → d → a"))
    for step in ["a requires b: test.ucl:1:37", "b is after c: test.ucl:2:31", "d is before c: test.ucl:4:32"] {
      #expect(lines[0].contains(step), "\(step)")
    }
  }

  // Number 23 of issue 7.
  @Test("a circle of many is told by its ends and their number")
  func longCircle() {
    let text = (0..<2000).map { "service s\($0) { exec = /x; requirement = s\(($0 + 1) % 2000) }" }
      .joined(separator: "\n")
    guard case .failure(let found) = load(text) else {
      Issue.record("loaded")
      return
    }
    #expect(found.all.count == 1)
    let message = DiagnosticRenderer().text(found.all)
    #expect(message.contains("s0 → s1 → s2 → (1995 more) → s1998 → s1999 → s0"))
    #expect(message.utf8.count < 4000)
  }

  @Test("each circle is an error of its own, and one's own name is the smallest")
  func circles() {
    let lines = found(
      """
      service a { exec = a; requirement = a }
      service b { exec = b; after = c }
      service c { exec = c; after = b }
      service d { exec = d; wants = e }
      service e { exec = e; wants = d }
      """)
    #expect(lines.count == 2)
    #expect(lines[0].contains("a → a") && lines[1].contains("b → c → b"))
  }

  @Test("wants makes no circle")
  func wants() {
    #expect(found("service a { exec = a; wants = b }\nservice b { exec = b; requirement = a }").isEmpty)
  }

  @Test("a circle goes through provisions")
  func provisionCircle() {
    let lines = found("service a { exec = a; requirement = p }\nservice b { exec = b; provision = p; after = a }")
    #expect(lines.count == 1 && lines[0].contains("a requires b (by the provision `p`)"))
  }

  @Test("a requirement that nothing answers to is an error, a want only a note")
  func unknown() {
    let lines = found(
      "service posgres { exec = p }\nservice a { exec = a; requirement = postgres; wants = x; after = y }")
    #expect(lines.count == 3)
    #expect(lines[0].hasPrefix("test.ucl:2:37: error:") && lines[0].contains("did you mean `posgres`?"))
    #expect(lines[1].contains(": note: ") && lines[2].contains(": note: "))
    for key in ["restart-with", "on-failure"] {
      #expect(found("service a { exec = a; \(key) = x }")[0].contains(": error: "), "\(key)")
    }
    for key in ["before", "conflicts"] {
      #expect(found("service a { exec = a; \(key) = x }")[0].contains(": note: "), "\(key)")
    }
  }

  @Test("several services may share a provision, and one's own name comes first")
  func provisions() throws {
    let lines = found(
      """
      service postfix { exec = p; provision = [mta, postfix] }
      service sendmail { exec = s; provision = mta }
      service mail { exec = m; requirement = mta }
      service x { exec = x; provision = mail }
      """)
    #expect(lines.count == 1 && lines[0].contains("either meets a requirement on it"))
    let services = try loaded(
      load("service a { exec = a; provision = [p, b] }\nservice b { exec = b; provision = p }")
    ).services
    let names = NameResolution(services.values)
    #expect(names.providers(of: "p") == [0, 1] && names.providers(of: "b") == [1, 0])
    #expect(names.providers(of: "c") == [])
  }

  @Test("a conflict with what is required can never be satisfied")
  func conflictWithRequirement() {
    let lines = found(
      """
      service a { exec = a; auto-start = false; requirement = b; conflicts = c }
      service b { exec = b; auto-start = false; requirement = c }
      service c { exec = c; auto-start = false }
      """)
    #expect(lines.count == 1 && lines[0].contains("a requires c and conflicts with it: a → b → c"))
    // The conflict is symmetric: the required one may name it as well.
    let other = found(
      """
      service a { exec = a; auto-start = false; requirement = b }
      service b { exec = b; auto-start = false; conflicts = a }
      """)
    #expect(other.count == 1 && other[0].contains("a requires b and conflicts with it"))
  }

  @Test("where several provide a name, a conflict with one of them leaves the others")
  func conflictWithAlternative() {
    #expect(
      found(
        """
        service a { exec = a; requirement = mta; conflicts = p }
        service p { exec = p; auto-start = false; provision = mta }
        service q { exec = q; provision = mta }
        """
      ).isEmpty)
  }

  @Test("two services that conflict cannot both start at boot")
  func conflictAtBoot() {
    let text = "service a { exec = a; conflicts = b }\nservice b { exec = b; conflicts = a }"
    #expect(found(text).count == 1)
    #expect(found(text.replacing("exec = b;", with: "exec = b; auto-start = false;")).isEmpty)
    #expect(found("service a { exec = a; conflicts = a }").count == 1)
    // Providers of one name that exclude each other by it.
    let shared = found(
      """
      service p { exec = p; provision = mta; conflicts = mta }
      service q { exec = q; provision = mta; conflicts = mta; auto-start = false }
      """)
    #expect(shared.isEmpty)
  }

  @Test("restart-with in a circle is refused")
  func restartCircle() {
    let lines = found(
      "service a { exec = a; restart-with = b }\nservice b { exec = b; restart-with = c }\nservice c { exec = c; restart-with = a }"
    )
    #expect(lines.count == 1 && lines[0].contains("a circle of restart-with: a → b → c → a"))
  }

  @Test("a chain of ten thousand services, and a hundred thousand edges, are checked without recursion")
  func large() {
    var services: [ServiceDefinition] = []
    for index in 0..<10_000 {
      var service = ServiceDefinition(name: "s\(index)")
      service.autoStart = false
      service.requirement = (1...10).compactMap { index - $0 >= 0 ? "s\(index - $0)" : nil }
      // Nobody reaches what comes later.
      service.conflicts = index % 50 == 0 ? [] : ["s\((index / 50 + 1) * 50)"]
      services.append(service)
    }
    let errors = GraphCheck.run(services, templates: [], locate: { _, _, _ in nil })
    #expect(errors.filter { $0.severity == .error }.count > 0)
    #expect(errors.allSatisfy { $0.message.contains("conflicts") })
  }

  @Test("circles are found exactly where a search by hand finds them")
  func randomGraphs() {
    var generator = SeededGenerator(seed: 42)
    for _ in 0..<300 {
      let count = Int.random(in: 1...12, using: &generator)
      var edges: [(source: Int, target: Int)] = []
      for _ in 0..<Int.random(in: 0...2 * count, using: &generator) {
        edges.append((Int.random(in: 0..<count, using: &generator), Int.random(in: 0..<count, using: &generator)))
      }
      let graph = DirectedGraph(count: count, edges: edges)
      var reach = [[Bool]](repeating: [Bool](repeating: false, count: count), count: count)
      for edge in edges { reach[edge.source][edge.target] = true }
      for k in 0..<count {
        for i in 0..<count { for j in 0..<count where reach[i][k] && reach[k][j] { reach[i][j] = true } }
      }
      for component in graph.components() {
        for a in component {
          for b in 0..<count where a != b { #expect((reach[a][b] && reach[b][a]) == component.contains(b)) }
        }
      }
      for a in 0..<count {
        for b in 0..<count { #expect((graph.path(from: a, to: b) != nil) == reach[a][b]) }
      }
    }
  }
}
