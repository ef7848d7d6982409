import Supervision

/// What this host has, as the loader of configurations asks it. Nothing is kept: an account made later is found later.
public struct SystemFacts: HostFacts {
  /// What was tried and does not work, with the probe's line.
  var failures: [KernelFacility: String] = [:]

  public init() {}

  public func failure(of facility: KernelFacility) -> String? { failures[facility] }

  public var supervisorUID: UInt32 { Host.user }
  public var supervisorGID: UInt32 { Host.group }

  public var supervisorNice: Int32 { Host.nice }
  public var cpuCount: Int { Host.cpuCount }
  public var fibCount: Int { Host.fibCount }
  public func hardLimit(of resource: LimitedResource) -> UInt64? { Host.limit(of: resource)?.hard }

  public var hasJails: Bool { Host.hasJails }
  public var mayMakeJails: Bool { Host.mayMakeJails }
  public var hasLoginClasses: Bool { Host.hasLoginClasses }
  public var resourceAccounting: ResourceAccounting { Host.resourceAccounting }

  public var systemShutdownLimit: Duration? {
    // Absent elsewhere than on FreeBSD; 0: there is no limit.
    guard Host.user == 0, let text = try? Host.sysctl("kern.init_shutdown_timeout"), let seconds = Int64(text),
      seconds > 0
    else { return nil }
    return .seconds(seconds)
  }

  public var loadsKernelModules: Bool { Host.loadsKernelModules }

  public func findProgram(_ name: String, in path: SearchPath) -> ProgramLookup {
    lookUp(name, in: path).result
  }

  public func scriptComplaint(about program: String, in path: SearchPath) -> String? {
    let found = lookUp(program, in: path)
    return found.result == .found ? ScriptInterpreter.complaint(about: found.path) : nil
  }

  public func environmentComplaint(about path: String) -> String? {
    do throws(SpawnFailure) {
      _ = try EnvironmentFile.read(path)
      return nil
    } catch {
      return error.message
    }
  }

  public func kind(of path: String) -> FileKind { HostConfigurationStore().kind(of: path) }

  private func lookUp(_ name: String, in path: SearchPath) -> (result: ProgramLookup, path: String) {
    if name.contains("/") { return (check(name), name) }
    var result = ProgramLookup.missing
    for directory in path.directories.split(separator: ":") {
      let candidate = "\(directory)/\(name)"
      switch check(candidate) {
      case .found: return (.found, candidate)
      // As execvp(3) does it: what may not be executed is passed over, and remembered for the message.
      case .notExecutable: result = .notExecutable
      case .missing: break
      }
    }
    return (result, name)
  }

  private func check(_ program: String) -> ProgramLookup {
    do {
      try Files.checkProgram(program)
      return .found
    } catch {
      return error.code == SystemError.notFound ? .missing : .notExecutable
    }
  }

  public func userID(of name: String) -> UInt32? {
    ((try? Account.find(name)) ?? nil)?.user
  }

  public func groupID(of name: String) -> UInt32? {
    (try? Group.find(name)) ?? nil
  }
}
