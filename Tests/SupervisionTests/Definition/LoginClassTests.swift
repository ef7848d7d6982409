import Supervision
import Testing

@Suite struct LoginClassTests {
  @Test("a limit is both limits, and -cur and -max say one of them")
  func limits() throws {
    let values = [
      "openfiles": "64", "cputime": "1h30m", "cputime-max": "unlimited", "stacksize-cur": "512k", "filesize": "2b",
      "maxproc-max": "0x10", "memoryuse": "1g512m",
    ]
    let limits = try LoginClass(name: "web", values: values).limits
    let expected: [LoginClass.Limit] = [
      .init(.cpuTime, soft: 5400, hard: .max), .init(.fileSize, soft: 1024, hard: 1024),
      .init(.stack, soft: 524_288, hard: nil), .init(.resident, soft: 3 << 29, hard: 3 << 29),
      .init(.processes, soft: nil, hard: 16), .init(.openFiles, soft: 64, hard: 64),
    ]
    #expect(limits == expected)
  }

  @Test("what a class does not say of a limit stays, and a soft limit never lies above the hard one")
  func over() {
    let soft = LoginClass.Limit(.stack, soft: 100, hard: nil).over(soft: 10, hard: 50)
    #expect(soft == (50, 50))
    let hard = LoginClass.Limit(.stack, soft: nil, hard: 5).over(soft: 10, hard: 50)
    #expect(hard == (5, 5))
    let both = LoginClass.Limit(.stack, soft: 7, hard: 70).over(soft: 10, hard: 50)
    #expect(both == (7, 70))
  }

  @Test("priority, umask and CPUs are read, and `inherit` and `default` leave them alone")
  func attributes() throws {
    let said = try LoginClass(name: "x", values: ["priority": "-5", "umask": "027", "cpumask": "3,0-1"])
    #expect(said.nice == -5)
    #expect(said.umask == 0o027)
    #expect(said.cpus == [0, 1, 3])
    let left = try LoginClass(name: "x", values: ["priority": "inherit", "umask": "inherit", "cpumask": "default"])
    #expect(left == (try LoginClass(name: "x", values: [:])))
    #expect(left.nice == nil)
    #expect(left.umask == nil)
    #expect(left.cpus.isEmpty)
  }

  @Test(
    "a value that cannot be read is named",
    arguments: [
      ("priority", "31"), ("priority", "high"), ("umask", "0999"), ("umask", "01777"), ("cpumask", "3-1"),
      ("cpumask", "0-"), ("openfiles", "64k"), ("openfiles", ""), ("datasize", "1x"), ("datasize", "k"),
      ("datasize", "99999999999999999999"), ("filesize", "18446744073709551615k"), ("cputime", "1h-3"),
    ])
  func mistakes(_ capability: String, _ value: String) {
    let mistake = #expect(throws: LoginClass.Mistake.self) {
      _ = try LoginClass(name: "x", values: [capability: value])
    }
    #expect(mistake?.capability == capability)
    #expect(mistake?.value == value)
  }

  @Test("the environment is made of paths, words and setenv, in this order")
  func environment() throws {
    let values = [
      "path": "/sbin /bin,~/bin", "lang": "C.UTF-8", "charset": "UTF-8", "timezone": "Europe/Vienna",
      "setenv": "LANG=de,A='x,y',EMPTY=,nonsense,=z,B=\"q'q\"",
    ]
    let variables = try LoginClass(name: "x", values: values).environment.map { "\($0.name)=\($0.value)" }
    let expected = [
      "PATH=/sbin:/bin:~/bin", "LANG=C.UTF-8", "MM_CHARSET=UTF-8", "TZ=Europe/Vienna", "LANG=de", "A=x,y", "EMPTY=",
      "B=q'q",
    ]
    #expect(variables == expected)
  }

  @Test("a tilde is the home directory and a dollar the user, unless a backslash is before it")
  func substitution() throws {
    let values = ["path": "~/bin ~tools", "setenv": "MAIL=/var/mail/$,PRICE=5\\$,PLACE=\\~,BACK=a\\b"]
    let loginClass = try LoginClass(name: "x", values: values)
    let variables = loginClass.variables(home: "/home/ann", user: "ann").map(\.value)
    #expect(variables == ["/home/ann/bin:/home/ann/tools", "/var/mail/ann", "5$", "~", "a\\b"])
    #expect(loginClass.variables(home: "/", user: "ann").first?.value == "//bin:/tools")
  }

  @Test("all that is read of a class is asked for")
  func capabilities() throws {
    #expect(Set(LoginClass.capabilities).count == LoginClass.capabilities.count)
    for name in ["openfiles-max", "priority", "umask", "cpumask", "setenv", "manpath", "pipebuf-cur"] {
      #expect(LoginClass.capabilities.contains(name))
    }
  }
}
