/// What a jail may need of a kernel, each by the name that the probe has for it after `root.`.
public enum KernelFacility: String, Sendable, CaseIterable {
  case jail
  case nullfs
  case tmpfs
  case vnet = "jail_vnet"
  case rctl
}

extension RareAttributes {
  /// What these attributes need, in the order of the cases.
  public var facilities: [KernelFacility] {
    guard let jail, jail.sharedWith == nil, jail.enter == nil else { return [] }
    return KernelFacility.allCases.filter { facility in
      switch facility {
      case .jail: true
      case .nullfs: !jail.exposedPaths.isEmpty || jail.mounts.contains { $0.kind.facility == .nullfs }
      case .tmpfs: jail.root != .directory || jail.mounts.contains { $0.kind.facility == .tmpfs }
      case .vnet: jail.network?.kind == .vnet
      case .rctl: !resources.isEmpty
      }
    }
  }
}

extension MountRequest.Kind {
  fileprivate var facility: KernelFacility? {
    switch self {
    case .nullfs: .nullfs
    case .tmpfs: .tmpfs
    case .devfs, .fdescfs, .procfs, .linprocfs, .linsysfs: nil
    }
  }
}
