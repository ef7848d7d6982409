import Testing

@testable import Supervision

@Suite("The parameters of a jail")
struct JailParameterTests {
  private typealias Values = [String: JailParameter.Value]

  private static let base: Values = ["enforce_statfs": .text("2"), "children.max": .text("0")]
  private static let service = base.merging(["host": .text("inherit")]) { $1 }
  private static let inheriting = service.merging(["ip4": .text("inherit"), "ip6": .text("inherit")]) { $1 }
  private static let own = base.merging(["host.hostname": .text("web")]) { $1 }
  private static let alone = own.merging(["ip4": .text("disable"), "ip6": .text("disable")]) { $1 }

  @Test("a service jail is the host: its name, its addresses")
  func serviceDefaults() throws {
    #expect(try Planning.parameters(JailDefinition()) == Self.inheriting)
  }

  @Test("a jail with a root of its own has a name of its own and no addresses")
  func ownDefaults() throws {
    #expect(try Planning.parameters(Planning.directory()) == Self.alone)
    #expect(try Planning.parameters(Planning.ephemeral()) == Self.alone)
  }

  @Test("the hostname is the jail's name, where that is written")
  func names() throws {
    let jail = Planning.directory { $0.name = "frontend" }
    #expect(try Planning.parameters(jail)["host.hostname"] == .text("frontend"))
  }

  @Test("the ruleset is that of the devfs that was mounted, not where none was")
  func ruleset() throws {
    let mounted = Planning.directory { $0.mounts = [MountRequest(.devfs(ruleset: 5), at: "/dev")] }
    #expect(try Planning.parameters(mounted)["devfs_ruleset"] == .text("5"))
    #expect(try Planning.parameters(Planning.directory())["devfs_ruleset"] == nil)
  }

  @Test(
    "a parameter of the definition wins over each default",
    arguments: ["host.hostname", "enforce_statfs", "children.max", "ip4", "ip6", "devfs_ruleset"])
  func overriding(name: String) throws {
    let jail = Planning.directory { jail in
      jail.mounts = [MountRequest(.devfs(ruleset: 4), at: "/dev")]
      jail.parameters = [JailParameter(name, .text("mine"))]
    }
    #expect(try Planning.parameters(jail)[name] == .text("mine"))
  }

  @Test("a service jail with a hostname of its own does not inherit one, and one that inherits it gets none")
  func hosts() throws {
    var named = JailDefinition()
    named.parameters = [JailParameter("host.hostname", .text("a.example"))]
    let values = try Planning.parameters(named)
    #expect(values["host"] == nil)
    #expect(values["host.hostname"] == .text("a.example"))
    let inheriting = Planning.directory { $0.parameters = [JailParameter("host", .text("inherit"))] }
    #expect(try Planning.parameters(inheriting)["host.hostname"] == nil)
  }

  // MARK: network

  @Test("each kind of network is its parameters of jail(8)")
  func networks() throws {
    func values(_ kind: JailNetwork.Kind) throws -> Values {
      try Planning.parameters(Planning.directory { $0.network = JailNetwork(kind) })
    }
    #expect(try values(.none) == Self.alone)
    #expect(try values(.inherit) == Self.own.merging(["ip4": .text("inherit"), "ip6": .text("inherit")]) { $1 })
    #expect(try values(.vnet) == Self.own.merging(["vnet": .text("new")]) { $1 })
  }

  @Test("addresses imply their own family and leave the other out")
  func addresses() throws {
    for isWritten in [false, true] {
      let jail = Planning.directory { jail in
        jail.parameters = [JailParameter("ip6.addr", .text("2001:db8::7"))]
        if isWritten { jail.network = JailNetwork(.addresses) }
      }
      let expected = Self.own.merging([
        "ip4": .text("disable"), "ip6": .text("new"), "ip6.addr": .text("2001:db8::7"),
      ]) { $1 }
      #expect(try Planning.parameters(jail) == expected)
    }
  }

  @Test("vnet = new by its own name is a network too")
  func vnetByName() throws {
    let jail = Planning.directory { $0.parameters = [JailParameter("vnet", .text("new"))] }
    #expect(try Planning.parameters(jail) == Self.own.merging(["vnet": .text("new")]) { $1 })
  }

