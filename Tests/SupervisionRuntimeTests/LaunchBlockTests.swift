import CProc
import Glibc
import Supervision
import Testing

@testable import SupervisionRuntime

@Suite struct LaunchBlockTests {
  private static let full: LaunchPlan = {
    var plan = LaunchPlan(programs: ["/bin/a", "/usr/bin/a"], arguments: ["a", "", "two words"])
    plan.environment = ["PATH=/bin", ByteString([0x41, 0x3d, 0xff])]
    plan.workingDirectory = "/tmp"
    plan.umask = 0o027
    plan.credentials = .init(login: "www", user: 80, group: 81, groups: [81, 82, 83])
    plan.descriptors = [.init(child: 1, parent: 40), .init(child: 2, parent: 40), .init(child: 5, parent: 41)]
    plan.openFiles = OpenFiles(soft: 100, hard: 200)
    plan.jail = 7
    plan.root = "/root/of/it"
    plan.limits = [.init(.core, soft: 0, hard: UInt64.max), .init(.data, soft: 1 << 40, hard: 1 << 41)]
    plan.nice = -5
    plan.cpus = [0, 3, 1023]
    plan.fib = 2
    plan.isProtected = true
    plan.noNewPrivileges = true
    return plan
  }()

  private static func words(_ list: UnsafePointer<UnsafePointer<CChar>?>?) -> [[UInt8]] {
    var words: [[UInt8]] = []
    var next = list
    while let pointer = next, let word = pointer.pointee {
      words.append(UnsafeBufferPointer(start: word, count: strlen(word)).map { UInt8(bitPattern: $0) })
      next = pointer + 1
    }
    return words
  }

  private static func text(_ word: UnsafePointer<CChar>?) -> String? { word.map { String(cString: $0) } }

  @Test("a plan arrives as it was sent")
  func arrives() throws {
    let plan = Self.full
    let block = try LaunchBlock(plan)
    #expect(block.descriptors == [40, 41])
    let result = block.withRequest(nullDevice: 9) { request in
      #expect(Self.words(request.programs) == plan.programs.map { Array($0.utf8) })
      #expect(Self.words(request.arguments) == plan.arguments.map { Array($0.utf8) })
      #expect(Self.words(request.environment) == plan.environment.map(\.bytes))
      #expect(Self.text(request.directory) == "/tmp")
      #expect(Self.text(request.root) == "/root/of/it")
      #expect(Self.text(request.login) == "www")
      #expect(request.terminal == nil)
      #expect(request.mask == 0o027)
      #expect(request.jail == 7)
      #expect((request.user, request.group, request.nice, request.fib) == (80, 81, -5, 2))
      #expect((request.open_files_soft, request.open_files_hard) == (100, 200))
      #expect(request.flags == 0xff)
      let promises = UnsafeBufferPointer(start: request.promises, count: request.promise_count)
      #expect(promises.map { [$0.child, $0.parent] } == [[1, 40], [2, 40], [5, 41], [0, 9]])
      #expect(Array(UnsafeBufferPointer(start: request.groups, count: request.group_count)) == [81, 82, 83])
      #expect(Array(UnsafeBufferPointer(start: request.cpus, count: request.cpu_count)) == [0, 3, 1023])
      let limits = UnsafeBufferPointer(start: request.limits, count: request.limit_count)
      #expect(limits.map(\.soft) == [0, 1 << 40])
      #expect(limits.map(\.hard) == [UInt64.max, 1 << 41])
      return 0
    }
    #expect(result == 0)
  }

  @Test("what a plan leaves out is not there")
  func leavesOut() throws {
    let block = try LaunchBlock(LaunchPlan(programs: ["/bin/a"], arguments: ["a"]))
    let result = block.withRequest(nullDevice: 9) { request in
      #expect(request.root == nil && request.terminal == nil && request.login == nil)
      #expect(request.flags == 0)
      #expect(request.limit_count == 0 && request.group_count == 0 && request.cpu_count == 0)
      #expect(Self.words(request.environment) == [])
      return 0
    }
    #expect(result == 0)
  }

  @Test("a string with a NUL inside is refused")
  func strayNul() {
    let plan = LaunchPlan(programs: ["/bin/a"], arguments: ["a", "b\0c"])
    #expect(throws: SystemError.self) { try LaunchBlock(plan) }
  }

