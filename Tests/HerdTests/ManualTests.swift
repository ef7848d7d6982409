import ArgumentParser
import Supervision
import SupervisionRuntime
import Testing

@testable import herd

@Suite("herd(8)")
struct ManualTests {
  private let page: String

  init() throws {
    let root = #filePath.split(separator: "/").dropLast(3).joined(separator: "/")
    page = String(decoding: try Files.read("/\(root)/man/herd.8"), as: UTF8.self)
  }

  /// From one heading to the next.
  private func section(_ title: String) -> [Substring] {
    let lines = page.split(separator: "\n").drop { $0 != ".Sh \(title)" }.dropFirst()
    return Array(lines.prefix { !$0.hasPrefix(".Sh ") })
  }

  private func words(_ lines: some Sequence<Substring>) -> Set<Substring> {
    Set(lines.flatMap { $0.split(whereSeparator: { " ,|".contains($0) }) })
  }

  @Test("has every command in its synopsis and with a paragraph", arguments: Invocation.commands.sorted())
  func commands(name: String) {
    // The long form of `herd ACTION NAME` is told with the short one.
    let synopsis = section("SYNOPSIS").filter { $0.hasPrefix(".Cm") || $0.hasPrefix(".Op Cm") || $0.hasPrefix(".Ar") }
    let items = section("DESCRIPTION").filter { $0.hasPrefix(".It Cm") || $0.hasPrefix(".It Ar") }
    #expect(words(synopsis).contains(Substring(name)))
    #expect(words(items).contains(Substring(name)))
  }

  @Test("has every option that a command knows", arguments: Invocation.commands.subtracting(["help"]).sorted())
  func options(name: String) throws {
    let command = try #require(Herd.subcommands.first { $0.configuration.commandName == name })
    let help = Herd.helpMessage(for: command)
    for option in help.matches(of: #/--([a-z][a-z-]*)/#) {
      #expect(page.contains("Fl -\(option.1)"), "--\(option.1) of \(name)")
    }
  }

  @Test("has every exit status that herd ends with, as the help does")
  func statuses() {
    let statuses = [
      0, ExitCodes.failed, ExitCodes.usage, ExitCodes.stopped, ExitCodes.badUsage, ExitCodes.noDaemon,
      ExitCodes.interrupted, ExitCodes.notPermitted,
    ]
    let told = words(section("EXIT STATUS").filter { $0.hasPrefix(".It") })
    let help = words(Herd.configuration.discussion.split(separator: "\n"))
    for status in statuses {
      #expect(told.contains("\(status)"), "\(status)")
      #expect(help.contains("\(status)"), "\(status) in the help")
    }
  }
}
