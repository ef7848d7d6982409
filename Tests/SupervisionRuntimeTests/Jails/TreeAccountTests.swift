import Glibc
import Supervision
import Testing

@testable import SupervisionRuntime

@Suite struct TreeAccountTests {
  private static let passwd = "root:*:0:0::/root:/bin/sh\nonly-here:*:4711:4712::/home/only:/bin/csh\n"
  private static let group = "staff:*:20:only-here\ntools:*:21:\n"

  private func identity(
    _ bench: borrowing TreeBench, user: String? = nil, group: String? = nil, groups: [String]? = nil
  ) throws -> ServiceIdentity {
    var attributes = ProcessAttributes()
    attributes.user = user
    attributes.group = group
    attributes.groups = groups
    return try ServiceIdentity(
      of: attributes, own: ServiceIdentity(account: nil), accounts: TreeAccounts(root: bench.root))
  }

  private func tree() throws -> TreeBench {
    let bench = try TreeBench()
    try Files.makeDirectory(bench.root + "/etc")
    try bench.write(Self.passwd, to: "etc/passwd")
    try bench.write(Self.group, to: "etc/group")
    return bench
  }

  @Test("an account of the tree gives its numbers, groups and variables")
  func account() throws {
    let bench = try tree()
    let identity = try identity(bench, user: "only-here")
    #expect(identity.credentials == .init(login: "only-here", user: 4711, group: 4712, groups: [4712, 20]))
    let variables = identity.variables.map { "\($0.name)=\($0.value)" }
    #expect(variables == ["HOME=/home/only", "USER=only-here", "LOGNAME=only-here", "SHELL=/bin/csh"])
    #expect(try self.identity(bench, user: "4711").credentials == identity.credentials)
  }

  @Test("numbers are taken as they are, and groups are those of the tree")
  func numbers() throws {
    let bench = try tree()
    let identity = try identity(bench, user: "99", group: "tools", groups: ["staff", "77"])
    #expect(identity.credentials == .init(user: 99, group: 21, groups: [20, 77]))
    #expect(identity.variables.isEmpty)
  }

  @Test("who is not in the tree is not there, whatever the host says")
  func missing() throws {
    let bench = try TreeBench()
    let user = #expect(throws: SpawnFailure.self) { _ = try identity(bench, user: "root") }
    #expect(user?.message == "cannot change to user \"root\": no such user in \(bench.root)/etc")
    let group = #expect(throws: SpawnFailure.self) { _ = try identity(bench, group: "daemon") }
    #expect(group?.message == "cannot change to group \"daemon\": no such group in \(bench.root)/etc")
    #expect(try identity(bench, user: "12").credentials.user == 12)
  }

  @Test("a link in the place of the directory or of a file is not followed, and nobody waits for a pipe")
  func links() throws {
    let bench = try TreeBench()
    try bench.link("etc", to: "/etc")
    #expect(throws: SystemError("open", on: bench.root + "/etc/passwd", code: ELOOP)) {
      _ = try TreeAccounts(root: bench.root)
    }
    let other = try TreeBench()
    try Files.makeDirectory(other.root + "/etc")
    try other.link("etc/passwd", to: "/etc/passwd")
    #expect(throws: SystemError("open", on: other.root + "/etc/passwd", code: ELOOP)) {
      _ = try TreeAccounts(root: other.root)
    }
    try Files.remove(other.root + "/etc/passwd")
    try #require(mkfifo(other.root + "/etc/passwd", 0o600) == 0)
    #expect(throws: SystemError("open", on: other.root + "/etc/passwd", code: EINVAL)) {
      _ = try TreeAccounts(root: other.root)
    }
  }

  @Test("a file that nobody has written by hand is not read to its end")
  func size() throws {
    let bench = try tree()
    try bench.write(String(repeating: "#\n", count: TreeAccounts.mostBytes / 2 + 1), to: "etc/group")
    #expect(throws: SystemError("read", on: bench.root + "/etc/group", code: EFBIG)) {
      _ = try TreeAccounts(root: bench.root)
    }
  }

  @Test("names are the host's where the jail has no tree of its own")
  func roots() {
    let service = StandingJail(jid: 7, name: "web", path: "/")
    let web = StandingJail(jid: 7, name: "web", path: "/jails/web")
    #expect(JailPlace(jail: service, isTree: true).accountRoot == nil)
    #expect(JailPlace(jail: web, isTree: true).accountRoot == "/jails/web")
    #expect(JailPlace(jail: web, isTree: false).accountRoot == nil)
  }

  @Test("programs and directories of a jail with a root of its own are not looked for on the host")
  func programs() throws {
    let bench = try tree()
    var definition = ServiceDefinition(name: "web", .process, exec: Command(["/only/inside"]))
    definition.process.workingDirectory = "/also/inside"
    definition.postStop = [Hook(Command(["true"]), asSupervisor: true)]
    definition.process.rare.jail = JailDefinition()
    let launcher = try Launcher(logDirectory: "/nonexistent", openFiles: OpenFiles(soft: 10, hard: 20))
    // The host's own root: it is missing.
    let onHost = JailPlace(jail: StandingJail(jid: 7, name: "web", path: "/"), isTree: true)
    #expect(throws: SpawnFailure.self) {
      _ = try launcher.plan(.main, of: definition, in: onHost, arguments: [], mark: "web")
    }
    definition.process.rare.jail?.path = bench.root
    let place = JailPlace(jail: StandingJail(jid: 7, name: "web", path: bench.root), isTree: true)
    let plan = try launcher.plan(.main, of: definition, in: place, arguments: [], mark: "web")
    #expect(plan.programs == ["/only/inside"])
    #expect(plan.workingDirectory == "/also/inside")
    #expect(try launcher.plan(.postStop(0), of: definition, arguments: [], mark: "web").workingDirectory == "/")
  }

  @Test("a service in a jail is launched as the tree's user")
  func launcher() throws {
    let bench = try tree()
    var definition = ServiceDefinition(name: "web", .process, exec: Command(["sh"]))
    definition.process.user = "only-here"
    definition.process.rare.jail = JailDefinition()
    definition.process.rare.jail?.path = bench.root
    let launcher = try Launcher(logDirectory: "/nonexistent", openFiles: OpenFiles(soft: 10, hard: 20))
    let jail = StandingJail(jid: 7, name: "web", path: bench.root)
    let place = JailPlace(jail: jail, isTree: true)
    let plan = try launcher.plan(.main, of: definition, in: place, arguments: [], mark: "web")
    #expect(plan.jail == 7)
    #expect(plan.credentials.user == 4711)
    #expect(plan.environment.contains("HOME=/home/only"))
    // Without its jail it does not run at all.
    #expect(throws: SpawnFailure.self) { _ = try launcher.plan(.main, of: definition, arguments: [], mark: "web") }
  }
}

