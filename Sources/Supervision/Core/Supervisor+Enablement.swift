// What is kept about services by command: enabled and disabled, and what has failed.
extension Supervisor {
  mutating func orderEnable(
    _ names: [String], now startNow: Bool, from requester: Requester, request: RequestID, options: OrderOptions
  ) throws(Refusal) {
    let ids = try startNow ? startingTogether(names) : known(names, making: true)
    if options.dryRun, !startNow { return replyAll(request, ids, .enabled) }
    note(order: "enable", ids, requester)
    for id in ids {
      // What was disabled comes back to what it was: a packaged service starts by itself only if it was enabled before that.
      let isUndone = services[id.index].isDisabled && !startNow
      services[id.index].isDisabled = false
      services[id.index].machine.forgetFailures()
      disabledNames.remove(services[id.index].name)
      if services[id.index].blueprint.definition.isPackaged, !isUndone {
        enabledNames.insert(services[id.index].name)
      }
    }
    saveEnablement()
    if startNow {
      orderStart(ids, from: requester, request: request, options: options)
    } else {
      replyAll(request, ids, .enabled)
    }
  }

  mutating func orderDisable(
    _ names: [String], stop stopNow: Bool, from requester: Requester, request: RequestID, options: OrderOptions
  ) throws(Refusal) {
    let ids = try known(names)
    if options.dryRun, !stopNow { return replyAll(request, ids, .disabled) }
    note(order: "disable", ids, requester)
    for id in ids {
      services[id.index].isDisabled = true
      // That it was enabled is kept: it counts again when it is disabled no more.
      disabledNames.insert(services[id.index].name)
    }
    saveEnablement()
    // What only waits does not start any more; who waits for it hears that it will not come.
    let waiting = ids.filter { services[$0.index].isWaitingForFirstStart }
    for id in waiting + ids.filter({ services[$0.index].machine.isResting }) { services[id.index].intent = nil }
    stop(
      waiting, outcome: .stopped(.command(requester)), above: { .failed(.requirement($0, .disabled)) },
      withdraws: false)
    for id in ids {
      for dependent in services[id.index].links.dependents { enqueue(dependent.service) }
    }
    if stopNow {
      orderStop(ids, withRequirements: false, from: requester, request: request, options: options)
    } else {
      replyAll(request, ids, .disabled)
    }
  }

  /// Forgets both lists: the definition alone says again whether a service starts by itself.
  mutating func orderPreset(_ names: [String], from requester: Requester, request: RequestID) throws(Refusal) {
    // A name that no service has at present may be in the lists all the same.
    let listed = names.filter { idsByName[$0] == nil && (enabledNames.contains($0) || disabledNames.contains($0)) }
    let ids = try known(names.filter { !listed.contains($0) })
    note(order: "preset", ids, requester)
    for id in ids { services[id.index].isDisabled = false }
    for name in listed + ids.map({ services[$0.index].name }) {
      enabledNames.remove(name)
      disabledNames.remove(name)
    }
    saveEnablement()
    let outcomes =
      listed.map { OrderOutcome(service: $0, result: .preset, isNamed: true) }
      + ids.map { outcome($0, .preset, named: true) }
    actions.append(.reply(request, .services(outcomes)))
  }

  private mutating func saveEnablement() {
    actions.append(.saveEnablement(enablement))
  }

  /// What is enabled and disabled by command.
  public var enablement: Enablement { Enablement(enabled: enabledNames, disabled: disabledNames) }

  // MARK: Failures

  mutating func orderReset(_ names: [String], from requester: Requester, request: RequestID) throws(Refusal) {
    let ids = try known(names)
    note(order: "reset", ids, requester)
    for id in ids { forgetFailure(of: id, as: .reset(requester)) }
    // What outlived SIGKILL is as it was.
    let outcomes = ids.map { outcome($0, services[$0.index].hasFailed ? restResult(of: $0) : .reset, named: true) }
    actions.append(.reply(request, .services(outcomes)))
  }

  /// The count of respawns begins anew, and what has failed is stopped. Nobody wants it any more: nothing would start it by
  /// itself, and what has failed for its requirement would still be waiting for that.
  mutating func forgetFailure(of id: ServiceID, as cause: StopCause) {
    services[id.index].machine.forgetFailures()
    // What outlived SIGKILL is no matter of the past.
    guard services[id.index].hasFailed, services[id.index].processes == 0 else { return }
    services[id.index].intent = nil
    deliver(id, .stop(.stopped(cause)))
  }
}
