import ArgumentParser
import ControlProtocol
import Supervision
import SupervisionRuntime
import Testing

@testable import herd

@Suite("The Shepherd's form of a command line")
struct InvocationTests {
  @Test(
    "becomes a subcommand",
    arguments: [
      ("", "status"),
      ("--json", "status --json"),
      ("status nginx", "status nginx"),
      ("--socket /tmp/s status nginx", "status --socket /tmp/s nginx"),
      ("--socket=/tmp/s --json", "status --socket=/tmp/s --json"),
      ("rotate nginx 5", "action nginx rotate 5"),
      ("rotate nginx --force --json", "action nginx rotate --force --json"),
      ("--socket /tmp/s rotate nginx", "action --socket /tmp/s nginx rotate"),
      ("action nginx rotate", "action nginx rotate"),
      // Whom to ask is herd's business wherever it stands, up to `--`.
      ("rotate nginx --socket /tmp/s 5", "action --socket /tmp/s nginx rotate 5"),
      ("rotate nginx --socket=/tmp/s", "action --socket=/tmp/s nginx rotate"),
      ("rotate --json nginx", "action --json nginx rotate"),
      ("action nginx rotate --socket /tmp/s", "action --socket /tmp/s nginx rotate"),
      ("rotate nginx -- --socket /tmp/s", "action nginx rotate -- --socket /tmp/s"),
      ("rotate nginx 5 -- --socket /tmp/s", "action nginx rotate 5 -- --socket /tmp/s"),
      ("--timeout 1s status", "status --timeout 1s"),
      ("--help", "--help"),
      ("help start", "help start"),
    ])
  func rewritten(line: String, expected: String) throws {
    let words = line.split(separator: " ").map(String.init)
    #expect(try Invocation(words).rewritten.joined(separator: " ") == expected)
  }

  @Test("a single word that is no command is a mistake, with the nearest commands")
  func mistake() {
    do {
      _ = try Invocation(["statsu"])
      Issue.record("accepted")
    } catch {
      #expect(error.exitStatus == 2)
      #expect(error.error.suggestions.first == "status")
    }
  }

  @Test(
    "an empty word is a variable that was not set, and refused, but for what an action gets",
    arguments: [
      (["--socket", "", "status"], false), (["status", "--socket", ""], false), (["start", ""], false),
      (["rotate", "nginx", "--socket", ""], false), (["rotate", ""], false), (["load", "root", ""], false),
      (["rotate", "nginx", ""], true), (["check", "--plan", ""], false),
    ])
  func empty(words: [String], isAccepted: Bool) {
    #expect(((try? Invocation(words)) != nil) == isAccepted)
  }

  @Test("an option that lacks its value is refused", arguments: [["--socket"], ["rotate", "nginx", "--socket"]])
  func valueMissing(words: [String]) {
    #expect(throws: Failure.self) { try Invocation(words) }
  }

  @Test("help for what is no command is a mistake, with the nearest commands")
  func unknownTopic() {
    do {
      _ = try Invocation(["help", "statsu"])
      Issue.record("accepted")
    } catch {
      #expect(error.exitStatus == 64)
      #expect(error.error.suggestions.first == "status")
    }
  }

  @Test("what follows an action's name belongs to the action, whatever it looks like")
  func passthrough() throws {
    let words = ["action", "--json", "nginx", "rotate", "--force", "--socket", "x", "--json", "--help"]
    let command = try #require(try Herd.parseAsRoot(words) as? ActionCommand)
    #expect(command.arguments == ["--force", "--socket", "x", "--json", "--help"])
    #expect(command.output.json)
    #expect(command.connection.socket == nil)
  }

  @Test(
    "the exit status tells the kinds of failure apart",
    arguments: [
      (ErrorCode.notPermitted, 77), (.busy, 69), (.notReady, 69), (.unknownService, 2), (.unknownAction, 2),
      (.startFailed, 1),
      (.disabled, 1), (.timeout, 1), (ErrorCode(rawValue: "of-a-later-version"), 1),
    ] as [(ErrorCode, Int32)])
  func exitStatus(code: ErrorCode, status: Int32) {
    #expect(ExitCodes.status(for: code) == status)
  }

  @Test("an action's end by a signal is told as shells tell it")
  func signalled() {
    #expect(ExitCodes.status(for: .signal(9, name: "KILL", dumpedCore: false)) == 137)
    #expect(ExitCodes.status(for: .code(42)) == 42)
  }
}

@Suite("Names that no action may have")
struct ReservedNameTests {
  @Test("are those of herd's commands, at least")
  func commands() {
    #expect(Invocation.commands.isSubset(of: ServiceName.herdCommands))
  }

  @Test("are the ones that docs/PROTOCOL.md lists")
  func documented() throws {
    let root = #filePath.split(separator: "/").dropLast(3).joined(separator: "/")
    let page = String(decoding: try Files.read("/\(root)/docs/PROTOCOL.md"), as: UTF8.self)
    let lines = page.split(separator: "\n", omittingEmptySubsequences: false)
    let section = lines.drop { $0 != "## Names that no action may have" }.prefix { $0 != "## A session" }
    let words = section.joined(separator: " ").split(separator: "`").enumerated()
    // Between backquotes stands every second piece; the first of them is the form of the command.
    let names = words.filter { $0.offset % 2 == 1 }.dropFirst().map { String($0.element) }
    #expect(Set(names) == ServiceName.herdCommands)
  }
}

@Suite("What the output looks like")
struct AppearanceTests {
  private func appearance(_ environment: [String: String], isTerminal: Bool = true) -> Appearance {
    Appearance(isTerminal: isTerminal) { environment[$0] }
  }

  @Test("colour and symbols only where they can be shown and are wanted")
  func capabilities() {
    let good = ["TERM": "xterm", "LANG": "en_GB.UTF-8"]
    #expect(appearance(good) == Appearance(isTerminal: true, hasColour: true, hasSymbols: true))
    #expect(appearance(good, isTerminal: false) == .plain)
    #expect(appearance(["TERM": "dumb", "LANG": "en_GB.UTF-8"]) == .plain)
    #expect(appearance(["LANG": "en_GB.UTF-8"]) == .plain)
    #expect(!appearance(good.merging(["NO_COLOR": "1"]) { $1 }).hasColour)
    #expect(appearance(good.merging(["NO_COLOR": ""]) { $1 }).hasColour)
    #expect(!appearance(["TERM": "xterm", "LC_ALL": "C", "LANG": "en_GB.UTF-8"]).hasSymbols)
    #expect(appearance(["TERM": "xterm", "LC_ALL": "", "LC_CTYPE": "C.utf8"]).hasSymbols)
  }

  @Test("an error has its suggestions and its hint below it")
  func error() {
    let error = ControlError(
      .unknownService, "there is no service `ngnix`", hint: "`herd status` lists them",
      suggestions: ["nginx", "ngircd"])
    #expect(
      errorText(error, .plain) == """
        herd: there is no service `ngnix`
          did you mean `nginx` or `ngircd`?
          `herd status` lists them

        """)
  }
}
