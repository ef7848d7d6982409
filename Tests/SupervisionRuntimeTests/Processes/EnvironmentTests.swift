import Supervision
import Testing

@testable import SupervisionRuntime

@Suite struct EnvironmentTests {
  private func parse(_ text: String) -> Result<[Variable], EnvironmentFile.Mistake> {
    EnvironmentFile.parse(Array(text.utf8))
  }

  @Test("lines become variables; blank ones and comments do not")
  func lines() {
    let text =
      "# a comment\n\nA=1\n  B = two words  \r\nC=\"quoted # \"\nD='x'\nE=\nF=a=b#c\nexport G=\"\\\"\\\\\\$\"\nlast='\\n'"
    let expected = [
      ("A", "1"), ("B", "two words"), ("C", "quoted # "), ("D", "x"), ("E", ""), ("F", "a=b#c"), ("G", "\"\\$"),
      ("last", "\\n"),
    ]
    #expect(parse(text) == .success(expected.map { Variable(name: $0.0, value: ByteString($0.1.utf8)) }))
    #expect(parse("") == .success([]))
  }

  @Test("a byte of a value that is no UTF-8 reaches the process as it is")
  func bytes() throws {
    let text: [UInt8] = Array("A=x".utf8) + [0xE9, 0xFF] + Array("\nB=\"".utf8) + [0x80, UInt8(ascii: "\"")]
    let variables = try EnvironmentFile.parse(text).get()
    #expect(variables.map(\.value.bytes) == [[UInt8(ascii: "x"), 0xE9, 0xFF], [0x80]])
    let file = try TemporaryFile(bytes: text)
    var web = ServiceDefinition(name: "web", .process, exec: Command(["/bin/sh", "-c", "true"]))
    web.process.environmentFiles = [file.path]
    let plan = try Launcher(logDirectory: "/nonexistent", openFiles: OpenFiles(soft: 64, hard: 64)).plan(
      .main, of: web, arguments: [], mark: "1.2.3")
    #expect(plan.environment.contains(ByteString(text.prefix(5))))
  }

  @Test(
    "a mistake is named with its line",
    arguments: [
      ("A=1\nnonsense", 2, "expected NAME=value"), ("1A=x", 1, "`1A` is not a variable's name"),
      ("\n\n=x", 3, "`` is not a variable's name"), ("a b=x", 1, "`a b` is not a variable's name"),
      ("A=\u{0}", 1, "a NUL byte"), ("A=\"x", 1, "a quote that is not closed on its line"),
      ("A='x", 1, "a quote that is not closed on its line"), ("A=\"x\\", 1, "a quote that is not closed on its line"),
      ("A='x' y", 1, "` y` after the closing quote"), ("A='x'y", 1, "`y` after the closing quote"),
      ("A=a\\", 1, "a line does not go on in the next one here"),
      ("A=a\\ b", 1, "a backslash outside quotes: within '…' it stands for itself"),
      ("A=a\"b\"", 1, "a quote in the midst of a value: put the whole value in quotes of the other kind"),
      ("A=a # b", 1, "`#` in a value: put the value in quotes, or the comment on a line of its own"),
      ("A=#b", 1, "`#` in a value: put the value in quotes, or the comment on a line of its own"),
      ("\nA=\"\\n\"", 2, #"`\n` is no escape here; those are \" \\ \$ and \`, and within '…' there is none"#),
      ("export A", 1, "expected NAME=value"), ("exportA B=1", 1, "`exportA B` is not a variable's name"),
      ("FRUIX_SERVICE=1", 1, "the variable FRUIX_SERVICE is the supervisor's own"),
    ])
  func mistakes(text: String, line: Int, message: String) {
    #expect(parse(text) == .failure(EnvironmentFile.Mistake(line: line, message: message)))
  }

  @Test("of variables of one name the last counts, in the place of the first")
  func list() {
    var list = VariableList()
    list.set("A", "1")
    list.set([Variable(name: "B", value: "2"), Variable(name: "A", value: "3")])
    #expect(list.all.map(\.line) == ["A=3", "B=2"])
    #expect(list.contains("B"))
    #expect(!list.contains("C"))
  }

  @Test("a line of an environment is taken apart at the first sign")
  func line() {
    #expect(Variable(line: "A=b=c") == Variable(name: "A", value: "b=c"))
    #expect(Variable(line: "=x") == nil)
    #expect(Variable(line: "A") == nil)
  }
}

@Suite struct LauncherTests {
  private func launcher() throws -> Launcher {
    try Launcher(logDirectory: "/dev/null/log", openFiles: OpenFiles(soft: 64, hard: 64))
  }

  private func definition(_ words: [String]) -> ServiceDefinition {
    let definition = ServiceDefinition(name: "web", .process, exec: Command(words))
    return definition
  }

