import ArgumentParser
import ControlProtocol
import Supervision
import Testing

@testable import herd

@Suite("What to do when there is no supervisor")
struct SocketPlaceTests {
  private func place(_ origin: SocketPlace.Origin, isRoot: Bool) -> SocketPlace {
    SocketPlace(path: "/nonexistent/socket", origin: origin, isRoot: isRoot)
  }

  @Test("root starts the system's, anyone else their own")
  func standard() {
    #expect(place(.standard, isRoot: true).hint.contains("fruix"))
    #expect(place(.standard, isRoot: true).hint.contains("system's supervisor"))
    let user = place(.standard, isRoot: false).hint
    #expect(user.contains("~/.config/fruix-shepherd"))
    #expect(user.contains("--socket /var/run/fruix-shepherd/socket"))
  }

  @Test("who has named a socket is told by what")
  func named() {
    #expect(place(.option, isRoot: true).hint.contains("`--socket`"))
    #expect(place(.variable, isRoot: false).hint.contains("FRUIX_SHEPHERD_SOCKET"))
  }

  @Test("who may not connect is told who says so")
  func outsiders() {
    #expect(place(.standard, isRoot: false).hintForOutsiders.contains("access"))
  }
}

@Suite("Durations on the command line")
struct TimeSpanTests {
  @Test("are read as in a service file", arguments: [("500ms", 500), ("30s", 30_000), ("2min", 120_000), ("5", 5000)])
  func accepted(word: String, milliseconds: Int) throws {
    #expect(try TimeSpan(word: word).duration == .milliseconds(milliseconds))
  }

  @Test("a mistake names the option and the units", arguments: ["x", "-1s", "5 parsecs", "30m30"])
  func refused(word: String) {
    do {
      _ = try Herd.parseAsRoot(["status", "--timeout=\(word)"])
      Issue.record("accepted")
    } catch {
      let text = Herd.message(for: error)
      #expect(text.contains("--timeout"))
      #expect(text.contains("30s"))
    }
  }
}
