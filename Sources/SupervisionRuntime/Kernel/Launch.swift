import CProc

extension LaunchPlan {
  /// Starts the process from here: the way through the block is the one that a keeper goes too.
  func spawn(nullDevice: Int32) throws(SystemError) -> cproc_spawned {
    let block = try LaunchBlock(self)
    var spawned = cproc_spawned()
    // On the very result: nothing may come between.
    let code = block.withRequest(nullDevice: nullDevice) { request in
      cproc_spawn(&request, &spawned) < 0 ? cproc_errno() : 0
    }
    guard code == 0 else {
      throw SystemError(spawned.call.map { String(cString: $0) } ?? "execve", on: programs.first, code: code)
    }
    return spawned
  }
}

extension LaunchBlock {
  /// Unpacks the block for the time of the call. Returns what `body` returns, or the errno of a malformed block.
  func withRequest(nullDevice: Int32, _ body: (inout cproc_spawn) -> Int32) -> Int32 {
    bytes.withUnsafeBytes { block in
      let need = cproc_launch_scratch(block.baseAddress, block.count)
      guard need >= 0 else { return cproc_errno() }
      return withUnsafeTemporaryAllocation(byteCount: need, alignment: 16) { scratch in
        descriptors.withUnsafeBufferPointer { numbers in
          var descriptors = cproc_launch_descriptors(
            numbers: numbers.baseAddress, count: numbers.count, null: nullDevice)
          var request = cproc_spawn()
          let result = cproc_launch_unpack(
            block.baseAddress, block.count, &descriptors, scratch.baseAddress, scratch.count, &request)
          return result < 0 ? cproc_errno() : body(&request)
        }
      }
    }
  }
}
