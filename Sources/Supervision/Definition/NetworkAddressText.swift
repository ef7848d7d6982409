/// Addresses of IPv4 and IPv6 as inet_pton(3) reads them, without asking a resolver.
enum NetworkAddressText {
  /// The bytes of an address: 4 or 16; `nil` when the text is none.
  static func bytes(of text: some StringProtocol) -> [UInt8]? {
    text.utf8.contains(UInt8(ascii: ":")) ? bytesOfIPv6(text) : bytesOfIPv4(text)
  }

  /// `192.0.2.7/24`, `192.0.2.7/255.255.255.0`, `2001:db8::7/64`.
  ///
  /// - Parameter prefix: what an address without one gets; `nil`: the length of the whole address.
  static func address(_ text: some StringProtocol, prefix: UInt8? = nil) -> NetworkAddress? {
    let parts = text.split(separator: "/", maxSplits: 1, omittingEmptySubsequences: false)
    guard let bytes = bytes(of: parts[0]) else { return nil }
    let isIPv6 = bytes.count == 16
    let whole: UInt8 = isIPv6 ? 128 : 32
    guard parts.count == 2 else { return NetworkAddress(String(parts[0]), isIPv6: isIPv6, prefix: prefix ?? whole) }
    guard let length = Self.prefix(parts[1], isIPv6: isIPv6) else { return nil }
    return NetworkAddress(String(parts[0]), isIPv6: isIPv6, prefix: length)
  }

  /// A number of bits, or a netmask of IPv4 whose bits are contiguous.
  private static func prefix(_ text: some StringProtocol, isIPv6: Bool) -> UInt8? {
    if !isIPv6, text.utf8.contains(UInt8(ascii: ".")) {
      guard let bytes = bytesOfIPv4(text) else { return nil }
      let mask = bytes.reduce(UInt32(0)) { $0 << 8 | UInt32($1) }
      let length = (~mask).leadingZeroBitCount
      return length == 32 || mask << UInt32(length) == 0 ? UInt8(length) : nil
    }
    guard !text.isEmpty, text.utf8.allSatisfy(\.isDigit), let length = UInt8(text) else { return nil }
    return length <= (isIPv6 ? 128 : 32) ? length : nil
  }

  private static func bytesOfIPv4(_ text: some StringProtocol) -> [UInt8]? {
    let parts = text.split(separator: ".", omittingEmptySubsequences: false)
    guard parts.count == 4 else { return nil }
    var bytes: [UInt8] = []
    for part in parts {
      // `010` is eight to some and ten to others.
      guard part.utf8.allSatisfy(\.isDigit), part.utf8.first != UInt8(ascii: "0") || part.utf8.count == 1,
        let byte = UInt8(part)
      else { return nil }
      bytes.append(byte)
    }
    return bytes
  }

  private static func bytesOfIPv6(_ text: some StringProtocol) -> [UInt8]? {
    let halves = String(text).split(separator: "::", maxSplits: 1, omittingEmptySubsequences: false)
    guard let head = halves.first, let start = groups(head) else { return nil }
    guard halves.count == 2 else { return start.count == 16 ? start : nil }
    guard let end = groups(halves[1]), start.count + end.count <= 14 else { return nil }
    return start + [UInt8](repeating: 0, count: 16 - start.count - end.count) + end
  }

  /// Groups of hexadecimal digits between colons, the last of which may be an address of IPv4.
  private static func groups(_ text: Substring) -> [UInt8]? {
    if text.isEmpty { return [] }
    var bytes: [UInt8] = []
    let parts = text.split(separator: ":", omittingEmptySubsequences: false)
    for (position, part) in parts.enumerated() {
      if position == parts.count - 1, part.utf8.contains(UInt8(ascii: ".")) {
        guard let tail = bytesOfIPv4(part) else { return nil }
        bytes += tail
      } else {
        guard (1...4).contains(part.utf8.count), part.utf8.allSatisfy(\.isHexDigit), let group = UInt16(part, radix: 16)
        else { return nil }
        bytes += [UInt8(group >> 8), UInt8(group & 0xff)]
      }
    }
    return bytes.count <= 16 ? bytes : nil
  }
}

extension UInt8 {
  fileprivate var isHexDigit: Bool { isDigit || (UInt8(ascii: "a")...UInt8(ascii: "f")).contains(self | 0x20) }
}
