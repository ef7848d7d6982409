import Supervision
import Testing

@Suite struct AccountFilesTests {
  private func files(passwd: String = "", group: String = "") -> AccountFiles {
    AccountFiles(passwd: Array(passwd.utf8), group: Array(group.utf8))
  }

  @Test("users are found by name and by number, with home and shell")
  func users() {
    let files = files(
      passwd: """
        # comment
        root:*:0:0:Charlie &:/root:/bin/sh
        www:*:80:80:World Wide Web Owner:/nonexistent:/usr/sbin/nologin
        plain:*:81:80::/home/plain:
        """)
    #expect(files.users.map(\.name) == ["root", "www", "plain"])
    #expect(files.user(named: "www")?.user == 80)
    #expect(files.user(named: "www")?.shell == "/usr/sbin/nologin")
    #expect(files.user(named: "plain")?.shell == "")
    #expect(files.user(numbered: 81)?.home == "/home/plain")
    #expect(files.user(named: "nobody") == nil)
    #expect(files.user(numbered: 1) == nil)
  }

  @Test(
    "lines that cannot be read are passed over, and those of NIS are",
    arguments: [
      "+:*::::: ", "+www:*:0:0::/:/bin/sh", "-www:*:0:0::/:/bin/sh", "www", "www:*:80:80::/",
      "www:*:80:80::/:/bin/sh:x",
      ":*:80:80::/:/bin/sh", "www:*:+80:80::/:/bin/sh", "www:*:-1:80::/:/bin/sh", "www:*:4294967295:80::/:/bin/sh",
      "www:*:4294967296:80::/:/bin/sh", "www:*:80:4294967295::/:/bin/sh", "www:*: 80:80::/:/bin/sh",
      "www:*::80::/:/bin/sh", "#www:*:80:80::/:/bin/sh", "www:*:80:80::/\0:/bin/sh",
    ])
  func malformed(_ line: String) {
    let files = files(passwd: line + "\ngood:*:1:1::/:/bin/sh")
    #expect(files.users.map(\.name) == ["good"])
  }

  @Test("what is no UTF-8 is passed over")
  func encoding() {
    let bad = Array("w".utf8) + [0xff] + Array(":*:80:80::/:/bin/sh\n".utf8)
    #expect(AccountFiles(passwd: bad, group: bad).users.isEmpty)
  }

  @Test("of several accounts with one name the first counts")
  func duplicates() {
    let files = files(passwd: "www:*:80:80::/a:/bin/sh\nwww:*:0:0::/b:/bin/sh\n")
    #expect(files.user(named: "www")?.user == 80)
  }

  @Test("a user has the primary group, and each group among whose members the name is, once")
  func groups() {
    let files = files(
      group: "wheel:*:0:root,www\nwww:*:80:\nmail:*:6:www,other\nagain:*:6:www\n+:::\nbad:*:x:www\nodd:*:7:wwww,,\n")
    #expect(files.group(named: "mail") == 6)
    #expect(files.group(named: "bad") == nil)
    #expect(files.groups(of: "www", primary: 80) == [80, 0, 6])
    #expect(files.groups(of: "nobody", primary: 65534) == [65534])
  }

  @Test("what the kernel gets of a jail's parameter")
  func parameters() {
    let on = JailParameter("allow.raw_sockets", .flag(true))
    let off = JailParameter("allow.raw_sockets", .flag(false))
    #expect(on.kernelName == "allow.raw_sockets")
    #expect(on.kernelValue == nil)
    #expect(off.kernelName == "allow.noraw_sockets")
    #expect(off.kernelValue == nil)
    #expect(JailParameter("persist", .flag(false)).kernelName == "nopersist")
    #expect(JailParameter("ip4.addr", .text("10.0.0.1,10.0.0.2")).kernelName == "ip4.addr")
    #expect(JailParameter("ip4.addr", .text("10.0.0.1,10.0.0.2")).kernelValue == "10.0.0.1,10.0.0.2")
    #expect(ResourceRule("memoryuse", "deny", 1 << 30).text(onJail: "web") == "jail:web:memoryuse:deny=1073741824")
  }
}
