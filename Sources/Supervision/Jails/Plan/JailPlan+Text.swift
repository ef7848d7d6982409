import UCL

extension JailPlan {
  /// The steps, one a line, numbered. The jail's root is `$root` in the paths below it, for they are long.
  /// What others have named is cleaned for a terminal.
  ///
  /// - Parameter showsUndoing: also what undoes them, in the order in which that happens.
  public func text(showsUndoing: Bool = false) -> String {
    let steps = self.steps.map { JailStepText($0, of: self, rootName: "$root") }
    let digits = String(steps.count).count
    func line(_ number: Int, _ text: String) -> String {
      let number = String(number)
      return String(repeating: " ", count: 2 + digits - number.count) + "\(number)  \(text.printable)\n"
    }
    var text = "\(service): jail \(jail), $root is \(root)".printable + "\n"
    for (index, step) in steps.enumerated() {
      let action = step.action + String(repeating: " ", count: max(0, 8 - step.action.count))
      text += line(index + 1, "\(action)  \(step.text)")
    }
    guard showsUndoing else { return text }
    text += "undone in this order:\n"
    for (index, step) in steps.enumerated().reversed() {
      if let undoing = step.undoing { text += line(index + 1, undoing) }
    }
    return text
  }

  /// For `--json`: `service`, `jail`, `root`, and `steps`, each with `step`, `action`, `text` and, where there is one, `undo`.
  public var document: Value {
    let steps = self.steps.enumerated().map { index, step in
      let text = JailStepText(step, of: self)
      var object: [(String, Value)] = [
        ("step", .integer(index + 1)), ("action", .string(text.action)),
        ("text", .string(text.text)),
      ]
      if let undoing = text.undoing { object.append(("undo", .string(undoing))) }
      return Value.object(object)
    }
    return .object([
      ("service", .string(service)), ("jail", .string(jail)),
      ("root", .string(root)), ("steps", .array(steps)),
    ])
  }
}
