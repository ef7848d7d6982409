import CProc
import Supervision

extension HostJailKernel {
  public mutating func hasInterface(_ name: String) throws(JailError) -> Bool {
    try checkResult("look for the interface \(name)", cproc_interface_exists(name)) == 1
  }

  public mutating func description(ofInterface name: String) throws(JailError) -> String {
    var buffer = [CChar](repeating: 0, count: 1024)
    let length = cproc_interface_description(name, &buffer, buffer.count)
    try checkResult("read the description of \(name)", Int32(truncatingIfNeeded: length), words: Self.wordsOfNetworks)
    return String(decoding: buffer.prefix(length).map(UInt8.init(bitPattern:)), as: UTF8.self)
  }

  /// Several jails are made at once when the system starts, each by a process of its own: each begins to look at
  /// another number.
  public mutating func freeEpair() throws(JailError) -> String {
    let numbers: Int32 = 0x4000
    for offset in 0..<numbers {
      let name = "epair\((Host.pid % numbers + offset) % numbers)"
      if try !hasInterface(name + "a"), try !hasInterface(name + "b") { return name }
    }
    throw JailError("find a free epair(4): all \(numbers) numbers are taken")
  }

  public mutating func makeEpair(
    _ name: String, description: String, _ addresses: [NetworkAddress], bridge: String?
  ) throws(JailError) {
    try makePair(name)
    do throws(JailError) {
      for end in ["a", "b"] {
        try checkResult("describe \(name)\(end)", cproc_interface_describe(name + end, description))
      }
      try raise(name + "a", addresses)
      if let bridge { try join(bridge, name + "a") }
    } catch {
      _ = cproc_interface_destroy(name + "a")
      throw error
    }
  }

  /// Gives an interface its addresses and brings it up.
  private func raise(_ interface: String, _ addresses: [NetworkAddress]) throws(JailError) {
    var failed = 0
    let result = withWords([interface] + addresses.map(\.text)) { words in
      let requests = zip(addresses, 1...).map { $0.request(text: words[$1]) }
      return requests.withUnsafeBufferPointer { cproc_interface_raise(words[0], $0.baseAddress, $0.count, &failed) }
    }
    guard result < 0 else { return }
    let code = cproc_errno()
    guard addresses.indices.contains(failed) else { throw JailError("bring up \(interface)", code: code) }
    let address = InterfaceAddress(interface: interface, address: addresses[failed])
    throw JailError("add \(address.attempt)", code: code, words: Self.wordsOfAddresses)
  }

  /// Loads epair(4) where it is missing, as ifconfig(8) does: the generic kernel is without it.
  private func makePair(_ name: String) throws(JailError) {
    var result = cproc_interface_make(name)
    // Nothing in the kernel makes interfaces of this name.
    if result < 0, cproc_errno() == EINVAL {
      do throws(SystemError) {
        try Host.requireModule("if_epair")
      } catch {
        throw JailError("make \(name): load if_epair by kldload(8)", code: error.code)
      }
      result = cproc_interface_make(name)
    }
    try checkResult("make \(name)", result)
  }

  private func join(_ bridge: String, _ member: String) throws(JailError) {
    try checkResult(
      "put \(member) into \(bridge)", cproc_bridge_add(bridge, member),
      words: [
        ENXIO: "there is no such bridge", EINVAL: "it is no bridge, or one whose members may have no addresses",
      ])
  }

  public mutating func destroyInterface(_ name: String) throws(JailError) {
    try checkResult("destroy \(name)", cproc_interface_destroy(name), words: Self.wordsOfNetworks)
  }

  public mutating func give(interface: String, to jid: Int32) throws(JailError) {
    try checkResult(
      "give \(interface) to the jail \(jid)", cproc_interface_give(interface, jid),
      words: [
        ENXIO: "there is no such interface, or no such jail", EEXIST: "the jail has one of this name",
      ])
  }

  public mutating func takeBack(interface: String, from jid: Int32) throws(JailError) {
    try checkResult(
      "take \(interface) back from the jail \(jid)", cproc_interface_take_back(interface, jid),
      words: [
        ENXIO: "the jail has no such interface, or there is no such jail", EEXIST: "the host has one of this name",
      ])
  }

  public mutating func configure(
    interface: String, in jid: Int32, _ addresses: [NetworkAddress], gateways: [NetworkAddress]
  ) throws(JailError) {
    try checkReason("configure \(interface) in the jail \(jid)") { reason in
      withWords([interface] + (addresses + gateways).map(\.text)) { words in
        let all = zip(addresses + gateways, 1...).map { $0.request(text: words[$1]) }
        return all.withUnsafeBufferPointer { all in
          var network = cproc_jail_network()
          network.interface = words[0]
          network.addresses = all.baseAddress
          network.address_count = addresses.count
          network.gateways = all.baseAddress?.advanced(by: addresses.count)
          network.gateway_count = gateways.count
          return cproc_jail_configure(jid, &network, reason)
        }
      }
    }
  }

  public mutating func hasAddress(_ address: InterfaceAddress) throws(JailError) -> Bool {
    try checkResult("look for \(address.attempt)", address.with(cproc_interface_has)) == 1
  }

  public mutating func addAddress(_ address: InterfaceAddress) throws(JailError) {
    try checkResult(
      "add \(address.attempt)", address.with(cproc_interface_add),
      words: Self.wordsOfAddresses)
  }

  public mutating func removeAddress(_ address: InterfaceAddress) throws(JailError) {
    try checkResult("remove \(address.attempt)", address.with(cproc_interface_remove), words: Self.wordsOfNetworks)
  }

  private static let wordsOfNetworks: [Int32: String] = [ENXIO: "there is no such interface"]
  private static let wordsOfAddresses: [Int32: String] = [
    ENXIO: "there is no such interface", EADDRINUSE: "another machine of the network has it",
  ]
}

extension NetworkAddress {
  fileprivate func request(text: UnsafePointer<CChar>?) -> cproc_address {
    cproc_address(text: text, is_ipv6: isIPv6, prefix: prefix)
  }
}

extension InterfaceAddress {
  fileprivate var attempt: String { "the address \(address.text)/\(address.prefix) on \(interface)" }

  fileprivate func with(
    _ call: (UnsafePointer<CChar>?, UnsafePointer<cproc_address>?) -> Int32
  ) -> Int32 {
    withWords([interface, address.text]) { words in
      var request = address.request(text: words[1])
      return call(words[0], &request)
    }
  }
}