  @Test("what excludes each other is refused")
  func contradictions() {
    let address = [JailParameter("ip4.addr", .text("192.0.2.7"))]
    for kind in [JailNetwork.Kind.inherit, .none, .vnet] {
      let jail = Planning.directory { jail in
        jail.network = JailNetwork(kind)
        jail.parameters = address
      }
      #expect(Planning.reasons(jail).count == 1, "\(kind)")
      #expect(Planning.reasons(jail).first?.contains("`ip4.addr`") == true)
    }
    let without = Planning.directory { jail in
      jail.network = JailNetwork(.none)
      jail.options = [.netv4]
    }
    #expect(Planning.reasons(without) == ["`options` give the jail a network, and `network = none` takes it away"])
    let both = Planning.directory { $0.options = [.sysvipc, .sysvipcnew] }
    #expect(Planning.reasons(both) == ["`options`: sysvipc and sysvipcnew exclude each other"])
  }

  // MARK: options

  private static let ports: Values = ["allow.reserved_ports": .flag(true)]

  @Test(
    "each word of `options` means what rc.subr makes of it",
    arguments: JailOption.allCases)
  func option(_ option: JailOption) throws {
    var jail = JailDefinition()
    jail.options = [option]
    let added: Values =
      switch option {
      case .mlock: ["allow.mlock": .flag(true)]
      case .netv4: Self.ports.merging(["ip6": .text("disable")]) { $1 }
      case .netv6: Self.ports.merging(["ip4": .text("disable")]) { $1 }
      case .netBasic: Self.ports
      case .netRaw: ["allow.raw_sockets": .flag(true)]
      case .netAll: Self.ports.merging(["allow.raw_sockets": .flag(true), "allow.socket_af": .flag(true)]) { $1 }
      case .nfsd: ["allow.nfsd": .flag(true), "enforce_statfs": .text("1")]
      case .routing: ["allow.routing": .flag(true)]
      case .settime: ["allow.settime": .flag(true)]
      case .sysvipc: ["sysvmsg": .text("inherit"), "sysvsem": .text("inherit"), "sysvshm": .text("inherit")]
      case .sysvipcnew: ["sysvmsg": .text("new"), "sysvsem": .text("new"), "sysvshm": .text("new")]
      case .vmm: ["allow.vmm": .flag(true)]
      }
    #expect(try Planning.parameters(jail) == Self.inheriting.merging(added) { $1 })
  }

  @Test("a word for the network gives a jail with a root of its own the host's addresses")
  func optionsDecide() throws {
    let jail = Planning.directory { $0.options = [.netv4] }
    let values = try Planning.parameters(jail)
    #expect(values["ip4"] == .text("inherit"))
    #expect(values["ip6"] == .text("disable"))
  }

  @Test("with a network stack of its own a jail gets no word on the host's addresses")
  func optionsBesideVnet() throws {
    for isByName in [false, true] {
      let jail = Planning.directory { jail in
        if isByName {
          jail.parameters = [JailParameter("vnet", .text("new"))]
        } else {
          jail.network = JailNetwork(.vnet)
        }
        jail.options = [.netBasic]
      }
      let values = try Planning.parameters(jail)
      #expect(values["ip4"] == nil)
      #expect(values["ip6"] == nil)
      #expect(values["allow.reserved_ports"] == .flag(true))
    }
  }

  @Test("with addresses of its own a jail inherits none through a word")
  func optionsBesideAddresses() throws {
    let jail = Planning.directory { jail in
      jail.parameters = [JailParameter("ip4.addr", .text("192.0.2.7"))]
      jail.options = [.netv4]
    }
    let values = try Planning.parameters(jail)
    #expect(values["ip4"] == .text("new"))
    #expect(values["ip6"] == .text("disable"))
  }

  @Test("a parameter of the definition wins over a word")
  func parameterOverOption() throws {
    let jail = Planning.directory { jail in
      jail.options = [.netRaw]
      jail.parameters = [JailParameter("allow.raw_sockets", .flag(false))]
    }
    #expect(try Planning.parameters(jail)["allow.raw_sockets"] == .flag(false))
  }
}