  @Test("a descriptor that did not come with the block is refused")
  func missingDescriptor() throws {
    let block = try LaunchBlock(Self.full)
    #expect(unpack(block.bytes, descriptors: [1]) == EINVAL)
    #expect(unpack(block.bytes, descriptors: [1, 2]) == 0)
  }

  @Test("every beginning of a block is refused, and so is anything behind it")
  func cutOff() throws {
    let block = try LaunchBlock(Self.full)
    for size in 0..<block.bytes.count { #expect(unpack(Array(block.bytes[..<size]), descriptors: [1, 2]) == EINVAL) }
    #expect(unpack(block.bytes + [0], descriptors: [1, 2]) == EINVAL)
  }

  /// Each field of the header with values at the edges: refused or harmless, never read outside (the block's memory is
  /// followed by a page that cannot be read).
  @Test("numbers at the edges of what fits lead nowhere outside of the block")
  func edges() throws {
    let block = try LaunchBlock(Self.full)
    let size = UInt32(block.bytes.count)
    let values: [UInt32] = [0, 1, 7, 127, 128, 129, size - 1, size, size + 1, 1 << 31, .max - 7, .max]
    for offset in stride(from: 0, to: MemoryLayout<cproc_launch>.size, by: 4) {
      for value in values {
        var bytes = block.bytes
        withUnsafeBytes(of: value) { bytes.replaceSubrange(offset..<offset + 4, with: $0) }
        let result = unpack(bytes, descriptors: [1, 2])
        #expect(result == 0 || result == EINVAL)
      }
    }
  }

  @Test("random damage is refused or harmless", arguments: [UInt64(1), 2, 3, 4])
  func damage(seed: UInt64) throws {
    let block = try LaunchBlock(Self.full)
    var state = seed
    func random(below bound: Int) -> Int {
      state = state &* 6_364_136_223_846_793_005 &+ 1_442_695_040_888_963_407
      return Int((state >> 33) % UInt64(bound))
    }
    var refused = 0
    for _ in 0..<20_000 {
      var bytes = block.bytes
      for _ in 0...random(below: 4) {
        let place = random(below: bytes.count)
        bytes[place] = [0, 1, 0xff, UInt8(random(below: 256))][random(below: 4)]
      }
      let result = unpack(bytes, descriptors: [1, 2])
      #expect(result == 0 || result == EINVAL)
      if result != 0 { refused += 1 }
    }
    #expect(refused > 1000)
  }

  /// Unpacks bytes that end where the readable memory ends, and reads all that comes of it.
  private func unpack(_ bytes: [UInt8], descriptors: [Int32]) -> Int32 {
    let page = Int(sysconf(Int32(_SC_PAGESIZE)))
    let size = (bytes.count + page - 1) / page * page + page
    guard let memory = mmap(nil, size + page, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0),
      memory != MAP_FAILED
    else { return ENOMEM }
    defer { munmap(memory, size + page) }
    mprotect(memory + size, page, PROT_NONE)
    let block = memory + size - bytes.count
    UnsafeMutableRawBufferPointer(start: block, count: bytes.count).copyBytes(from: bytes)
    let need = cproc_launch_scratch(block, bytes.count)
    guard need >= 0 else { return cproc_errno() }
    return descriptors.withUnsafeBufferPointer { numbers in
      var list = cproc_launch_descriptors(numbers: numbers.baseAddress, count: numbers.count, null: 9)
      var request = cproc_spawn()
      let scratch = UnsafeMutableRawPointer.allocate(byteCount: need, alignment: 16)
      defer { scratch.deallocate() }
      if need > 0 {
        // One byte less is too little.
        #expect(cproc_launch_unpack(block, bytes.count, &list, scratch, need - 1, &request) < 0)
      }
      guard cproc_launch_unpack(block, bytes.count, &list, scratch, need, &request) == 0 else { return cproc_errno() }
      _ = Self.words(request.programs) + Self.words(request.arguments) + Self.words(request.environment)
      _ = [request.root, request.directory, request.terminal, request.login].map(Self.text)
      let promises = UnsafeBufferPointer(start: request.promises, count: request.promise_count)
      return promises.allSatisfy { [1, 2, 9].contains($0.parent) } ? 0 : -1
    }
  }
}
