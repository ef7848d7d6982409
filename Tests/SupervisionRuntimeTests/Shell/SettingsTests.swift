import ControlProtocol
import OrderedCollections
import Supervision
import Testing

@testable import SupervisionRuntime

@Suite("Settings that a load changes")
struct SettingsTests {
  private let inUse = SettingsInUse(
    socket: "/run/s", isSocketGiven: false, usualSocket: "/run/s", stateDirectory: "/var/db/x",
    usualStateDirectory: "/var/db/x")

  private func settings(_ change: (inout SupervisorSettings) -> Void) -> SupervisorSettings {
    var settings = SupervisorSettings()
    change(&settings)
    return settings
  }

  @Test("what is settled at the start needs a restart, and is told until then")
  func restart() {
    let new = settings {
      $0.socket = "/run/t"
      $0.stateDirectory = "/var/db/y"
      $0.logDirectory = "/log"
      $0.shutdownTimeout = .seconds(9)
    }
    #expect(
      inUse.changes(from: SupervisorSettings(), to: new) == [
        .init("socket", needsRestart: true), .init("log-directory", needsRestart: false),
        .init("state-directory", needsRestart: true), .init("shutdown-timeout", needsRestart: false),
      ])
    #expect(inUse.changes(from: new, to: new).isEmpty)
    #expect(
      inUse.pending(in: new).map(\.note) == [
        "socket = /run/t needs a restart of the supervisor; until then it is /run/s",
        "state-directory = /var/db/y needs a restart of the supervisor; until then it is /var/db/x",
      ])
    #expect(inUse.pending(in: SupervisorSettings()).isEmpty)
  }

  @Test("a socket of the command line goes before the configuration")
  func given() {
    var given = inUse
    given.isSocketGiven = true
    let new = settings { $0.socket = "/run/t" }
    #expect(given.pending(in: new).isEmpty)
    #expect(given.changes(from: SupervisorSettings(), to: new).isEmpty)
    #expect(
      given.overruled(from: SupervisorSettings(), to: new)
        == "socket = /run/t means nothing to this supervisor, which was started with --socket /run/s")
    #expect(given.overruled(from: new, to: new) == nil)
    #expect(inUse.overruled(from: SupervisorSettings(), to: new) == nil)
  }
}

@Suite("Files that change while they are loaded")
struct FileStampTests {
  @Test("a file that was written since is another one")
  func written() throws {
    let file = try TemporaryFile(containing: "a")
    let stamp = FileStamp(of: file.path)
    #expect(stamp != nil && stamp == FileStamp(of: file.path))
    try Files.replace(file.path, with: Array("ab".utf8))
    #expect(stamp != FileStamp(of: file.path))
    #expect(FileStamp(of: "/nonexistent") == nil)
    #expect(FileStamp(of: file.path + "/below") == nil)
    // Here as a stand-in for a lack of permission, which root does not have.
    #expect(FileStamp(of: "/" + String(repeating: "x", count: 300)) == .unreadable)
  }

  @Test("what has become of a file is told apart: changed, gone, or not to be read any more")
  func changes() throws {
    let file = try TemporaryFile(containing: "a")
    let stamp = try #require(FileStamp(of: file.path))
    #expect(FileChange(from: stamp, to: stamp) == nil)
    #expect(FileChange(from: stamp, to: nil) == .gone)
    #expect(FileChange(from: stamp, to: .unreadable) == .unreadable)
    try Files.replace(file.path, with: Array("ab".utf8))
    #expect(FileChange(from: stamp, to: FileStamp(of: file.path)) == .changed)
    #expect(
      FileChange.gone.note(on: "a.ucl")
        == "a.ucl is gone since it was loaded; a start or restart uses what is loaded")
  }

  @Test("a configuration that has lost everything is refused, unless that is meant")
  func empty() throws {
    let directory = temporaryPath("configuration")
    let state = try StateDirectory(path: temporaryPath("state"))
    let path = "\(directory)/services.d/a.ucl"
    try Files.makeDirectory("\(directory)/services.d", permissions: 0o700)
    defer {
      for name in (try? Files.names(in: state.path)) ?? [] { try? Files.remove("\(state.path)/\(name)") }
      try? Files.removeDirectory(state.path)
      try? Files.removeDirectory("\(directory)/services.d")
      try? Files.removeDirectory(directory)
    }
    let source = ConfigurationSource(path: directory, packaged: nil)
    func read(_ options: Request.LoadOptions, _ base: Configuration) -> Result<Configuration, Diagnostics> {
      let recorder = RecordingStore(HostConfigurationStore())
      _ = ConfigurationLoader(store: recorder, facts: SystemFacts()).load(path: directory)
      let result = source.read(options, base: base, from: recorder.record, SystemFacts())
      return source.remember(result, options, recorder.record, state)
    }
    // Nothing before: then nothing is lost.
    #expect(throws: Never.self) { try read(.init(), Configuration()).get() }
    try Files.replace(path, with: Array("service a { exec = [/bin/sh] }\n".utf8))
    let loaded = try read(.init(), Configuration()).get()
    #expect(source.stamps[path] != nil && source.stamps[path] == FileStamp(of: path))
    try Files.replace(path, with: [])
    #expect(source.stamps[path] != FileStamp(of: path))
    guard case .failure(let refusal) = read(.init(), loaded) else { return #expect(Bool(false), "not refused") }
    #expect(refusal.all.first?.message.contains("defines nothing, and 1 of its services are loaded") == true)
    #expect(refusal.all.first?.hint?.contains("--allow-empty") == true)
    #expect(throws: Never.self) { try read(.init(allowsEmpty: true, isDryRun: true), loaded).get() }
    #expect(source.error != nil)
    #expect(throws: Never.self) { try read(.init(allowsEmpty: true), loaded).get() }
    #expect(source.error == nil)
    try Files.remove(path)
  }
}
