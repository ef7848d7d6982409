import OrderedCollections
import UCL

/// What the keys of a jail say of its network, before they are put together.
struct JailNetworkReading {
  /// `network = …`
  var kind: JailNetwork.Kind?
  /// `vnet = new`
  var isVnetNew = false
  /// Of `network` and of `vnet.interface`.
  var interfaces: [String] = []
  var epair: EpairRequest?
  /// jail(8)'s `interface`: where addresses without one of their own are added.
  var interface: String?
  var addresses: [WrittenAddress] = []

  /// An element of `ip4.addr` or `ip6.addr`.
  struct WrittenAddress {
    var address: NetworkAddress
    var interface: String?
    var hasPrefix: Bool
    var path: String
    var location: SourceLocation
  }
}

extension JailReader {
  // MARK: network

  /// `network = none`, or a section with `vnet`.
  mutating func readNetwork(_ field: Field) {
    guard let first = field.values.first else { return }
    guard case .object = first.content else {
      network.kind = reader.choice(field, ["inherit": .inherit, "none": .none, "vnet": .vnet])
      return
    }
    guard let section = reader.section(field, keys: ["vnet", "interfaces", "epair"]) else { return }
    inner += section.values
    if let field = section["interfaces"] { network.interfaces += reader.interfaces(field) }
    if let field = section["epair"] { readEpair(field) }
    guard let vnet = section["vnet"] else {
      reader.error(
        "`\(field.path)` has no `vnet`: only a network stack of its own has interfaces", at: field.keyLocation,
        expected: "{ vnet = true; … }, `inherit` or `none`")
      // Whatever else is wrong with the network follows from this.
      network.kind = .vnet
      return
    }
    readVnet(vnet)
  }

  private mutating func readVnet(_ field: Field) {
    if field.values.count == 1, field.values[0].text == "new" {
      network.kind = .vnet
    } else if reader.boolean(field) == false {
      reader.error(
        "`\(field.path)` is false", at: field.location, expected: "true; or `network = none` without a section")
    } else {
      network.kind = .vnet
    }
  }

  private mutating func readEpair(_ field: Field) {
    guard let section = reader.section(field, keys: ["host-address", "jail-address", "gateway", "bridge"]) else {
      return
    }
    inner += section.values
    var epair = EpairRequest()
    if let field = section["host-address"] { epair.hostAddresses = addresses(field) }
    if let field = section["jail-address"] { epair.jailAddresses = addresses(field) }
    if let field = section["gateway"] { epair.gateways = gateways(field, of: epair) }
    if let field = section["bridge"] { epair.bridge = reader.interface(field) }
    network.epair = epair
  }

  /// Addresses with their prefixes.
  private mutating func addresses(_ field: Field) -> [NetworkAddress] {
    let expected = "ADDRESS/PREFIX, such as 10.0.0.1/30 or 2001:db8::1/64"
    var addresses: [NetworkAddress] = []
    for element in reader.elements(field) {
      guard let text = reader.word(element, field.path, expected: expected) else { continue }
      guard text.utf8.contains(UInt8(ascii: "/")), let address = NetworkAddressText.address(text) else {
        reader.wrongValue(field.path, element, text, expected: expected)
        continue
      }
      if addresses.contains(where: { $0.isSameAddress(as: address) }) {
        reader.error("`\(address.text)` is given twice in `\(field.path)`", at: element.location)
      } else {
        addresses.append(address)
      }
    }
    return addresses
  }

  private mutating func gateways(_ field: Field, of epair: EpairRequest) -> [NetworkAddress] {
    let expected = "an address, such as 10.0.0.1"
    var gateways: [NetworkAddress] = []
    for element in reader.elements(field) {
      guard let text = reader.word(element, field.path, expected: expected) else { continue }
      guard !text.utf8.contains(UInt8(ascii: "/")), let gateway = NetworkAddressText.address(text) else {
        reader.wrongValue(field.path, element, text, expected: expected)
        continue
      }
      let family = gateway.isIPv6 ? "IPv6" : "IPv4"
      if gateways.contains(where: { $0.isIPv6 == gateway.isIPv6 }) {
        reader.error("`\(field.path)` has more than one gateway of \(family)", at: element.location)
      } else if !epair.jailAddresses.contains(where: { $0.isIPv6 == gateway.isIPv6 }) {
        reader.error(
          "the gateway `\(text)` cannot be reached: the jail has no address of \(family)", at: element.location,
          expected: "a `jail-address` of the same family")
      } else if !epair.jailAddresses.contains(where: { $0.prefixHolds(gateway) }) {
        reader.error(
          "the gateway `\(text)` cannot be reached: it lies in the prefix of no `jail-address`", at: element.location,
          expected: "an address of the same network, such as the `host-address`")
      } else {
        gateways.append(gateway)
      }
    }
    return gateways
  }

