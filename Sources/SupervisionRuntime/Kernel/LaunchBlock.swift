import CProc
import Supervision

/// A launch plan in the form that another process can carry out: one block of bytes without a pointer in it
/// (CProcLaunch.h), and the descriptors that go with it.
public struct LaunchBlock: Sendable, Equatable {
  public let bytes: [UInt8]
  /// Those of the caller, by number, that the block names by their position here.
  public let descriptors: [Int32]

  /// - Throws: EINVAL when a string has a NUL inside, E2BIG when the block would be larger than a block can be.
  public init(_ plan: LaunchPlan) throws(SystemError) {
    var draft = Draft(plan)
    draft.appendLists(of: plan)
    draft.finish(plan)
    guard !draft.hasStrayNul else { throw SystemError("execve", on: plan.programs.first, code: EINVAL) }
    guard let size = UInt32(exactly: draft.bytes.count) else {
      throw SystemError("execve", on: plan.programs.first, code: E2BIG)
    }
    draft.header.size = size
    bytes = withUnsafeBytes(of: draft.header) { Array($0) } + draft.bytes.dropFirst(Draft.headerSize)
    descriptors = draft.descriptors
  }
}

/// A block that is being made: the header is a value until the end, lists come before the strings that they name.
private struct Draft {
  static let headerSize = MemoryLayout<cproc_launch>.size

  var header = cproc_launch()
  var bytes: [UInt8]
  var descriptors: [Int32] = []
  var hasStrayNul = false
  private var strings: [UInt8] = []
  /// Where the strings begin.
  private let stringsOffset: Int

  /// Counts what the lists take.
  init(_ plan: LaunchPlan) {
    let words = plan.programs.count + plan.arguments.count + plan.environment.count
    var size = Self.headerSize + words * MemoryLayout<UInt32>.size
    size += plan.limits.count * MemoryLayout<cproc_launch_limit>.size
    size += Self.promiseCount(of: plan) * MemoryLayout<cproc_launch_promise>.size
    size += (plan.credentials.groups ?? []).count * MemoryLayout<UInt32>.size
    size += plan.cpus.count * MemoryLayout<UInt16>.size
    stringsOffset = size
    bytes = [UInt8](repeating: 0, count: Self.headerSize)
    bytes.reserveCapacity(size + 32 * words)
  }

  private static func promiseCount(of plan: LaunchPlan) -> Int {
    plan.descriptors.count + (promisesNull(plan) ? 1 : 0)
  }

  /// Number 0 is /dev/null unless somebody says otherwise.
  private static func promisesNull(_ plan: LaunchPlan) -> Bool {
    plan.terminal == nil && !plan.descriptors.contains { $0.child == 0 }
  }

  /// The widest elements first, so that each list lies where its elements may.
  mutating func appendLists(of plan: LaunchPlan) {
    header.limits = list(plan.limits) { limit in
      cproc_launch_limit(
        resource: Int32(limit.resource.number.rawValue), reserved: 0, soft: limit.soft, hard: limit.hard)
    }
    var promises: [cproc_launch_promise] = []
    for promise in plan.descriptors {
      promises.append(cproc_launch_promise(child: promise.child, source: position(of: promise.parent)))
    }
    if Self.promisesNull(plan) { promises.append(cproc_launch_promise(child: 0, source: UInt32.max)) }
    header.promises = list(promises) { $0 }
    header.groups = list(plan.credentials.groups ?? []) { $0 }
    header.programs = words(plan.programs)
    header.arguments = words(plan.arguments)
    header.environment = words(plan.environment)
    header.cpus = list(plan.cpus) { $0 }
  }

  /// Single strings and all that is a number.
  mutating func finish(_ plan: LaunchPlan) {
    header.version = UInt32(CPROC_LAUNCH_VERSION)
    header.directory = append(plan.workingDirectory.utf8)
    if let root = plan.root { header.root = append(root.utf8) }
    if let terminal = plan.terminal { header.terminal = append(terminal.utf8) }
    if let login = plan.credentials.login { header.login = append(login.utf8) }
    header.mask = plan.umask
    header.jail = plan.jail ?? 0
    set(CPROC_SET_USER, plan.credentials.user) { $0.user = $1 }
    set(CPROC_SET_GROUP, plan.credentials.group) { $0.group = $1 }
    set(CPROC_SET_GROUPS, plan.credentials.groups) { _, _ in }
    set(CPROC_PROGRAM_DESCRIPTOR, plan.program) { $0.program = UInt32(clamping: $1) }
    set(CPROC_SET_NICE, plan.nice) { $0.nice = $1 }
    set(CPROC_SET_FIB, plan.fib) { $0.fib = $1 }
    set(CPROC_PROTECT, plan.isProtected ? true : nil) { _, _ in }
    set(CPROC_NO_NEW_PRIVILEGES, plan.noNewPrivileges ? true : nil) { _, _ in }
    set(CPROC_SET_OPEN_FILES, plan.openFiles) {
      $0.open_files_soft = $1.soft
      $0.open_files_hard = $1.hard
    }
    bytes += strings
  }

  private mutating func set<Value>(
    _ flag: cproc_spawn_flags, _ value: Value?, _ store: (inout cproc_launch, Value) -> Void
  ) {
    guard let value else { return }
    header.flags |= flag.rawValue
    store(&header, value)
  }

  /// A descriptor that is promised at two numbers is sent once.
  private mutating func position(of descriptor: Int32) -> UInt32 {
    if let known = descriptors.firstIndex(of: descriptor) { return UInt32(known) }
    descriptors.append(descriptor)
    return UInt32(descriptors.count - 1)
  }

  private mutating func list<Element, Wire>(
    _ elements: [Element], _ wire: (Element) -> Wire
  ) -> cproc_launch_list {
    let list = cproc_launch_list(offset: UInt32(bytes.count), count: UInt32(elements.count))
    for element in elements { withUnsafeBytes(of: wire(element)) { bytes += $0 } }
    return list
  }

  private mutating func words(_ words: [String]) -> cproc_launch_list {
    let offsets = words.map { append($0.utf8) }
    return list(offsets) { $0 }
  }

  private mutating func words(_ words: [ByteString]) -> cproc_launch_list {
    let offsets = words.map { append($0.bytes) }
    return list(offsets) { $0 }
  }

  /// Too large an offset is cut off here: the block's size is then refused.
  private mutating func append(_ word: some Collection<UInt8>) -> UInt32 {
    let offset = stringsOffset + strings.count
    if word.contains(0) { hasStrayNul = true }
    strings += word
    strings.append(0)
    return UInt32(truncatingIfNeeded: offset)
  }
}
