import Testing

@testable import Supervision

@Suite("The network of a jail")
struct JailNetworkTests {
  private func jail(_ keys: String, sourceLocation: Testing.SourceLocation = #_sourceLocation) throws -> JailDefinition
  {
    try #require(
      definition("jail { \(keys) }", sourceLocation: sourceLocation).process.rare.jail, sourceLocation: sourceLocation)
  }

  private func address(_ text: String) throws -> NetworkAddress {
    try #require(NetworkAddressText.address(text))
  }

  @Test(
    "an address is what inet_pton reads",
    arguments: [
      ("0.0.0.0", [UInt8](repeating: 0, count: 4)), ("192.0.2.255", [192, 0, 2, 255]), ("1.2.3", nil),
      ("1.2.3.4.5", nil),
      ("256.1.1.1", nil), ("01.2.3.4", nil), ("1.2.3.4 ", nil), ("+1.2.3.4", nil), ("a.b.c.d", nil), ("", nil),
      ("1..2.3", nil),
      ("::", [UInt8](repeating: 0, count: 16)), ("::1", [UInt8](repeating: 0, count: 15) + [1]),
      ("1::", [0, 1] + [UInt8](repeating: 0, count: 14)),
      ("2001:DB8::a:b", [0x20, 1, 0xd, 0xb8, 0, 0, 0, 0, 0, 0, 0, 0, 0, 10, 0, 11]),
      ("1:2:3:4:5:6:7:8", [0, 1, 0, 2, 0, 3, 0, 4, 0, 5, 0, 6, 0, 7, 0, 8]),
      ("::ffff:192.0.2.1", [0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 255, 255, 192, 0, 2, 1]),
      ("1:2:3:4:5:6:7", nil), ("1:2:3:4:5:6:7:8:9", nil), ("1::2::3", nil), (":1", nil), ("1:", nil), (":::", nil),
      ("12345::", nil), ("g::", nil), ("fe80::1%em0", nil), ("1:2:3:4:5:6:7::8", nil), ("::1.2.3", nil), ("::+1", nil),
    ] as [(String, [UInt8]?)])
  func bytes(_ text: String, _ expected: [UInt8]?) {
    #expect(NetworkAddressText.bytes(of: text) == expected)
  }

  @Test(
    "a prefix is a number of bits or a contiguous netmask",
    arguments: [
      ("192.0.2.1", 32), ("192.0.2.1/0", 0), ("192.0.2.1/24", 24), ("192.0.2.1/255.255.255.0", 24),
      ("192.0.2.1/0.0.0.0", 0), ("192.0.2.1/255.255.255.255", 32), ("192.0.2.1/255.255.254.0", 23), ("::1", 128),
      ("::1/64", 64), ("192.0.2.1/33", nil), ("192.0.2.1/255.0.255.0", nil), ("192.0.2.1/", nil), ("::1/129", nil),
      ("::1/255.255.0.0", nil), ("192.0.2.1/-1", nil), ("192.0.2.1/24/24", nil),
    ] as [(String, UInt8?)])
  func prefixes(_ text: String, _ expected: UInt8?) {
    #expect(NetworkAddressText.address(text)?.prefix == expected)
  }

  @Test("the network is a word, a section, or what the parameters say")
  func kinds() throws {
    #expect(try jail("").network == nil)
    #expect(try jail("network = inherit").network == JailNetwork(.inherit))
    #expect(try jail("network = none").network == JailNetwork(.none))
    #expect(try jail("network = vnet").network == JailNetwork(.vnet))
    #expect(try jail("vnet = new").network == JailNetwork(.vnet))
    #expect(try jail("vnet = new").parameters.isEmpty)
    #expect(try jail("network { vnet = new }").network == JailNetwork(.vnet))
    #expect(try jail("ip4.addr = 192.0.2.1").network == JailNetwork(.addresses))
    #expect(try jail("ip4 = inherit").network == nil)
    #expect(try jail("options = netv4").network == nil)
  }

  @Test("a network of its own has interfaces and a pair")
  func vnet() throws {
    var expected = JailNetwork(.vnet)
    expected.interfaces = ["em1", "em2"]
    #expect(try jail("vnet = new; vnet.interface = [em1, em2]").network == expected)
    #expect(try jail("network { vnet = true; interfaces = [em1, em1] }; vnet.interface = em2").network == expected)
    var epair = EpairRequest()
    epair.hostAddresses = [try address("10.0.0.1/30")]
    epair.jailAddresses = [try address("10.0.0.2/30"), try address("2001:db8::2/64")]
    epair.gateways = [try address("10.0.0.1"), try address("2001:db8::1")]
    epair.bridge = "bridge0"
    let made = try jail(
      """
      network { vnet = true; epair { host-address = 10.0.0.1/30; jail-address = [10.0.0.2/30, "2001:db8::2/64"]
        gateway = [10.0.0.1, "2001:db8::1"]; bridge = bridge0 } }
      """)
    #expect(made.network?.epair == epair)
    #expect(try jail("network { vnet = true; epair { } }").network?.epair == EpairRequest())
  }

