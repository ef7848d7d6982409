import OrderedCollections
import UCL

// Commands, signals, and what is made of them.
extension ValueReader {
  private static let commandForm = "a command: a list of words, or a string that is split at blanks"

  /// A command: a list of words, or a string split by the shell's quoting rules.
  mutating func command(_ field: Field) -> Command? {
    guard let value = single(field) else { return nil }
    return command(value, field.path)
  }

  mutating func command(_ value: Value, _ path: String) -> Command? {
    let words: [String]?
    if case .array(let elements) = value.content {
      words = wordList(elements, path)
    } else {
      words = splitWords(value, path)
    }
    guard let words else { return nil }
    guard let program = words.first, !program.isEmpty else {
      error("`\(path)` names no program", at: value.location, expected: Self.commandForm)
      return nil
    }
    guard program.hasPrefix("/") || !program.utf8.contains(UInt8(ascii: "/")) else {
      error(
        "the program `\(program)` of `\(path)` is a relative path", at: value.location,
        expected: "an absolute path, or a name that is looked up in PATH")
      return nil
    }
    return Command(words)
  }

  private mutating func wordList(_ elements: [Value], _ path: String) -> [String]? {
    var words: [String] = []
    for element in elements {
      guard let word = text(element, path, expected: "a word of the command") else { return nil }
      words.append(word)
    }
    return words
  }

  private mutating func splitWords(_ value: Value, _ path: String) -> [String]? {
    guard let line = text(value, path, expected: Self.commandForm) else { return nil }
    do {
      let words = try ShellWords.split(line)
      if let operation = words.dropFirst().first(where: ShellWords.looksLikeOperator) {
        note(
          "`\(operation)` in `\(path)` is passed to the program as a word: no shell reads this", at: value.location,
          hint: "write [/bin/sh, -c, \"…\"] where a shell is wanted")
      }
      return words
    } catch {
      self.error("in `\(path)`, \(error.message)", at: place(of: error.offset, in: value), expected: Self.commandForm)
      return nil
    }
  }

  /// The place of a character of a string value; the value's own place when escapes make that uncertain.
  private func place(of offset: Int, in value: Value) -> SourceLocation {
    let location = value.location
    guard value.text == value.sourceText, !value.sourceText.unicodeScalars.prefix(offset).contains("\n") else {
      return location
    }
    return SourceLocation(
      source: location.source, line: Int(location.line),
      column: Int(location.column) + offset + (value.isQuoted ? 1 : 0))
  }

  /// A command that runs at a point of a service's life: a command, or `{ exec = …; user = root }`.
  mutating func hook(_ value: Value, _ path: String) -> Hook? {
    guard case .object = value.content else { return command(value, path).map { Hook($0) } }
    let field = Field(path: path, name: path, keyLocation: value.location, values: [value])
    guard let fields = section(field, keys: ["exec", "user"]) else { return nil }
    guard let exec = fields["exec"] else {
      error("`\(path)` has no `exec`", at: value.location, expected: "{ exec = …; user = root }")
      return nil
    }
    guard let command = command(exec) else { return nil }
    guard let user = fields["user"] else { return Hook(command) }
    guard let name = text(user) else { return nil }
    guard name == "root" else {
      error(
        "a command of `\(path)` cannot run as `\(name)`", at: user.location,
        expected: "`user = root` (the supervisor's own user), or no `user`: then it is the service's")
      return nil
    }
    return Hook(command, asSupervisor: true)
  }

  mutating func hook(_ field: Field) -> Hook? {
    guard let value = single(field) else { return nil }
    return hook(value, field.path)
  }

  /// A list of commands; each element of a list is a whole command.
  mutating func hooks(_ field: Field) -> [Hook] {
    var hooks: [Hook] = []
    for element in elements(field) {
      guard !refuseOption(element, field.path) else { return hooks }
      if let hook = hook(element, field.path) { hooks.append(hook) }
    }
    return hooks
  }

  /// `[mkdir, -p, /x]` where a list of commands is meant: three commands, and one of them an option.
  mutating func refuseOption(_ element: Value, _ path: String) -> Bool {
    guard let word = element.text, word.hasPrefix("-") else { return false }
    error(
      "`\(word)` in `\(path)` is no program: each element of this list is a whole command",
      at: element.location, expected: "a list of commands, such as [[/bin/mkdir, -p, /var/run/x]]")
    return true
  }

  // MARK: Signals

  /// A signal by its name, with or without SIG, or its number.
  mutating func signal(_ field: Field) -> Int32? {
    guard let value = single(field) else { return nil }
    return signal(value, field.path)
  }

  mutating func signal(_ value: Value, _ path: String) -> Int32? {
    let expected = "a signal, such as TERM or HUP"
    guard let text = text(value, path, expected: expected) else { return nil }
    if let number = SignalName.number(of: text) { return number }
    let bare = text.uppercased().hasPrefix("SIG") ? String(text.dropFirst(3)) : text
    let nearest = NearestName.best(for: bare, among: SignalName.all)
    error(
      "unknown signal `\(text)` in `\(path)`", at: value.location, expected: expected,
      hint: nearest.map { "did you mean `\($0)`?" })
    return nil
  }

