extension [Diagnostic] {
  /// How many names a folded note shows.
  private static var mostNames: Int { 8 }

  /// For people: what many services lack alike is shown for the first of them, and a line after it counts the others, so
  /// that a hundred jails on a system without any do not bury the one error.
  public func foldingLacks() -> [Diagnostic] {
    var services: [String: [String]] = [:]
    // A service that lacks the same at two places is one service.
    for lack in compactMap(\.lack) where services[lack.reason]?.contains(lack.service) != true {
      services[lack.reason, default: []].append(lack.service)
    }
    var shown: Set<String> = []
    var folded: [Diagnostic] = []
    for diagnostic in self {
      guard let lack = diagnostic.lack else {
        folded.append(diagnostic)
        continue
      }
      guard shown.insert(lack.reason).inserted else { continue }
      folded.append(diagnostic)
      let others = (services[lack.reason] ?? []).dropFirst()
      if !others.isEmpty { folded.append(Self.summary(Array<String>(others), of: lack.reason)) }
    }
    return folded
  }

  private static func summary(_ names: [String], of reason: String) -> Diagnostic {
    let rest = names.count > mostNames ? ", …" : ""
    let list = names.prefix(mostNames).joined(separator: ", ") + rest
    let count = names.count == 1 ? "1 more service" : "\(names.count) more services"
    return Diagnostic(.note, "\(count): \(reason) (\(list))", at: nil)
  }
}
