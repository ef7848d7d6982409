import CProc
import Glibc
import Supervision
import SupervisionRuntime
import Testing

@Suite struct HostTests {
  @Test("an error says what was asked, of what, and why it failed, by name")
  func errorText() throws {
    let error = #expect(throws: SystemError.self) { _ = try Descriptor.open("/nonexistent").number }
    #expect(error?.description == "open /nonexistent: No such file or directory (ENOENT)")
    #expect(SystemError.name(of: EAGAIN) == "EAGAIN")
    #expect(SystemError.name(of: 4000) == "errno 4000")
  }

  @Test("every errno that the system has words for has a name")
  func errorNames() {
    for code in Int32(1)..<Int32(134) where !SystemError.text(of: code).hasPrefix("Unknown error") {
      #expect(SystemError.name(of: code).hasPrefix("E"), "\(code): \(SystemError.text(of: code))")
    }
  }

  @Test("accounts are found by name and by number, with their groups")
  func accounts() throws {
    let root = try #require(try Account.find("root"))
    #expect(root.user == 0)
    #expect(root.name == "root")
    #expect(root.home.hasPrefix("/"))
    #expect(try Account.find("0") == root)
    #expect(try root.groups().contains(root.group))
    #expect(try Account.find("no-such-account") == nil)
    #expect(try Account.find(user: 4_000_000_000) == nil)
    #expect(try Group.name(of: 0) != nil)
    #expect(try Group.find("123456") == 123456)
    #expect(try Group.find("no-such-group") == nil)
  }

  @Test("the names of signals are those of the system's headers")
  func signalNames() {
    let pairs: [(String, Int32)] = [
      ("HUP", SIGHUP), ("INT", SIGINT), ("QUIT", SIGQUIT), ("ILL", SIGILL), ("TRAP", SIGTRAP), ("ABRT", SIGABRT),
      ("BUS", SIGBUS), ("FPE", SIGFPE), ("KILL", SIGKILL), ("USR1", SIGUSR1), ("SEGV", SIGSEGV), ("USR2", SIGUSR2),
      ("PIPE", SIGPIPE), ("ALRM", SIGALRM), ("TERM", SIGTERM), ("CHLD", SIGCHLD), ("CONT", SIGCONT),
      ("STOP", SIGSTOP), ("TSTP", SIGTSTP), ("TTIN", SIGTTIN), ("TTOU", SIGTTOU), ("URG", SIGURG), ("XCPU", SIGXCPU),
      ("XFSZ", SIGXFSZ), ("VTALRM", SIGVTALRM), ("PROF", SIGPROF), ("WINCH", SIGWINCH), ("IO", SIGIO),
      ("SYS", SIGSYS),
    ]
    for (name, number) in pairs {
      #expect(SignalName.number(of: name) == number)
      #expect(SignalName.number(of: "sig" + name.lowercased()) == number)
      #expect(SignalName.number(of: "\(number)") == number)
      #expect(SignalName.name(of: number) == name)
    }
    #expect(SignalName.number(of: "NONSENSE") == nil)
    #expect(SignalName.number(of: "0") == nil)
    #expect(SignalName.number(of: "1000") == nil)
  }

  @Test("a pipe in the place of a file is refused, and nobody waits for what it will say")
  func pipeForAFile() throws {
    var template = Array("/tmp/fruix-pipe-XXXXXX".utf8CString)
    let directory = try #require(mkdtemp(&template).map { String(cString: $0) })
    let path = directory + "/environment"
    try #require(mkfifo(path, 0o600) == 0)
    // Somebody holds it open for writing, so that it has no end of file.
    let other = open(path, O_RDWR | O_CLOEXEC)
    try #require(other >= 0)
    defer {
      close(other)
      try? Files.remove(path)
      try? Files.removeDirectory(directory)
    }
    let error = #expect(throws: SystemError.self) { try Files.read(path) }
    #expect(error?.code == EINVAL)
  }

  @Test("a file is replaced in one step, and its directory listed in order")
  func files() throws {
    let directory = temporaryPath("directory")
    try Files.makeDirectory(directory + "/below", permissions: 0o700)
    try Files.makeDirectory(directory + "/below", permissions: 0o700)
    try Files.replace(directory + "/b", with: [1])
    try Files.replace(directory + "/b", with: [2, 3], permissions: 0o640)
    try Files.replace(directory + "/a", with: [])
    #expect(try Files.names(in: directory) == ["a", "b", "below"])
    #expect(try Files.read(directory + "/b") == [2, 3])
    let status = try Files.status(directory + "/b")
    #expect(status.mode == 0o640)
    #expect(status.user == Host.user)
    #expect(status.size == 2)
    let tooLong = #expect(throws: SystemError.self) { try Files.read(directory + "/b", limit: 1) }
    #expect(tooLong?.code == EFBIG)
    #expect(throws: SystemError.self) { try Files.read(directory) }
    for name in ["a", "b"] { try Files.remove("\(directory)/\(name)") }
    try Files.remove(directory + "/a")
    try Files.removeDirectory(directory + "/below")
    try Files.removeDirectory(directory)
  }

  @Test("a program is checked for being there, executable, and no directory")
  func programs() throws {
    try Files.checkProgram("/bin/sh")
    let file = try TemporaryFile(containing: "")
    for (path, code) in [("/nonexistent", ENOENT), (file.path, EACCES), ("/usr", EISDIR)] {
      let error = #expect(throws: SystemError.self) { try Files.checkProgram(path) }
      #expect(error?.code == code)
    }
  }

  @Test("parents of paths")
  func parents() {
    #expect(Files.parent(of: "/a/b") == "/a")
    #expect(Files.parent(of: "/a/b/") == "/a")
    #expect(Files.parent(of: "/a") == "/")
    #expect(Files.parent(of: "/") == nil)
    #expect(Files.parent(of: "a") == nil)
  }

  @Test("a sysctl is read as text, and one that does not exist is not found")
  func sysctl() throws {
    #if os(FreeBSD)
      #expect(try Host.sysctl("kern.ostype") == "FreeBSD")
    #else
      #expect(try Host.sysctl("kernel.ostype") == "Linux")
    #endif
    for name in ["kernel.nonsense", "../etc/passwd", "kernel/../../../etc/passwd", ""] {
      let error = #expect(throws: SystemError.self) { try Host.sysctl(name) }
      #expect(error?.code == ENOENT)
    }
  }

  @Test("a kernel module that does not exist is not found")
  func modules() {
    for name in ["no-such-module", "../fs", ""] {
      let error = #expect(throws: SystemError.self) { try Host.requireModule(name) }
      #expect(error?.code == ENOENT)
    }
  }

  @Test("the daemon's work runs before the call returns")
  func run() throws {
    var done = false
    try Host.run { done = true }
    #expect(done)
  }

  @Test("the soft limit of open files goes up to the hard one, and what it was is returned")
  func openFiles() throws {
    var limit = rlimit()
    #expect(getrlimit(__rlimit_resource_t(UInt32(RLIMIT_NOFILE.rawValue)), &limit) == 0)
    let original = try OpenFiles.raise()
    #expect(original == OpenFiles(soft: UInt64(limit.rlim_cur), hard: UInt64(limit.rlim_max)))
    #expect(try OpenFiles.raise() == OpenFiles(soft: original.hard, hard: original.hard))
  }
}