  private func failure(_ definition: ServiceDefinition, role: ProcessRole = .main) throws -> SpawnFailure? {
    let launcher = try launcher()
    return #expect(throws: SpawnFailure.self) {
      _ = try launcher.plan(role, of: definition, arguments: [], mark: "1.2.3")
    }
  }

  @Test("a plan has the command, the arguments and an environment of its own")
  func plan() throws {
    var web = definition(["sh", "-c", "true"])
    web.process.environment = [EnvironmentVariable(name: "A", value: "1")]
    let plan = try launcher().plan(.main, of: web, arguments: ["more"], mark: "1.2.3")
    #expect(plan.programs.count == 1)
    #expect(plan.programs.first?.hasSuffix("/sh") == true)
    #expect(plan.arguments == ["sh", "-c", "true", "more"])
    #expect(plan.environment.contains("A=1"))
    #expect(plan.environment.contains { $0.description.hasPrefix("PATH=/") })
    if let variable = Subtree.markVariable { #expect(plan.environment.last == "\(variable)=1.2.3") }
  }

  @Test("what is wrong with a program is told before anything is started")
  func programs() throws {
    #expect(try failure(definition(["/nonexistent/x"]))?.message == "the program /nonexistent/x does not exist")
    #expect(
      try failure(definition(["no-such-program"]))?.message == "the program no-such-program is in no directory of PATH")
    #expect(try failure(definition(["/usr"]))?.message == "the program /usr is a directory")
    #expect(try failure(definition(["/bin/sh"]), role: .action(3))?.stage == "program")
  }

  @Test("accounts that do not exist are named")
  func accounts() throws {
    var web = definition(["/bin/sh"])
    web.process.user = "no-such-user"
    #expect(try failure(web)?.message == "cannot change to user \"no-such-user\": no such user")
    web.process.user = nil
    web.process.group = "no-such-group"
    #expect(try failure(web)?.message == "cannot change to group \"no-such-group\": no such group")
    web.process.group = nil
    web.process.groups = ["no-such-group"]
    #expect(try failure(web)?.stage == "group")
  }

  @Test("a file of variables that cannot be used is named, with the line")
  func environmentFiles() throws {
    var web = definition(["/bin/sh"])
    web.process.environmentFiles = ["/nonexistent/env"]
    #expect(try failure(web)?.message.hasPrefix("cannot read the environment file /nonexistent/env: ") == true)
    let file = try TemporaryFile(containing: "A=1\nB\n")
    web.process.environmentFiles = [file.path]
    #expect(try failure(web)?.message == "\(file.path):2: expected NAME=value")
  }

  @Test("a log that cannot be opened is named")
  func log() throws {
    var plan = LaunchPlan(programs: [], arguments: [])
    let launcher = try launcher()
    let definition = definition(["/bin/sh"])
    let failure = #expect(throws: SpawnFailure.self) { _ = try launcher.attachLog(of: definition, to: &plan) == nil }
    #expect(failure?.message.hasPrefix("cannot open the log /dev/null/log/web.log: ") == true)
    #expect(failure?.isPassing == true)
  }

  @Test("the directory of logs is made again when it has gone")
  func logDirectory() throws {
    let base = temporaryPath("logs")
    try Files.makeDirectory(base, permissions: 0o700)
    let launcher = try Launcher(logDirectory: "\(base)/log", openFiles: OpenFiles(soft: 64, hard: 64))
    var plan = LaunchPlan(programs: [], arguments: [])
    let isOpen = try launcher.attachLog(of: definition(["/bin/sh"]), to: &plan) != nil
    #expect(isOpen && plan.descriptors.count == 2)
    try Files.remove("\(base)/log/web.log")
    try Files.removeDirectory("\(base)/log")
    try Files.removeDirectory(base)
  }

  @Test("each stage between fork and exec has its sentence")
  func stages() {
    var web = definition(["/bin/web"])
    web.process.user = "www"
    web.process.workingDirectory = "/srv"
    for raw in LaunchStage.session.rawValue...LaunchStage.exec.rawValue {
      guard let stage = LaunchStage(rawValue: raw) else { continue }
      let failure = Launcher.describe(
        LaunchFailure(stage: stage, code: SystemError.accessDenied), web, program: "/bin/web")
      #expect(failure.message.hasPrefix("cannot "))
      #expect(failure.message.hasSuffix(": Permission denied"))
    }
    let directory = Launcher.describe(LaunchFailure(stage: .directory, code: SystemError.notFound), web, program: "")
    #expect(directory.message.contains("/srv"))
    let group = Launcher.describe(LaunchFailure(stage: .group, code: SystemError.notPermitted), web, program: "")
    #expect(group.message.contains("of user www"))
  }
}
