import Glibc
import Supervision
import Testing

@testable import SupervisionRuntime

extension ProcessTests {
  @Suite struct Survivors {
    private func entry(_ pid: Int32, _ before: Int64, grace: Int64 = 10_000) -> ProcessRecord.Entry {
      ProcessRecord.Entry(
        pid: pid, started: before...StartClock.now(), incarnation: 1,
        rule: .init(signal: SIGTERM, grace: grace, kill: .subtree), service: "web")
    }

    /// Of a supervisor that never was: pid 0 is nobody's.
    private func record(_ entries: [ProcessRecord.Entry]) throws -> ProcessRecord {
      var record = ProcessRecord(boot: try Host.bootName(), supervisor: 0, start: 0)
      record.entries = entries
      return record
    }

    private func outcome(
      of record: ProcessRecord, tell: @escaping ([Survivor], Duration) -> Void = { _, _ in }
    ) throws -> SurvivorEnding.Outcome {
      let loop = try EventLoop()
      var outcome: SurvivorEnding.Outcome?
      let ending = SurvivorEnding(record, on: loop, tell: tell) {
        outcome = $0
        loop.stop()
      }
      ending.begin()
      try loop.run()
      return try #require(outcome)
    }

    @Test("a process and what it has started are ended by the stop signal")
    func ends() throws {
      var bench = try LaunchBench()
      let before = StartClock.now()
      // All three are there when the line comes.
      let started = try bench.start("sh -c 'sleep 1000 & echo; wait' & wait")
      let process = started.process
      let outcome = try self.outcome(of: record([entry(process.pid, before)]))
      #expect(outcome.ended.contains { $0.pid == process.pid })
      #expect(outcome.ended.count == 3)
      #expect(outcome.left.isEmpty)
      #expect(outcome.trouble == nil)
      #expect(try process.waitForExit() == .signaled(SIGTERM, core: false))
      try bench.waitUntilEmpty(Subtree(firsts: [process.pid]))
      bench.reaper.release(process)
    }

    @Test("one that does not heed the signal is killed after its grace period")
    func kills() throws {
      var bench = try LaunchBench()
      let before = StartClock.now()
      let started = try bench.start("trap '' TERM; echo; while :; do sleep 1000; done")
      let process = started.process
      let outcome = try self.outcome(of: record([entry(process.pid, before, grace: 20)]))
      #expect(outcome.left.isEmpty)
      #expect(try process.waitForExit() == .signaled(SIGKILL, core: false))
      try bench.waitUntilEmpty(Subtree(firsts: [process.pid]))
      bench.reaper.release(process)
    }

    // Number 37 of issue 7.
    @Test("a grace period counts as it was written, and what is found is told beforehand")
    func grace() throws {
      var bench = try LaunchBench()
      let before = StartClock.now()
      let started = try bench.start("trap 'exit 3' TERM; echo; while :; do sleep 1; done")
      let process = started.process
      var told: [Duration] = []
      let outcome = try self.outcome(of: record([entry(process.pid, before, grace: 300_000)])) { told.append($1) }
      #expect(told == [.seconds(300)])
      #expect(outcome.left.isEmpty && !outcome.isInterrupted)
      #expect(try process.waitForExit() == .exited(3))
      try bench.waitUntilEmpty(Subtree(firsts: [process.pid]))
      bench.reaper.release(process)
    }

    @Test("an interrupt leaves them to the next supervisor")
    func interrupt() throws {
      var bench = try LaunchBench()
      let before = StartClock.now()
      let started = try bench.start("trap '' TERM; echo; read never < /dev/zero")
      let process = started.process
      let loop = try EventLoop()
      var outcomes: [SurvivorEnding.Outcome] = []
      let ending = SurvivorEnding(try record([entry(process.pid, before, grace: 300_000)]), on: loop) {
        outcomes.append($0)
      }
      ending.begin()
      ending.interrupt()
      ending.interrupt()
      #expect(outcomes.count == 1)
      #expect(outcomes.first?.isInterrupted == true)
      #expect(outcomes.first?.left.map(\.pid) == [process.pid])
      #expect(try process.status() == nil)
      try bench.end(process)
    }

