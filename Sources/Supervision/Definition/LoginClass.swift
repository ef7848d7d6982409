/// A class of login.conf(5): what its processes get where a service says nothing itself.
///
/// Read from the capabilities as they are written, by the rules of login_getclass(3) and setusercontext(3), so that nothing of
/// it is left to do between fork and exec.
public struct LoginClass: Sendable, Equatable {
  /// `nil`: the class does not say, and it stays as it is.
  public struct Limit: Sendable, Equatable {
    public var resource: LimitedResource
    public var soft: UInt64?
    public var hard: UInt64?

    public init(_ resource: LimitedResource, soft: UInt64?, hard: UInt64?) {
      self.resource = resource
      self.soft = soft
      self.hard = hard
    }

    /// Both limits, over those of the process that starts it. A soft limit above the hard one is cut, as setrlimit(2)
    /// does it on FreeBSD.
    public func over(soft current: UInt64, hard most: UInt64) -> (soft: UInt64, hard: UInt64) {
      let hard = hard ?? most
      return (min(soft ?? current, hard), hard)
    }
  }

  /// A value that cannot be read.
  public struct Mistake: Error, Sendable, Equatable {
    public var capability: String
    public var value: String
    public var reason: String
  }

  public var name: String
  public var limits: [Limit] = []
  /// As setpriority(2) has it.
  public var nice: Int32?
  public var umask: UInt32?
  /// Ascending; empty: the class does not say.
  public var cpus: [UInt16] = []
  /// With `~` and `$` as they are written, see ``variables(home:user:)``.
  public var environment: [EnvironmentVariable] = []

  /// The names of all that is asked of a class.
  public static let capabilities: [String] =
    limitCapabilities.flatMap { [$0.name, $0.name + "-cur", $0.name + "-max"] }
    + ["priority", "umask", "cpumask", "setenv"] + variableCapabilities.map(\.name)

  /// - Parameter values: those of ``capabilities`` that the class has.
  public init(name: String, values: [String: String]) throws(Mistake) {
    self.name = name
    for (capability, resource) in Self.limitCapabilities {
      let both = try Self.amount(values, capability, of: resource)
      let soft = try Self.amount(values, capability + "-cur", of: resource) ?? both
      let hard = try Self.amount(values, capability + "-max", of: resource) ?? both
      if soft != nil || hard != nil { limits.append(Limit(resource, soft: soft, hard: hard)) }
    }
    nice = try Self.nice(values["priority"])
    umask = try Self.umask(values["umask"])
    cpus = try Self.cpus(values["cpumask"])
    environment = Self.environment(values)
  }

  private static let limitCapabilities: [(name: String, resource: LimitedResource)] = [
    ("cputime", .cpuTime), ("filesize", .fileSize), ("datasize", .data), ("stacksize", .stack),
    ("memoryuse", .resident), ("memorylocked", .memoryLock), ("maxproc", .processes), ("openfiles", .openFiles),
    ("coredumpsize", .core), ("sbsize", .socketsBuffer), ("vmemoryuse", .addressSpace),
    ("pseudoterminals", .pseudoTerminals), ("swapuse", .swap), ("kqueues", .kqueues), ("umtxp", .umtxp),
    ("pipebuf", .pipeBuffers),
  ]

  private static let variableCapabilities: [(name: String, variable: String, isPath: Bool)] = [
    ("path", "PATH", true), ("cdpath", "CDPATH", true), ("manpath", "MANPATH", true), ("lang", "LANG", false),
    ("charset", "MM_CHARSET", false), ("timezone", "TZ", false), ("term", "TERM", false),
  ]

  // MARK: Values

  private static func amount(
    _ values: [String: String], _ capability: String, of resource: LimitedResource
  ) throws(Mistake) -> UInt64? {
    guard let text = values[capability] else { return nil }
    if ["infinity", "inf", "unlimited", "unlimit", "-1"].contains(text.lowercased()) { return ResourceLimit.unlimited }
    let units: [UInt8: UInt64] =
      switch resource.unit {
      case .bytes: sizes
      case .seconds: times
      case .count: [:]
      }
    if let amount = CapabilityNumber.sum(text, units: units) { return amount }
    throw Mistake(capability: capability, value: text, reason: "is no amount that login.conf(5) knows")
  }