@Suite struct LoginClassLaunchTests {
  @Test("a class gives what the service does not say itself")
  func take() throws {
    let values = ["openfiles": "64", "coredumpsize": "0", "priority": "5", "umask": "077", "cpumask": "0"]
    let loginClass = try LoginClass(name: "web", values: values)
    var plan = LaunchPlan(programs: [], arguments: [])
    plan.openFiles = OpenFiles(soft: 10, hard: 20)
    plan.limits = [.init(.core, soft: 1, hard: 2)]
    plan.take(loginClass)
    #expect(plan.limits == [.init(.core, soft: 1, hard: 2), .init(.openFiles, soft: 64, hard: 64)])
    #expect(plan.nice == 5)
    #expect(plan.cpus == [0])

    var own = LaunchPlan(programs: [], arguments: [])
    own.nice = 1
    own.umask = 0o027
    own.cpus = [1]
    own.take(loginClass)
    #expect(own.nice == 1)
    #expect(own.umask == 0o027)
    #expect(own.cpus == [1])
  }

  @Test("a class that limits open files one way keeps what the supervisor was started with the other way")
  func openFiles() throws {
    var plan = LaunchPlan(programs: [], arguments: [])
    plan.openFiles = OpenFiles(soft: 10, hard: 20)
    plan.take(try LoginClass(name: "web", values: ["openfiles-cur": "15"]))
    #expect(plan.limits == [.init(.openFiles, soft: 15, hard: 20)])
  }

  @Test("TERM of the class counts only where there is none, and everything else of it always")
  func environment() throws {
    let loginClass = try LoginClass(name: "web", values: ["term": "dumb", "path": "~/bin", "lang": "de"])
    var account = ServiceIdentity(account: nil)
    var variables = VariableList()
    variables.set("TERM", "xterm")
    variables.set("LANG", "C")
    variables.set(loginClass, of: account)
    #expect(variables.all.map(\.value) == ["xterm", "de", "~/bin"])
    account = ServiceIdentity(account: Account(name: "ann", user: 1, group: 1, home: "/home/ann", shell: ""))
    variables = VariableList()
    variables.set(loginClass, of: account)
    #expect(variables.all.map(\.value) == ["/home/ann/bin", "de", "dumb"])
  }

  @Test("on a system without login classes a service that names one is not started")
  func unsupported() throws {
    var definition = ServiceDefinition(name: "web", .process, exec: Command(["sh"]))
    definition.process.rare.loginClass = "daemon"
    let launcher = try Launcher(logDirectory: "/nonexistent", openFiles: OpenFiles(soft: 10, hard: 20))
    let failure = #expect(throws: SpawnFailure.self) {
      _ = try launcher.plan(.main, of: definition, arguments: [], mark: "web")
    }
    #expect(failure?.stage == "login-class")
    #expect(failure?.errno == ENOSYS)
    #expect(failure?.message.hasPrefix("cannot look up the login class daemon: ") == true)
  }

  @Test("the failure of an attach names the jail")
  func describe() {
    var definition = ServiceDefinition(name: "web.1")
    definition.process.rare.jail = JailDefinition()
    let failure = LaunchFailure(stage: .jail, code: EPERM)
    let made = Launcher.describe(failure, definition, program: "sh")
    #expect(made.message == "cannot enter the jail web_1: Operation not permitted")
    definition.process.rare.jail?.enter = "other"
    #expect(Launcher.describe(failure, definition, program: "sh").message.contains("the jail other:"))
    definition.process.rare.jail?.enter = nil
    definition.process.rare.jail?.sharedWith = "db"
    #expect(Launcher.describe(failure, definition, program: "sh").message.contains("the jail of db:"))
  }

  @Test("the failure of an attach because of the CPUs names them")
  func describeProcessors() {
    var definition = ServiceDefinition(name: "web")
    definition.process.rare.jail = JailDefinition()
    definition.process.rare.cpus = [1, 2, 3]
    let failure = LaunchFailure(stage: .jail, code: EDEADLK)
    let message = Launcher.describe(failure, definition, program: "sh", jail: 1).message
    #expect(message == "cannot enter the jail web: the CPUs of the service (1-3) are none of the jail's")
  }
}
