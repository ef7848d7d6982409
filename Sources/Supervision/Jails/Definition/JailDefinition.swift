/// The section `jail` of a service: what its processes are confined to, in jail(8)'s words.
///
/// What it says and no more: which directories are made and what is mounted follows from it in Jails/Plan.
public struct JailDefinition: Sendable, Equatable {
  /// The jail's name in jls(8); `nil`: made of the service's name, see ``JailName``.
  public var name: String?
  /// Its root on the host. `/`: a service jail, which confines processes on the host's own files and addresses.
  public var path = "/"
  public var root: JailRoot = .directory
  /// The kernel's own parameters, in the order in which they were written, each name once.
  public var parameters: [JailParameter] = []
  public var options: [JailOption] = []
  /// Paths of the host that are seen at the same place inside, in the order in which they were written.
  public var exposedPaths: [ExposedPath] = []
  /// Whether what an exposed program needs of libraries is exposed too.
  public var exposesLibraries = false
  /// In the order in which they are mounted, after the exposedPaths.
  public var mounts: [MountRequest] = []
  /// `nil`: what follows from `path`, see ``JailNetwork``.
  public var network: JailNetwork?
  /// The service whose jail this one runs in; nothing else but hooks may stand beside it.
  public var sharedWith: String?
  /// A jail of this name that is there already, and that the supervisor neither makes nor removes.
  public var enter: String?
  /// On the host, with JID, JNAME and JPATH in the environment, as jail.conf(5) has them.
  public var hooks = JailHooks()

  public init() {}
}

/// What a jail's root is.
public enum JailRoot: Sendable, Equatable {
  /// The directory `path`, as it is.
  case directory
  /// A tmpfs(5) that is made for each start, holds what is declared, and is read-only then.
  ///
  /// - Parameter size: bytes; `nil`: what tmpfs takes when nothing is said.
  case ephemeral(size: UInt64?)
}

/// A parameter of jail_set(2), by its name in jail(8).
public struct JailParameter: Sendable, Equatable {
  public enum Value: Sendable, Equatable {
    /// `allow.raw_sockets = true`; `false` is libjail's `allow.noraw_sockets`.
    case flag(Bool)
    /// As jailparam_import(3) reads it; several values are joined by commas.
    case text(String)
  }

  public var name: String
  public var value: Value

  public init(_ name: String, _ value: Value) {
    self.name = name
    self.value = value
  }
}

/// The words of FreeBSD's own service jails (rc.conf(5), `NAME_svcj_options`).
public enum JailOption: String, Sendable, CaseIterable {
  case mlock, netv4, netv6, nfsd, routing, settime, sysvipc, sysvipcnew, vmm
  case netBasic = "net_basic"
  case netRaw = "net_raw"
  case netAll = "net_all"
}

/// A path of the host, seen at the same place inside a jail.
public struct ExposedPath: Sendable, Equatable {
  public var path: String
  public var isWritable: Bool

  public init(_ path: String, isWritable: Bool = false) {
    self.path = path
    self.isWritable = isWritable
  }
}

/// One mount of the list `mount`.
public struct MountRequest: Sendable, Equatable {
  public enum Kind: Sendable, Equatable {
    case nullfs(from: String, isReadOnly: Bool)
    /// - Parameters:
    ///   - size: bytes; `nil`: what tmpfs takes when nothing is said.
    ///   - mode: of its root directory; `nil`: that of the directory below.
    case tmpfs(size: UInt64?, mode: UInt32?)
    /// - Parameter ruleset: of devfs(8).
    case devfs(ruleset: Int32)
    case fdescfs
    case procfs
    case linprocfs
    case linsysfs
  }

  public var kind: Kind
  /// Inside the jail, absolute.
  public var target: String

  public init(_ kind: Kind, at target: String) {
    self.kind = kind
    self.target = target
  }
}

