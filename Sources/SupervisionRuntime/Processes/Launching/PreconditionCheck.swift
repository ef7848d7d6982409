import Supervision

/// What of a service's preconditions is not met at this moment, in words.
enum PreconditionCheck {
  static func lacks(of preconditions: Preconditions) -> [String] {
    preconditions.directories.compactMap { path in
      isThere(path, .directory) ? nil : "the directory \(path) is missing"
    }
      + preconditions.files.compactMap { path in isThere(path, .file) ? nil : "the file \(path) is missing" }
      + preconditions.kernelModules.compactMap(lack(ofModule:))
      + preconditions.sysctls.compactMap(lack(of:))
  }

  private static func isThere(_ path: String, _ kind: Files.Kind) -> Bool {
    guard let status = try? Files.status(path) else { return false }
    // A file may also be a socket or a device: what matters is that the name is there and no directory.
    return kind == .directory ? status.kind == .directory : status.kind != .directory
  }

  private static func lack(ofModule name: String) -> String? {
    do {
      try Host.requireModule(name)
      return nil
    } catch {
      return "the kernel module \(name) is not there: \(error.text)"
    }
  }

  private static func lack(of sysctl: Preconditions.Sysctl) -> String? {
    do {
      let value = try Host.sysctl(sysctl.name)
      return value == sysctl.value ? nil : "the sysctl \(sysctl.name) is \(value), not \(sysctl.value)"
    } catch {
      return "the sysctl \(sysctl.name) cannot be read: \(error.text)"
    }
  }
}