  // MARK: ip4.addr, ip6.addr

  /// Addresses, each as ADDRESS, or INTERFACE|ADDRESS/PREFIX when it is to be added to an interface first.
  mutating func readAddresses(_ field: Field, isIPv6: Bool) {
    let first = network.addresses.count
    let elements = reader.elements(field)
    for element in elements {
      guard let text = reader.word(element, field.path, expected: Self.form(isIPv6: isIPv6)) else { continue }
      // jail.conf(5) has lists within a string.
      for part in text.split(separator: ",", omittingEmptySubsequences: false) {
        readAddress(String(part.drop { $0 == " " }), element, field.path, isIPv6: isIPv6)
      }
    }
    guard !elements.isEmpty else {
      reader.error("`\(field.path)` is empty", at: field.location, expected: Self.form(isIPv6: isIPv6))
      return
    }
    let texts = network.addresses[first...].map(\.address.text)
    if !texts.isEmpty { add(JailParameter(field.name, .text(texts.joined(separator: ","))), field) }
  }

  private static func form(isIPv6: Bool) -> String {
    isIPv6
      ? "an address of IPv6, or INTERFACE|ADDRESS/PREFIX such as em0|2001:db8::7/64"
      : "an address of IPv4, or INTERFACE|ADDRESS/PREFIX such as em0|192.0.2.7/24"
  }

  private mutating func readAddress(_ text: String, _ value: Value, _ path: String, isIPv6: Bool) {
    var rest = Substring(text)
    var interface: String?
    if let bar = rest.firstIndex(of: "|") {
      guard let name = reader.interface(String(rest[..<bar]), value, path) else { return }
      interface = name
      rest = rest[rest.index(after: bar)...]
    }
    if rest.contains(" ") {
      reader.error(
        "`\(text)` of `\(path)` has words behind the address: further parameters of ifconfig(8) are not carried out",
        at: value.location, expected: Self.form(isIPv6: isIPv6), hint: "run ifconfig(8) in `exec.prestart`")
      return
    }
    guard let address = NetworkAddressText.address(rest), address.isIPv6 == isIPv6 else {
      reader.wrongValue(path, value, text, expected: Self.form(isIPv6: isIPv6))
      return
    }
    guard !network.addresses.contains(where: { $0.address.isSameAddress(as: address) }) else {
      reader.error("the address `\(address.text)` is given twice", at: value.location)
      return
    }
    network.addresses.append(
      .init(
        address: address, interface: interface, hasPrefix: rest.utf8.contains(UInt8(ascii: "/")), path: path,
        location: value.location))
  }

  // MARK: The whole

  /// Puts together what several keys say of the network.
  mutating func resolveNetwork() {
    var seen: Set<String> = []
    network.interfaces = network.interfaces.filter { seen.insert($0).inserted }
    var aliases: [InterfaceAddress] = []
    for written in network.addresses {
      if let interface = written.interface ?? network.interface {
        aliases.append(InterfaceAddress(interface: interface, address: written.address))
      } else if written.hasPrefix {
        reader.error(
          "the prefix of `\(written.address.text)` has no meaning: the address is added to no interface",
          at: written.location, expected: "INTERFACE|ADDRESS/PREFIX, `interface` beside it, or the address alone")
      }
    }
    guard let kind = network.kind ?? impliedKind else { return }
    var network = JailNetwork(kind)
    network.interfaces = self.network.interfaces
    network.epair = self.network.epair
    network.aliases = aliases
    jail.network = network
  }

  /// What the parameters say when `network` says nothing.
  private var impliedKind: JailNetwork.Kind? {
    if network.isVnetNew { return .vnet }
    return jail.parameter("ip4.addr") != nil || jail.parameter("ip6.addr") != nil ? .addresses : nil
  }
}

extension NetworkAddress {
  /// Whether both are the same address, however they are written.
  func isSameAddress(as other: NetworkAddress) -> Bool {
    NetworkAddressText.bytes(of: text) == NetworkAddressText.bytes(of: other.text)
  }

  /// Whether another address lies in the network of this one.
  func prefixHolds(_ other: NetworkAddress) -> Bool {
    guard let mine = NetworkAddressText.bytes(of: text), let theirs = NetworkAddressText.bytes(of: other.text),
      mine.count == theirs.count
    else { return false }
    let whole = Int(prefix) / 8
    guard mine[..<whole] == theirs[..<whole] else { return false }
    let rest = Int(prefix) % 8
    return rest == 0 || (mine[whole] ^ theirs[whole]) >> UInt8(8 - rest) == 0
  }
}
