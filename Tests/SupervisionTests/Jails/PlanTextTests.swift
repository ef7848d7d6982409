import Testing
import UCL

@testable import Supervision

@Suite("Plans as text")
struct PlanTextTests {
  private func plan() throws -> JailPlan {
    let jail = Planning.ephemeral { jail in
      jail.exposedPaths = [ExposedPath("/bin/sh"), ExposedPath("/usr/share", isWritable: true)]
      jail.mounts = [MountRequest(.tmpfs(size: 1024, mode: 0o1777), at: "/tmp")]
      jail.hooks.prestart = [Command(["/bin/sh", "-c", "echo it's $JID"]), Command(["/bin/true"])]
      jail.hooks.release = [Command(["/bin/release"])]
    }
    return try #require(try Planning.plan(jail, resources: [ResourceRule("maxproc", "deny", 10)]))
  }

  @Test("a plan reads as the commands that would do the same, one a line")
  func text() throws {
    let root = Planning.ephemeralRoot
    let expected = """
      web: jail web, $root is \(root)
         1  later     exec.release: /bin/release, when all else is undone
         2  mkdir     /var/db/fruix-shepherd/jails/web, mode 0700
         3  mkdir     \(root)
         4  mount     tmpfs on \(root), mode 0755
         5  mkdir     $root/bin
         6  touch     $root/bin/sh
         7  mount     nullfs /bin/sh on $root/bin/sh, read-only, or a copy of it
         8  mkdir     $root/usr
         9  mkdir     $root/usr/share
        10  mount     nullfs /usr/share on $root/usr/share
        11  mkdir     $root/tmp
        12  mount     tmpfs on $root/tmp, size 1024, mode 1777
        13  mount     \(root) becomes read-only
        14  run       exec.prestart: /bin/sh -c 'echo it'\\''s $JID'; /bin/true
        15  jail      -c name=web path=\(root) persist host.hostname=web enforce_statfs=2 children.max=0 ip4=disable ip6=disable
        16  rctl      -a jail:web:maxproc:deny=10

      """
    #expect(try plan().text() == expected)
  }

  @Test("what undoes the steps is told from the last to the first, and not for what goes with the root")
  func undoing() throws {
    let root = Planning.ephemeralRoot
    let text = try plan().text(showsUndoing: true)
    let expected = """
      undone in this order:
        16  rctl -r jail:web:maxproc:deny=10
        15  jail -r web
        12  umount $root/tmp
        10  umount $root/usr/share
         7  umount $root/bin/sh
         4  umount \(root)
         3  rmdir \(root), if it was made
         2  rmdir /var/db/fruix-shepherd/jails/web, if it was made
         1  run exec.release: /bin/release

      """
    #expect(text.hasSuffix(expected))
  }

  @Test("every kind of step has a line, in a plan of any kind")
  func allSteps() {
    let address = NetworkAddress("2001:db8::1", isIPv6: true, prefix: 64)
    let path = JailPath(root: "/jails/web", components: ["srv"])
    let expected: [(JailStep, String, String?)] = [
      (.directory(path, mode: 0o700), "mkdir /jails/web/srv, mode 0700", "rmdir /jails/web/srv, if it was made"),
      (.file(path), "touch /jails/web/srv", "rm /jails/web/srv, if it was made"),
      (
        .mount(JailMount(.nullfsFile(from: "/a", isReadOnly: false, mayCopy: false), at: path)),
        "mount nullfs /a on /jails/web/srv", "umount /jails/web/srv"
      ),
      (
        .mount(JailMount(.devfs(ruleset: 4), at: path)), "mount devfs on /jails/web/srv, ruleset 4",
        "umount /jails/web/srv"
      ),
      (
        .mount(JailMount(.plain("procfs"), at: path)), "mount procfs on /jails/web/srv", "umount /jails/web/srv"
      ),
      (
        .alias(InterfaceAddress(interface: "em0", address: address)), "ifconfig em0 inet6 2001:db8::1/64 alias",
        "ifconfig em0 inet6 2001:db8::1 -alias"
      ),
      (
        .epair(hostAddresses: [address], bridge: "bridge0"),
        "ifconfig epair create; the host's end has 2001:db8::1/64, joins bridge0, is up", "ifconfig epair destroy"
      ),
      (
        .counterparts(.poststop, [Command(["x"])]), "later exec.poststop: x, when the jail is gone",
        "run exec.poststop: x"
      ),
      (.interface("em1"), "ifconfig em1 vnet web", "ifconfig em1 -vnet web"),
      (
        .network(jailAddresses: [address], gateways: [address]),
        "ifconfig inside: lo0 is up, the jail's end has 2001:db8::1/64, is up, default route 2001:db8::1", nil
      ),
      (
        .jail([JailParameter("allow.mlock", .flag(true)), JailParameter("allow.suser", .flag(false))]),
        "jail -c name=web path=/jails/web persist allow.mlock allow.suser=false", "jail -r web"
      ),
    ]
    let plan = JailPlan(service: "web", jail: "web", root: "/jails/web", steps: expected.map(\.0))
    for (step, line, undoing) in expected {
      let text = JailStepText(step, of: plan)
      #expect("\(text.action) \(text.text)" == line)
      #expect(text.undoing == undoing)
    }
  }

  @Test("as JSON each step has its number, its action, its text and its undoing")
  func document() throws {
    let plan = JailPlan(service: "a", jail: "b", root: "/c", steps: [.interface("em1"), .seal(root: "/c")])
    #expect(
      plan.document.json
        == #"{"service":"a","jail":"b","root":"/c","steps":[{"step":1,"action":"ifconfig","text":"em1 vnet b","#
        + #""undo":"ifconfig em1 -vnet b"},{"step":2,"action":"mount","text":"/c becomes read-only"}]}"#)
  }
}