/// The key `network`, with what jail(8) spells `interface`, `vnet.interface` and `IFACE|ADDRESS/MASK`.
public struct JailNetwork: Sendable, Equatable {
  public enum Kind: Sendable, Equatable {
    /// The host's addresses: `ip4 = inherit`, `ip6 = inherit`.
    case inherit
    /// No addresses: `ip4 = disable`, `ip6 = disable`.
    case none
    /// A network stack of its own: `vnet = new`.
    case vnet
    /// What `ip4.addr` and `ip6.addr` among the parameters say.
    case addresses
  }

  public var kind: Kind
  /// Interfaces of the host that are given to the jail and taken back. With `vnet` only.
  public var interfaces: [String] = []
  /// A pair of interfaces that is made for the jail. With `vnet` only.
  public var epair: EpairRequest?
  /// Addresses that are added to interfaces of the host before the jail is made, and removed after it. Without `vnet`.
  public var aliases: [InterfaceAddress] = []

  public init(_ kind: Kind) {
    self.kind = kind
  }
}

/// An address with its prefix on an interface.
public struct InterfaceAddress: Sendable, Equatable {
  public var interface: String
  public var address: NetworkAddress

  public init(interface: String, address: NetworkAddress) {
    self.interface = interface
    self.address = address
  }
}

/// An address of IPv4 or IPv6, in its text form, which has been checked.
public struct NetworkAddress: Sendable, Equatable, Hashable {
  public var text: String
  public var isIPv6: Bool
  /// Bits of the network part: 0 to 32, or to 128.
  public var prefix: UInt8

  public init(_ text: String, isIPv6: Bool, prefix: UInt8) {
    self.text = text
    self.isIPv6 = isIPv6
    self.prefix = prefix
  }
}

/// epair(4): two interfaces that are connected, one on the host, one in the jail.
public struct EpairRequest: Sendable, Equatable {
  /// Of the end on the host.
  public var hostAddresses: [NetworkAddress] = []
  /// Of the end in the jail.
  public var jailAddresses: [NetworkAddress] = []
  /// The default routes inside, at most one of each family; their prefix has no meaning.
  public var gateways: [NetworkAddress] = []
  /// The if_bridge(4) that the end on the host joins. It must exist.
  public var bridge: String?

  public init() {}
}

/// Commands on the host at points of a jail's life; one that fails before the jail is up fails the start.
public struct JailHooks: Sendable, Equatable {
  /// Before the jail is made, after the mounts.
  public var prestart: [Command] = []
  /// After it was made.
  public var created: [Command] = []
  /// After it was removed, before the mounts go.
  public var poststop: [Command] = []
  /// After everything else.
  public var release: [Command] = []

  public init() {}

  public var isEmpty: Bool { self == JailHooks() }
}

/// A rule of rctl(8) on the jail of a service.
public struct ResourceRule: Sendable, Equatable {
  /// rctl's name: `memoryuse`, `pcpu`.
  public var resource: String
  /// What happens at the amount: `deny`, `throttle`, `log`, `devctl`, `sigterm` and further signals.
  public var action: String
  /// A plain number, as rctl_add_rule(2) wants it.
  public var amount: UInt64

  public init(_ resource: String, _ action: String, _ amount: UInt64) {
    self.resource = resource
    self.action = action
    self.amount = amount
  }
}

/// The name that a jail has in jls(8).
public enum JailName {
  /// Of a service's name: a dot would mean a jail inside another one, and a number a jail's id.
  public static func derived(from service: String) -> String {
    let name = service.replacing(".", with: "_")
    return name.utf8.allSatisfy(\.isDigit) ? "service_\(name)" : name
  }
}

extension ServiceDefinition {
  /// The name of the jail that the service makes; `nil` when it makes none.
  public var jailName: String? {
    guard let jail = process.rare.jail, jail.sharedWith == nil, jail.enter == nil else { return nil }
    return jail.name ?? JailName.derived(from: name)
  }
}
