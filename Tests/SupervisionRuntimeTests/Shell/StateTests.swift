import Supervision
import Testing

@testable import SupervisionRuntime

@Suite struct StateTests {
  @Test("a configuration is the same again when it is read from the answers that were recorded")
  func recordedConfiguration() throws {
    let directory = temporaryPath("configuration")
    try Files.makeDirectory(directory + "/services.d", permissions: 0o700)
    try Files.replace(
      directory + "/supervisor.ucl", with: Array("supervisor { shutdown-timeout = 5s }\n".utf8))
    try Files.replace(
      directory + "/services.d/a.ucl",
      with: Array("service a { exec = [/bin/sh, \"ü\"] }\nservice b { requirement = [a]; exec = [/bin/sh] }\n".utf8))
    let recorder = RecordingStore(HostConfigurationStore())
    let facts = SystemFacts()
    let read = try ConfigurationLoader(store: recorder, facts: facts).load(path: directory).get()
    let bytes = recorder.record.copy
    for name in ["services.d/a.ucl", "supervisor.ucl"] { try Files.remove("\(directory)/\(name)") }
    try Files.removeDirectory(directory + "/services.d")
    try Files.removeDirectory(directory)

    let copy = RecordedStore(try #require(ReadingRecord(copy: bytes)))
    let replayed = try ConfigurationLoader(store: copy, facts: facts).load(path: directory).get()
    #expect(replayed.services == read.services)
    #expect(replayed.supervisor == read.supervisor)
    #expect("\(read.services)".contains("ü"))
  }

  @Test(
    "what is no copy of a configuration is not taken for one", arguments: ["", "{}", "{\"version\":2}", "[", "\u{0}"])
  func noCopy(text: String) {
    #expect(ReadingRecord(copy: Array(text.utf8)) == nil)
  }

  @Test("what was installed with a program goes before the usual place, if it is there")
  func installedPlace() throws {
    let prefix = temporaryPath("prefix")
    let program = "\(prefix)/sbin/fruix-shepherd"
    let usual = "/usr/local/share/fruix-shepherd/services.d"
    #expect(StandardPlaces.installed(usual, with: program) == usual)
    try Files.makeDirectory("\(prefix)/share/fruix-shepherd/services.d")
    #expect(StandardPlaces.installed(usual, with: program) == "\(prefix)/share/fruix-shepherd/services.d")
    #expect(StandardPlaces.installed("/etc/fruix-shepherd", with: program) == "/etc/fruix-shepherd")
    #expect(StandardPlaces.installed(usual, with: nil) == usual)
    for below in ["/share/fruix-shepherd/services.d", "/share/fruix-shepherd", "/share", ""] {
      try Files.removeDirectory(prefix + below)
    }
  }

  @Test("the state directory gives back what was written")
  func stateDirectory() throws {
    let path = temporaryPath("state")
    let state = try StateDirectory(path: path)
    #expect(try Files.status(path).mode == 0o700)
    #expect(state.readEnablement().enablement == Enablement())
    #expect(try state.readLastConfiguration() == nil)
    #expect(try state.readProcessRecord() == nil)

    let enablement = Enablement(enabled: ["web", "db"], disabled: ["getty@ttyv0"])
    try state.write(enablement)
    try state.writeLastConfiguration([1, 2])
    let record = ProcessRecordTests.record([ProcessRecordTests.entry])
    try Files.replace(state.processRecordPath, with: Array(record.text.utf8))
    #expect(state.readEnablement().enablement == enablement)
    #expect(try state.readLastConfiguration() == [1, 2])
    #expect(try state.readProcessRecord() == record)

    for name in try Files.names(in: path) { try Files.remove("\(path)/\(name)") }
    #expect(StateDirectory(existing: path).readEnablement().enablement == Enablement())
    try Files.removeDirectory(path)
  }

  @Test("a record from before a reboot is replaced, and nothing is said")
  func reboot() throws {
    let state = try StateDirectory(path: temporaryPath("state"))
    let old = ProcessRecordTests.record([ProcessRecordTests.entry])
    try Files.replace(state.processRecordPath, with: Array(old.text.utf8))
    let own = ProcessRecord(boot: "another", supervisor: Host.pid, start: 1)
    var inheritance = Inheritance.find(in: state, own: own)
    #expect(inheritance.predecessor == nil)
    inheritance.take(state, own: own)
    #expect(inheritance.notes.isEmpty && inheritance.lacks.isEmpty)
    #expect(try state.readProcessRecord() == own)
    inheritance.file?.remove()
    try Files.removeDirectory(state.path)
  }

  @Test("a record that was removed is written again, with what still runs")
  func renewed() throws {
    let state = try StateDirectory(path: temporaryPath("state"))
    let own = ProcessRecord(boot: try Host.bootName(), supervisor: Host.pid, start: 1)
    let file = try ProcessRecordFile(path: state.processRecordPath, record: own)
    file.started(ProcessRecordTests.entry)
    var full = own
    full.entries = [ProcessRecordTests.entry]
    #expect(try state.readProcessRecord() == full)
    for _ in 1...2 {
      try Files.remove(state.processRecordPath)
      try file.renew()
      #expect(try state.readProcessRecord() == full)
    }
    file.released(ProcessRecordTests.entry.pid)
    #expect(try state.readProcessRecord() == own)
    file.remove()
    try Files.removeDirectory(state.path)
  }

  @Test("a supervisor that has left a record and runs is known by its pid and its start")
  func alive() throws {
    let state = try StateDirectory(path: temporaryPath("state"))
    #expect(state.livingSupervisor == nil)
    var record = ProcessRecord(
      boot: try Host.bootName(), supervisor: Host.pid, start: try StartClock.start(of: Host.pid))
    try Files.replace(state.processRecordPath, with: Array(record.text.utf8))
    #expect(state.livingSupervisor == Host.pid)
    record = ProcessRecord(boot: record.boot, supervisor: record.supervisor, start: record.start - 1_000_000_000)
    try Files.replace(state.processRecordPath, with: Array(record.text.utf8))
    #expect(state.livingSupervisor == nil)
    try Files.remove(state.processRecordPath)
    try Files.removeDirectory(state.path)
  }

  @Test("a pid file is one process's at a time, and names it")
  func pidFile() throws {
    let path = temporaryPath("pid")
    do {
      let first = try PidFile(taking: path, permissions: 0o644)
      // A lock belongs to the open file: another opening of the same process is refused as another process is.
      #expect(throws: PidFile.Failure.held(pid: nil)) { _ = try PidFile(taking: path, permissions: 0o644) }
      try first.write()
      #expect(throws: PidFile.Failure.held(pid: Host.pid)) { _ = try PidFile(taking: path, permissions: 0o644) }
    }
    // What a dead one has left is taken, however long its content is.
    try Files.replace(path, with: Array("123456789\nand more\n".utf8))
    let second = try PidFile(taking: path, permissions: 0o644)
    try second.write()
    #expect(try Files.read(path) == Array("\(Host.pid)\n".utf8))
    try second.remove()
    #expect((try? Files.status(path)) == nil)
  }

  @Test("a pid file that was removed is taken and written again, and locked")
  func renewedPidFile() throws {
    let path = temporaryPath("pid")
    let file = try PidFile(taking: path, permissions: 0o644)
    try file.write()
    let isRenewedInVain = try file.renew()
    #expect(!isRenewedInVain)
    try Files.remove(path)
    let isRenewed = try file.renew()
    #expect(isRenewed)
    #expect(try Files.read(path) == Array("\(Host.pid)\n".utf8))
    #expect(throws: PidFile.Failure.held(pid: Host.pid)) { _ = try PidFile(taking: path, permissions: 0o644) }
    try Files.remove(path)
    let rival = try PidFile(taking: path, permissions: 0o644)
    try rival.write()
    #expect(throws: PidFile.Failure.held(pid: Host.pid)) { _ = try file.renew() }
    try rival.remove()
  }
}