  @Test("an address with an interface is added to it, and the kernel gets it bare")
  func aliases() throws {
    let made = try jail("ip4.addr = [\"em0|192.0.2.7/24\", 192.0.2.8]; ip6.addr = \"em1|2001:db8::7\"")
    #expect(
      made.parameters == [
        JailParameter("ip4.addr", .text("192.0.2.7,192.0.2.8")), JailParameter("ip6.addr", .text("2001:db8::7")),
      ])
    #expect(made.network?.kind == .addresses)
    #expect(
      made.network?.aliases == [
        InterfaceAddress(interface: "em0", address: try address("192.0.2.7/24")),
        InterfaceAddress(interface: "em1", address: try address("2001:db8::7/128")),
      ])
    let common = try jail("ip4.addr = [192.0.2.7/255.255.255.0, 192.0.2.8, \"em1|192.0.2.9\"]; interface = em0")
    #expect(
      common.network?.aliases == [
        InterfaceAddress(interface: "em0", address: try address("192.0.2.7/24")),
        InterfaceAddress(interface: "em0", address: try address("192.0.2.8/32")),
        InterfaceAddress(interface: "em1", address: try address("192.0.2.9/32")),
      ])
  }

  @Test(
    "a network that cannot be is an error",
    arguments: [
      ("network = host", "`inherit` or `none` or `vnet`"), ("network { }", "has no `vnet`"),
      ("network { interfaces = em1 }", "has no `vnet`"), ("network { epair { bridge = b0 } }", "has no `vnet`"),
      ("network { vnet = false; interfaces = em1 }", "`jail.network.vnet` is false"),
      ("network { vnet = true; interface = em1 }", "did you mean `interfaces`?"),
      ("vnet.interface = em1", "needs a network stack of its own"),
      ("network = none; vnet.interface = em1", "needs a network stack of its own"),
      ("network = none; vnet = new", "`jail.vnet = new` contradicts `network = none`"),
      ("network = vnet; vnet = inherit", "`jail.vnet` contradicts `network`"),
      ("vnet = new; ip4.addr = 192.0.2.1", "contradicts the jail's own network stack"),
      ("network = vnet; ip6 = inherit", "contradicts the jail's own network stack"),
      ("network = none; ip4.addr = 192.0.2.1", "`jail.ip4.addr` contradicts `network = none`"),
      ("network = inherit; ip4.addr = 192.0.2.1", "`jail.ip4.addr` contradicts `network = inherit`"),
      ("network = inherit; ip6 = disable", "`jail.ip6` contradicts `network = inherit`"),
      ("network = none; ip6 = new", "`jail.ip6` contradicts `network = none`"),
      ("ip4 = disable; ip4.addr = 192.0.2.1", "`jail.ip4 = disable` contradicts `jail.ip4.addr`"),
      ("interface = em0", "no address is to be added to it"), ("ip4.addr = []", "`jail.ip4.addr` is empty"),
      ("ip4.addr = 192.0.2.256", "an address of IPv4"), ("ip4.addr = \"::1\"", "an address of IPv4"),
      ("ip6.addr = 192.0.2.1", "an address of IPv6"), ("ip4.addr = 192.0.2.1/24", "added to no interface"),
      ("ip4.addr = [192.0.2.1, 192.0.2.1]", "is given twice"),
      ("ip4.addr = \"|192.0.2.1\"", "the name of an interface"),
      ("ip4.addr = \"em0|192.0.2.1/24 vhid 1\"", "words behind the address"),
      ("ip6.addr = [\"2001:db8::1\", \"2001:DB8:0::1\"]", "is given twice"),
      ("ip4.addr = \"averylonginterface|192.0.2.1\"", "the name of an interface"),
      ("network { vnet = true; epair { jail-address = 10.0.0.2 } }", "ADDRESS/PREFIX"),
      ("network { vnet = true; epair { jail-address = [10.0.0.2/30, 10.0.0.2/24] } }", "is given twice"),
      ("network { vnet = true; epair { gateway = 10.0.0.1 } }", "has no address of IPv4"),
      (
        "network { vnet = true; epair { jail-address = [10.0.0.2/30, 10.1.0.1/16]; gateway = 10.0.0.5 } }",
        "in the prefix of no `jail-address`"
      ),
      (
        "network { vnet = true; epair { jail-address = \"2001:db8::2/64\"; gateway = \"2001:db8:1::1\" } }",
        "in the prefix of no `jail-address`"
      ),
      ("network { vnet = true; epair { jail-address = 10.0.0.2/8; gateway = 10.0.0.1/8 } }", "an address, such as"),
      (
        "network { vnet = true; epair { jail-address = 10.0.0.2/8; gateway = [10.0.0.1, 10.0.0.3] } }",
        "more than one gateway"
      ),
      ("network { vnet = true; epair { bridge = \"a b\" } }", "the name of an interface"),
      ("network { vnet = true; epair { bridges = b } }", "did you mean `bridge`?"),
    ])
  func errors(_ text: String, _ expected: String) {
    let found = SupervisionTests.errors("jail { \(text) }")
    #expect(found.count == 1 && found[0].contains(expected), "\(found)")
  }

  @Test("a network stack that is its own excuses what comes with it, and words that agree are no contradiction")
  func agreements() throws {
    #expect(try jail("network = vnet; vnet = new").network?.kind == .vnet)
    #expect(try jail("network = inherit; ip4 = inherit").parameters.count == 1)
    #expect(try jail("network = none; ip6 = disable").parameters.count == 1)
    #expect(try jail("ip4 = new; ip4.addr = 192.0.2.1").parameters.count == 2)
  }
}
