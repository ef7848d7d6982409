extension JailParameter {
  /// The name that jail_set(2) gets: a flag that is off has its last part begin with `no`.
  public var kernelName: String {
    guard value == .flag(false) else { return name }
    guard let dot = name.lastIndex(of: ".") else { return "no" + name }
    return name[...dot] + "no" + name[name.index(after: dot)...]
  }

  /// `nil`: the name says all.
  public var kernelValue: String? {
    switch value {
    case .flag: nil
    case .text(let text): text
    }
  }
}

extension ResourceRule {
  /// The rule on a jail as rctl_add_rule(2) reads it.
  public func text(onJail jail: String) -> String {
    "jail:\(jail):\(resource):\(action)=\(amount)"
  }
}
