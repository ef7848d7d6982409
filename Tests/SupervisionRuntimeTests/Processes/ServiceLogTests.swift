import Glibc
import Supervision
import Testing

@testable import SupervisionRuntime

@Suite("Logs that are not what they look like")
struct ServiceLogTests {
  private func directory() throws -> String {
    let path = temporaryPath("logs")
    try Files.makeDirectory(path, permissions: 0o700)
    return path
  }

  private func clean(_ directory: String) {
    for name in (try? Files.names(in: directory)) ?? [] { try? Files.remove("\(directory)/\(name)") }
    try? Files.removeDirectory(directory)
  }

  private func failure(_ path: String, _ rights: LogRights? = nil) -> String? {
    do {
      _ = try ServiceLog.open(path, rights, HostAccounts()).number
      return nil
    } catch {
      return error.message
    }
  }

  @Test("a symbolic link, a pipe that nobody reads, a directory: each is called what it is")
  func kinds() throws {
    let directory = try directory()
    defer { clean(directory) }
    #expect(symlink("/dev/null", "\(directory)/link") == 0)
    #expect(mkfifo("\(directory)/pipe", 0o600) == 0)
    #expect(failure("\(directory)/link")?.contains("is a symbolic link, and none is followed there") == true)
    #expect(failure("\(directory)/pipe")?.contains("is a named pipe that nobody reads") == true)
    #expect(failure(directory)?.contains("is a directory") == true)
    #expect(failure("\(directory)/no/log")?.hasPrefix("cannot open the log \(directory)/no/log: ") == true)
  }

  @Test("a missing directory of a named log is waited for only so long, that of the own logs always")
  func passing() throws {
    let directory = try directory()
    defer { clean(directory) }
    try Files.replace("\(directory)/file", with: [])
    for path in ["\(directory)/no/log", "\(directory)/file/log", "\(directory)/\(String(repeating: "x", count: 300))"] {
      for isNamed in [true, false] {
        do throws(SpawnFailure) {
          _ = try ServiceLog.open(path, isNamed: isNamed, nil, HostAccounts()).number
          Issue.record("\(path) is opened")
        } catch {
          #expect(error.isPassing && error.patience == (isNamed ? .seconds(300) : nil), "\(error.message)")
        }
      }
    }
    #expect(failure("\(directory)/no/log")?.contains("the directory that it is to be in does not exist") == true)
  }

  @Test("a file with a second name is refused: it may be somebody else's")
  func hardLink() throws {
    let directory = try directory()
    defer { clean(directory) }
    try Files.replace("\(directory)/secret", with: [])
    #expect(link("\(directory)/secret", "\(directory)/log") == 0)
    #expect(failure("\(directory)/log")?.contains("has a second name (a hard link)") == true)
    try Files.remove("\(directory)/secret")
    #expect(failure("\(directory)/log") == nil)
  }

  @Test("a new log is the supervisor's own; mode and group are what is said, also of one that is there")
  func rights() throws {
    let directory = try directory()
    defer { clean(directory) }
    let path = "\(directory)/log"
    #expect(failure(path) == nil)
    #expect(try Files.status(path).mode & 0o117 == 0 && Files.status(path).user == Host.user)
    let rights = LogRights(mode: 0o604, user: String(Host.user), group: String(Host.group))
    #expect(failure(path, rights) == nil)
    #expect(try Files.status(path).mode == 0o604)
    if Host.user == 0 {
      #expect(failure(path, LogRights(user: "1234", group: "1235")) == nil)
      let status = try Files.status(path)
      #expect(status.user == 1234 && status.group == 1235 && status.mode == 0o604)
    }
    #expect(failure(path, LogRights(user: "no-such-user"))?.contains("there is no user no-such-user") == true)
  }
}

@Suite("Scripts that do not exist though they are there")
struct ScriptInterpreterTests {
  @Test("a missing interpreter is named")
  func missing() throws {
    let script = try TemporaryFile(containing: "#! /nonexistent/perl -w\n", permissions: 0o700)
    let complaint = ScriptInterpreter.complaint(about: script.path)
    #expect(complaint?.hasPrefix("the interpreter /nonexistent/perl, which the first line of") == true)
  }

  @Test("so is the line end of another system", arguments: ["#!/bin/sh\r\necho\r\n", "#!/bin/sh -e\r\n"])
  func lineEnds(_ text: String) throws {
    let script = try TemporaryFile(containing: text, permissions: 0o700)
    #expect(ScriptInterpreter.complaint(about: script.path)?.contains("end in CR LF") == true)
    #expect(ScriptInterpreter.complaint(about: script.path)?.contains("`/bin/sh\\r`") == true)
  }

  @Test("of what is in order nothing is said")
  func sound() throws {
    let script = try TemporaryFile(containing: "#!/bin/sh\necho\r\n", permissions: 0o700)
    #expect(ScriptInterpreter.complaint(about: script.path) == nil)
    #expect(ScriptInterpreter.complaint(about: "/bin/sh") == nil)
    #expect(ScriptInterpreter.complaint(about: "/nonexistent") == nil)
    let failure = Launcher.describe(
      LaunchFailure(stage: .exec, code: SystemError.noExecutable), ServiceDefinition(name: "x"), program: script.path)
    #expect(failure.message.contains("no script that begins with `#!`"))
  }
}