  /// Whether a value stands for a signal rather than a command: a number, or one word in capitals, `STOP` as well as a
  /// misspelt `TREM`.
  private func isSignal(_ value: Value) -> Bool {
    guard let text = value.text, !text.isEmpty else { return false }
    if SignalName.number(of: text) != nil { return true }
    return text.utf8.allSatisfy {
      (UInt8(ascii: "A")...UInt8(ascii: "Z")).contains($0) || (UInt8(ascii: "0")...UInt8(ascii: "9")).contains($0)
    }
  }

  // MARK: stop, reload, actions

  /// `stop = TERM`, `stop = COMMAND`, or `stop { signal; exec; grace-period; kill; continue }`.
  mutating func stopRule(_ field: Field, fields: inout [Field]) -> StopRule {
    var rule = StopRule()
    guard let first = field.values.first else { return rule }
    guard case .object = first.content else {
      guard let value = single(field) else { return rule }
      if isSignal(value) {
        rule.signal = signal(value, field.path) ?? rule.signal
      } else {
        rule.exec = hook(value, field.path)
      }
      return rule
    }
    guard let section = section(field, keys: ["signal", "exec", "grace-period", "kill", "continue"]) else {
      return rule
    }
    fields += section.values
    if let exec = section["exec"] { rule.exec = hook(exec) }
    if let field = section["signal"] { rule.signal = signal(field) ?? rule.signal }
    if let field = section["grace-period"] { rule.gracePeriod = duration(field) ?? rule.gracePeriod }
    if let field = section["kill"] { rule.kill = choice(field, ["subtree": .subtree, "main": .main]) ?? rule.kill }
    if let field = section["continue"] { rule.continues = boolean(field) ?? rule.continues }
    return rule
  }

  /// `ready { alive-for = DURATION }`.
  mutating func readyRule(_ field: Field, fields: inout [Field]) -> ReadyRule? {
    let before = diagnostics.count
    guard let section = section(field, keys: ["alive-for"]) else { return nil }
    fields += section.values
    guard let time = section["alive-for"] else {
      if diagnostics.count == before {
        error("`\(field.path)` says nothing", at: field.keyLocation, expected: "`ready { alive-for = 2s }`")
      }
      return nil
    }
    return duration(time).map { .aliveFor($0) }
  }

  /// `{ signal = HUP }`, `{ exec = …; timeout = 1min }`, or one of both alone.
  mutating func reaction(_ field: Field, fields: inout [Field]) -> Reaction? {
    guard let first = field.values.first else { return nil }
    guard case .object = first.content else {
      guard let value = single(field) else { return nil }
      if isSignal(value) { return signal(value, field.path).map { .signal($0) } }
      return hook(value, field.path).map { .exec($0, timeout: Reaction.defaultTimeout) }
    }
    let before = diagnostics.count
    guard let section = section(field, keys: ["signal", "exec", "timeout"]) else { return nil }
    fields += section.values
    return reaction(section, of: field, isRead: diagnostics.count == before)
  }

  /// - Parameter isRead: whether all its keys are known; if not, that has been reported.
  private mutating func reaction(
    _ section: OrderedDictionary<String, Field>, of field: Field, isRead: Bool
  ) -> Reaction? {
    let timeout = section["timeout"].flatMap { duration($0, atLeast: .milliseconds(1)) }
    switch (section["signal"], section["exec"]) {
    case (let field?, nil):
      if let timeout = section["timeout"] {
        error("`\(timeout.path)` has a meaning only beside `exec`", at: timeout.keyLocation)
      }
      return signal(field).map { .signal($0) }
    case (nil, let field?):
      return hook(field).map { .exec($0, timeout: timeout ?? Reaction.defaultTimeout) }
    case (_?, let exec?):
      error("`\(field.path)` has both `signal` and `exec`", at: exec.keyLocation, expected: "one of them")
    case (nil, nil) where !isRead: break
    case (nil, nil):
      error("`\(field.path)` has neither `signal` nor `exec`", at: field.keyLocation, expected: "one of them")
    }
    return nil
  }

  /// `actions { NAME { documentation = …; signal = … | exec = …; timeout = … } }`.
  mutating func actions(_ field: Field, fields: inout [Field]) -> [ServiceAction] {
    guard let members = members(field, expected: "a section { NAME { signal = … } }") else { return [] }
    var actions: [ServiceAction] = []
    for member in members {
      let name = member.name
      guard isFree(name, among: actions, at: member.keyLocation) else { continue }
      let before = diagnostics.count
      guard let section = section(member, keys: ["documentation", "signal", "exec", "timeout"]) else { continue }
      let isRead = diagnostics.count == before
      fields.append(member)
      fields += section.values
      let documentation = section["documentation"].flatMap { word($0, expected: "one line") }
      guard let reaction = reaction(section, of: member, isRead: isRead) else { continue }
      actions.append(ServiceAction(name: name, documentation: documentation, reaction: reaction))
    }
    return actions
  }

  private mutating func isFree(_ name: String, among actions: [ServiceAction], at location: SourceLocation) -> Bool {
    if ServiceName.herdCommands.contains(name) {
      error(
        "an action cannot have the name `\(name)`: `herd \(name)` is a command of its own", at: location,
        expected: "another name")
    } else if !ServiceName.isAction(name) {
      error("`\(name)` cannot be the name of an action", at: location, expected: "letters, digits and . _ - +")
    } else if actions.contains(where: { $0.name == name }) {
      error("the action `\(name)` is defined more than once", at: location)
    } else {
      return true
    }
    return false
  }
}

extension Reaction {
  /// How long the command of an action or of `reload` may take when nothing is said.
  public static let defaultTimeout: Duration = .seconds(60)
}
