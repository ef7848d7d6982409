extension JailOption {
  /// The parameters that the word stands for, as rc.subr translates it for jail(8).
  public var parameters: [JailParameter] {
    switch self {
    case .netv4: [.inherits("ip4"), .allows("reserved_ports")]
    case .netv6: [.inherits("ip6"), .allows("reserved_ports")]
    case .netBasic: [.inherits("ip4"), .inherits("ip6"), .allows("reserved_ports")]
    case .netRaw: [.allows("raw_sockets")]
    case .netAll: JailOption.netBasic.parameters + JailOption.netRaw.parameters + [.allows("socket_af")]
    // The server has to see what it exports.
    case .nfsd: [.allows("nfsd"), JailParameter("enforce_statfs", .text("1"))]
    case .sysvipc: Self.systemV("inherit")
    case .sysvipcnew: Self.systemV("new")
    case .mlock, .routing, .settime, .vmm: [.allows(rawValue)]
    }
  }

  private static func systemV(_ word: String) -> [JailParameter] {
    ["sysvmsg", "sysvsem", "sysvshm"].map { JailParameter($0, .text(word)) }
  }
}

extension JailParameter {
  fileprivate static func allows(_ name: String) -> JailParameter { JailParameter("allow.\(name)", .flag(true)) }

  fileprivate static func inherits(_ name: String) -> JailParameter { JailParameter(name, .text("inherit")) }
}
