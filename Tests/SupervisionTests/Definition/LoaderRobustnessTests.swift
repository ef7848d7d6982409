import OrderedCollections
import Testing
import UCL

@testable import Supervision

@Suite("The loader under abuse")
struct LoaderRobustnessTests {
  /// A file with everything in it, as the stock that mutations start from.
  private static let stock =
    ShowTests.everything + TemplateTests.text + """

      defaults { respawn = true; environment { LANG = C } }
      supervisor { socket = /s; access { read = "@operator" }; shutdown-timeout = 10s }
      service web { exec = web; requirement = [full, "db@1"] }
      service web { override = true; append { after = [a] }; remove { requirement = full; keys = [log] } }
      """

  @Test("a mutated file gives a configuration, or an error with a place", arguments: 0..<8)
  func mutations(_ seed: Int) {
    var generator = SeededGenerator(seed: UInt64(seed))
    let store = FakeStore(files: [:])
    let loader = ConfigurationLoader(store: store, facts: FakeHost())
    for _ in 0..<150 {
      var bytes = Array(Self.stock.utf8)
      for _ in 0..<Int.random(in: 1...4, using: &generator) { mutate(&bytes, &generator) }
      let source = Source(name: "m.ucl", bytes: bytes)
      switch loader.load([(source, .main)]) {
      case .success(let configuration):
        for service in configuration.services.values { _ = service.uclText() + service.jsonText() }
      case .failure(let diagnostics):
        let errors = diagnostics.all.filter { $0.severity == .error }
        #expect(errors.contains { $0.location != nil }, "\(String(decoding: bytes, as: UTF8.self))")
        _ = DiagnosticRenderer(isColoured: true).text(diagnostics.all) + DiagnosticRenderer().json(diagnostics.all)
      }
    }
  }

  /// Deletes, doubles, exchanges or overwrites a piece.
  private func mutate(_ bytes: inout [UInt8], _ generator: inout SeededGenerator) {
    guard !bytes.isEmpty else { return }
    let start = Int.random(in: 0..<bytes.count, using: &generator)
    let end = min(bytes.count, start + Int.random(in: 1...30, using: &generator))
    switch Int.random(in: 0..<6, using: &generator) {
    case 0: bytes.removeSubrange(start..<end)
    case 1: bytes.insert(contentsOf: bytes[start..<end], at: start)
    case 2: bytes[start] = UInt8.random(in: 0...255, using: &generator)
    case 3: bytes[start] = Array("{}[];=,\"'\\\n $@.#0".utf8).randomElement(using: &generator) ?? 0
    case 4:
      let target = Int.random(in: 0..<bytes.count, using: &generator)
      bytes.insert(contentsOf: Array(bytes[start..<end]), at: target)
    default:
      let words = [
        "exec", "true", "5s", "[a, b]", "{ x = 1 }", "\"web@1\"", "-1", "null", "99999999999999999999", "root",
      ]
      bytes.insert(contentsOf: Array((words.randomElement(using: &generator) ?? "").utf8), at: start)
    }
  }

  private static let small = """
    defaults { respawn = true; environment { A = 1 } }
    service a { exec = a; wants = b; stop { signal = HUP } }
    service "t@" { instances = 1; exec = [t, "${instance}"] }
    """

  @Test("a loaded configuration keeps no text alive")
  func memory() throws {
    weak var text: Source?
    var configuration: Configuration?
    do {
      let source = Source(name: "a.ucl", bytes: Array(Self.small.utf8))
      text = source
      configuration = try loaded(
        ConfigurationLoader(store: FakeStore(), facts: FakeHost()).load([(source, .main)]))
    }
    #expect(configuration?.services.count == 2 && configuration?.notes.count == 1)
    #expect(text == nil)
  }

  @Test("a definition is small")
  func size() {
    #expect(MemoryLayout<ServiceDefinition>.stride <= 800)
  }
}