    @Test("one that is stopped is continued, and ends by the stop signal")
    func continues() throws {
      var bench = try LaunchBench()
      let before = StartClock.now()
      let started = try bench.start("echo; read never < /dev/zero")
      let process = started.process
      try process.signal(SIGSTOP)
      let outcome = try self.outcome(of: record([entry(process.pid, before, grace: 60_000)]))
      #expect(outcome.left.isEmpty)
      #expect(try process.waitForExit() == .signaled(SIGTERM, core: false))
      try bench.waitUntilEmpty(Subtree(firsts: [process.pid]))
      bench.reaper.release(process)
    }

    @Test("a process whose start is another's is left alone")
    func stranger() throws {
      var bench = try LaunchBench()
      let started = try bench.start("echo; read never < /dev/zero")
      let process = started.process
      var stale = entry(process.pid, 0)
      stale.started = 1...2
      let outcome = try self.outcome(of: record([stale]))
      #expect(outcome.ended.isEmpty)
      #expect(try process.status() == nil)
      #expect(throws: SystemError("pidfd_open", on: "\(process.pid)", code: ESRCH)) {
        _ = try HeldProcess(pid: process.pid, start: 1).number
      }
      try bench.end(process)
    }

    @Test("the system's processes are seen with what tells them apart")
    func processes() throws {
      var bench = try LaunchBench()
      let before = StartClock.now()
      let started = try bench.start("echo; read never < /dev/zero") { $0.environment.append("FRUIX_SERVICE=1.2.3") }
      let process = started.process
      let after = StartClock.now()
      let all = try ProcessInfo.all()
      let info = try #require(all.first { $0.pid == process.pid })
      #expect(info.parent == Host.pid)
      #expect(info.session == process.pid)
      #expect((before - StartClock.precision...after).contains(info.start))
      #expect(try info.start == StartClock.start(of: process.pid))
      #if os(Linux)
        #expect(info.mark == "1.2.3")
        #expect(info.first == process.pid)
      #endif
      #expect(all.contains { $0.pid == Host.pid })
      try bench.end(process)
    }

    @Test("the end of a process is told in a sentence")
    func notes() {
      let survivor = Survivor(pid: 7, start: 1, service: "web", rule: .init(StopRule()))
      var outcome = SurvivorEnding.Outcome()
      #expect(Inheritance.notes(on: outcome, of: 812).isEmpty)
      outcome.ended = [survivor]
      #expect(
        Inheritance.notes(on: outcome, of: 812)
          == ["ended 1 process that supervisor 812, which died, had left: web"])
      outcome.ended = []
      outcome.left = [survivor]
      #expect(
        Inheritance.notes(on: outcome, of: 812)
          == ["could not end what supervisor 812, which died, had left: web (pid 7): SIGKILL does not end them"])
    }

    @Test("of a service that has lost a part only, no end is told, and what lives is named")
    func partly() {
      func survivor(_ pid: Int32, _ service: String) -> Survivor {
        Survivor(pid: pid, start: 1, service: service, rule: .init(StopRule()))
      }
      var outcome = SurvivorEnding.Outcome()
      outcome.ended = [survivor(8, "web"), survivor(5, "mail")]
      outcome.left = [survivor(11, "web"), survivor(7, "web"), survivor(9, "db")]
      outcome.isInterrupted = true
      #expect(
        Inheritance.notes(on: outcome, of: 812) == [
          "ended 2 of the 5 processes that supervisor 812, which died, had left: mail",
          "could not end what supervisor 812, which died, had left: db (pid 9), web (pid 7, 11): "
            + "this supervisor is to end before they have",
        ])
      #expect(Inheritance.clauses(for: outcome.left) == ["db (pid 9)", "web (pid 7, 11)"])
    }

    @Test("an interrupt tells of ends that were not heard of yet")
    func sortsOut() throws {
      var bench = try LaunchBench()
      let before = StartClock.now()
      let started = try bench.start("trap '' TERM; echo; read never < /dev/zero")
      let process = started.process
      let second = try bench.start("echo; read never < /dev/zero")
      let loop = try EventLoop()
      var outcome: SurvivorEnding.Outcome?
      let ending = SurvivorEnding(
        try record([entry(process.pid, before, grace: 300_000), entry(second.process.pid, before, grace: 300_000)]),
        on: loop
      ) { outcome = $0 }
      ending.begin()
      // Its end waits in the loop, which does not run.
      #expect(try second.process.waitForExit() == .signaled(SIGTERM, core: false))
      ending.interrupt()
      #expect(outcome?.ended.map(\.pid) == [second.process.pid])
      #expect(outcome?.left.map(\.pid) == [process.pid])
      bench.reaper.release(second.process)
      try bench.end(process)
    }
  }
}
