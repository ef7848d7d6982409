import CProc

extension LaunchPlan {
  /// Hands the plan to CProc. The kernel's part may not allocate, so every string is laid out here, in one block.
  func spawn(nullDevice: Int32) throws(SystemError) -> cproc_spawned {
    var block = WordBlock()
    let programs = block.append(list: self.programs)
    let arguments = block.append(list: self.arguments)
    let environment = block.append(list: self.environment)
    let directory = block.append(workingDirectory)
    let root = self.root.map { block.append($0) }
    let terminal = self.terminal.map { block.append($0) }
    let login = credentials.login.map { block.append($0) }
    guard !block.hasStrayNul else { throw SystemError("execve", on: self.programs.first, code: EINVAL) }

    var promises = descriptors.map { cproc_promise(child: $0.child, parent: $0.parent) }
    if terminal == nil, !descriptors.contains(where: { $0.child == 0 }) {
      promises.append(cproc_promise(child: 0, parent: nullDevice))
    }

    var request = request()
    let limits = self.limits.map { limit in
      cproc_limit(resource: Int32(limit.resource.number.rawValue), soft: limit.soft, hard: limit.hard)
    }
    var spawned = cproc_spawned()
    let groups = credentials.groups ?? []
    let result = block.withPointers { words in
      request.programs = words + programs
      request.arguments = words + arguments
      request.environment = words + environment
      request.directory = words[directory]
      if let root { request.root = words[root] }
      if let terminal { request.terminal = words[terminal] }
      if let login { request.login = words[login] }
      return promises.withUnsafeBufferPointer { promises in
        groups.withUnsafeBufferPointer { groups in
          limits.withUnsafeBufferPointer { limits in
            cpus.withUnsafeBufferPointer { cpus in
              request.promises = promises.baseAddress
              request.promise_count = promises.count
              request.groups = groups.baseAddress
              request.group_count = groups.count
              request.limits = limits.baseAddress
              request.limit_count = limits.count
              request.cpus = cpus.baseAddress
              request.cpu_count = cpus.count
              return cproc_spawn(&request, &spawned)
            }
          }
        }
      }
    }
    if result < 0 {
      // On the very result: nothing may come between.
      let code = cproc_errno()
      throw SystemError(String(cString: spawned.call), on: self.programs.first, code: code)
    }
    return spawned
  }

  /// What is no pointer.
  private func request() -> cproc_spawn {
    var request = cproc_spawn()
    request.mask = mode_t(truncatingIfNeeded: umask)
    request.jail = jail ?? 0
    if let user = credentials.user {
      request.user = user
      request.flags |= CPROC_SET_USER.rawValue
    }
    if let group = credentials.group {
      request.group = group
      request.flags |= CPROC_SET_GROUP.rawValue
    }
    if credentials.groups != nil { request.flags |= CPROC_SET_GROUPS.rawValue }
    if let nice {
      request.nice = nice
      request.flags |= CPROC_SET_NICE.rawValue
    }
    if let fib {
      request.fib = fib
      request.flags |= CPROC_SET_FIB.rawValue
    }
    if isProtected { request.flags |= CPROC_PROTECT.rawValue }
    if noNewPrivileges { request.flags |= CPROC_NO_NEW_PRIVILEGES.rawValue }
    if let openFiles {
      request.open_files_soft = openFiles.soft
      request.open_files_hard = openFiles.hard
      request.flags |= CPROC_SET_OPEN_FILES.rawValue
    }
    return request
  }
}
