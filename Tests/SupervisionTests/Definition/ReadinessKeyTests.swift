import OrderedCollections
import Testing

@testable import Supervision

// Numbers 25 and 40 of issue 7.
@Suite("Readiness, and how a stop is said")
struct ReadinessKeyTests {
  @Test("ready { alive-for } is a duration, 0 included; nothing is said without it")
  func aliveFor() throws {
    #expect(try definition("").ready == nil)
    #expect(try definition("ready { alive-for = 2s }").ready == .aliveFor(.seconds(2)))
    #expect(try definition("ready { alive-for = 0 }").ready == .aliveFor(.zero))
    #expect(errors("ready { }")[0].contains("`ready` says nothing"))
    #expect(errors("ready = 2s").count == 1)
    #expect(errors("ready { alive-fro = 2s }")[0].contains("did you mean `alive-for`?"))
    #expect(errors("alive-for = 2s")[0].contains("ready"))
  }

  @Test("what could never be ready is refused")
  func never() throws {
    #expect(errors("ready { alive-for = 1min }")[0].contains("could never be ready"))
    #expect(errors("start-timeout = 1s; ready { alive-for = 2s }")[0].contains("could never be ready"))
    #expect(try definition("start-timeout = none; ready { alive-for = 1h }").ready == .aliveFor(.seconds(3600)))
    #expect(errors("one-shot = true; ready { alive-for = 1s }")[0].contains("`ready` contradicts `one-shot`"))
  }

  @Test("defaults may have it: it reaches the services that it can be true of")
  func defaults() throws {
    let services = try loaded(
      load(
        """
        defaults { ready { alive-for = 0 } }
        service a { exec = /bin/a }
        service b { exec = /bin/b; one-shot = true }
        group c { }
        """)
    ).services
    #expect(services["a"]?.ready == .aliveFor(.zero))
    #expect(services["b"]?.ready == nil && services["c"]?.ready == nil)
  }

  @Test("it is shown as it would be written")
  func show() throws {
    let text = try definition("ready { alive-for = 300ms }; stop { continue = false }").uclText()
    #expect(text.contains("alive-for = 300ms;"))
    #expect(text.contains("continue = false;"))
  }

  @Test("stop { continue } is true unless said otherwise")
  func continues() throws {
    #expect(try definition("stop = TERM").stop.continues)
    #expect(try definition("stop { signal = INT }").stop.continues)
    #expect(try !definition("stop { continue = false }").stop.continues)
    #expect(errors("stop { continue = perhaps }").count == 1)
  }
}
