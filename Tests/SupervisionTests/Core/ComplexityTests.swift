import Testing

@testable import Supervision

/// Work is counted in steps (a service settled, a neighbour told), not in seconds.
@Suite("The cost of an event")
struct ComplexityTests {
  enum Shape: CaseIterable {
    case chain, star, layers, wide
  }

  @Test("starting and stopping n services with m edges takes O(n + m) steps", arguments: Shape.allCases)
  func linear(shape: Shape) {
    let (small, big) = (Self.steps(shape, 200), Self.steps(shape, 2000))
    #expect(Double(big.start) <= 10.5 * Double(small.start))
    #expect(Double(big.stop) <= 10.5 * Double(small.stop))
    #expect(big.start <= 10 * big.size)
    #expect(big.stop <= 10 * big.size)
  }

  @Test("10,000 services boot in a number of steps that is linear too")
  func tenThousand() {
    var world = World()
    let definitions = Self.definitions(.layers, 10_000)
    world.boot(Configuration(definitions))
    #expect(world.supervisor.startingCount == 0)
    #expect(world.state("s9999") == .running)
    #expect(world.supervisor.steps <= 10 * Self.size(definitions))
  }

  @Test("the death of one of many costs what it touches")
  func oneOfMany() {
    var world = World()
    world.boot(Configuration((0..<5000).map { service("s\($0)").respawns() }))
    let before = world.supervisor.steps
    world.end("s2500")
    world.advance(.seconds(1))
    #expect(world.state("s2500") == .running)
    #expect(world.supervisor.steps - before <= 40)
  }

  @Test("forgetting many services one by one does not look at all the others each time")
  func forgetting() {
    var world = World()
    world.boot(Configuration((0..<3000).map { service("s\($0)").transient() }))
    let before = world.supervisor.steps
    world.load(Configuration([]))
    #expect(world.forgotten.count == 3000)
    #expect(world.supervisor.steps - before <= 3000 * 20)
  }

  private static func steps(_ shape: Shape, _ count: Int) -> (start: Int, stop: Int, size: Int) {
    var world = World()
    let definitions = definitions(shape, count)
    world.boot(Configuration(definitions))
    let start = world.supervisor.steps
    world.order(.stopRoot)
    return (start, world.supervisor.steps - start, size(definitions))
  }

  private static func size(_ definitions: [ServiceDefinition]) -> Int {
    definitions.count + definitions.reduce(0) { $0 + $1.requirement.count }
  }

  private static func definitions(_ shape: Shape, _ count: Int) -> [ServiceDefinition] {
    (0..<count).map { index in
      service("s\(index)").with { definition in
        switch shape {
        case .chain: if index > 0 { definition.requirement = ["s\(index - 1)"] }
        case .star: if index > 0 { definition.requirement = ["s0"] }
        case .layers:
          let layer = index / 10
          if layer > 0 { definition.requirement = (0..<10).map { "s\((layer - 1) * 10 + $0)" } }
        case .wide: break
        }
      }
    }
  }
}