  /// A block is one of a disk's.
  private static let sizes: [UInt8: UInt64] = [
    UInt8(ascii: "b"): 512, UInt8(ascii: "k"): 1 << 10, UInt8(ascii: "m"): 1 << 20, UInt8(ascii: "g"): 1 << 30,
    UInt8(ascii: "t"): 1 << 40,
  ]
  private static let times: [UInt8: UInt64] = [
    UInt8(ascii: "s"): 1, UInt8(ascii: "m"): 60, UInt8(ascii: "h"): 3600, UInt8(ascii: "d"): 86400,
    UInt8(ascii: "w"): 7 * 86400, UInt8(ascii: "y"): 365 * 86400,
  ]

  /// Beyond -20 to 20 a class means a priority of rtprio(2).
  private static func nice(_ text: String?) throws(Mistake) -> Int32? {
    guard let text, text != "inherit" else { return nil }
    let isNegative = text.hasPrefix("-")
    if let amount = CapabilityNumber.sum(isNegative ? String(text.dropFirst()) : text, units: [:]), amount <= 20 {
      return isNegative ? -Int32(amount) : Int32(amount)
    }
    throw Mistake(
      capability: "priority", value: text,
      reason: "is no nice value from -20 to 20; priorities of rtprio(1) are not set")
  }

  private static func umask(_ text: String?) throws(Mistake) -> UInt32? {
    guard let text, text != "inherit" else { return nil }
    if let mask = CapabilityNumber.sum(text, units: [:]), mask <= 0o777 { return UInt32(mask) }
    throw Mistake(capability: "umask", value: text, reason: "is no mask of permissions")
  }

  private static func cpus(_ text: String?) throws(Mistake) -> [UInt16] {
    guard let text, text.lowercased() != "default" else { return [] }
    var cpus: Set<UInt16> = []
    for part in text.split(separator: ",") {
      let ends = part.split(separator: "-", omittingEmptySubsequences: false).map { CapabilityNumber.decimal($0) }
      guard ends.count <= 2, let first = ends.first ?? nil, let last = ends.last ?? nil, first <= last, last < 4096
      else {
        throw Mistake(capability: "cpumask", value: text, reason: "is no list of CPUs such as 0,2-3")
      }
      cpus.formUnion(UInt16(first)...UInt16(last))
    }
    return cpus.sorted()
  }

  // MARK: Environment

  private static func environment(_ values: [String: String]) -> [EnvironmentVariable] {
    var variables: [EnvironmentVariable] = []
    for (capability, variable, isPath) in variableCapabilities {
      guard let value = values[capability] else { continue }
      variables.append(EnvironmentVariable(name: variable, value: isPath ? path(value) : value))
    }
    for entry in elements(of: values["setenv"] ?? "") {
      guard let equals = entry.firstIndex(of: "="), equals != entry.startIndex else { continue }
      variables.append(
        EnvironmentVariable(name: String(entry[..<equals]), value: String(entry[entry.index(after: equals)...])))
    }
    return variables
  }

  /// The directories of a path are separated by blanks or commas in the file.
  private static func path(_ value: String) -> String {
    String(value.map { $0 == " " || $0 == "\t" || $0 == "," ? ":" : $0 })
  }

  /// Separated by commas; quotes keep a comma together with what it stands in.
  private static func elements(of list: String) -> [String] {
    var elements: [String] = []
    var element = ""
    var quote: Character?
    for character in list {
      if let open = quote {
        if character == open { quote = nil } else { element.append(character) }
      } else if character == "\"" || character == "'" {
        quote = character
      } else if character == "," {
        elements.append(element)
        element = ""
      } else {
        element.append(character)
      }
    }
    return elements + [element]
  }

  /// With `~` as the home directory and `$` as the user's name; a backslash before one of them keeps it.
  public func variables(home: String, user: String) -> [EnvironmentVariable] {
    environment.map { EnvironmentVariable(name: $0.name, value: Self.replace($0.value, home: home, user: user)) }
  }

  private static func replace(_ value: String, home: String, user: String) -> String {
    var result = ""
    var rest = value[...]
    while let character = rest.popFirst() {
      switch character {
      case "\\" where rest.first == "~" || rest.first == "$":
        result.append(rest.removeFirst())
      case "~":
        result += home
        if !home.hasSuffix("/"), rest.first != "/" { result += "/" }
      case "$": result += user
      default: result.append(character)
      }
    }
    return result
  }
}
