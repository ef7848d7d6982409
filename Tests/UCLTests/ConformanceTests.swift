import Testing
import UCL

/// Our parser against libucl's results, which `Tests/conformance/run.sh` writes and checks.
@Suite("Conformance with libucl")
struct ConformanceTests {
  @Test("the corpus is there")
  func corpusIsThere() {
    #expect(Corpus.cases.count >= 150)
  }

  /// A case whose first line is `# differs: WHY` has our result in NAME.ours.json, and must differ.
  @Test("a text means what it means to libucl", arguments: Corpus.cases)
  func agrees(name: String) throws {
    let source = try Corpus.source(name)
    let result = Result { try Parser().parse(source, reader: FileReader()) }
    let theirs = try Corpus.expectation(name + ".json")
    guard source.line(1)?.contains("# differs: ") == true else {
      check(result, against: theirs)
      return
    }
    let ours = try Corpus.expectation(name + ".ours.json")
    check(result, against: ours)
    let same = theirs.flatMap { theirs in ours.map { isSame($0, theirs) } } ?? (theirs == nil && ours == nil)
    #expect(!same, "libucl agrees: the case does not differ any more")
  }

  private func check(_ result: Result<Value, any Error>, against expected: Value?) {
    switch (result, expected) {
    case (.success(let value), let expected?):
      let agrees = isSame(value, expected)
      #expect(agrees, "ours: \(value.json)\nexpected: \(expected.json)")
    case (.success(let value), nil):
      Issue.record("expected a refusal, got \(value.json)")
    case (.failure, nil): break
    case (.failure(let error), let expected?):
      Issue.record("refused: \(describe(error)); expected \(expected.json)")
    }
  }

  private func describe(_ error: any Error) -> String {
    guard let error = error as? ParseError else { return "\(error)" }
    return "\(error.location): \(error.message) (\(error.hint ?? "no hint"))"
  }

  /// libucl prints six decimals and sorts keys by their hashes.
  private func isSame(_ left: Value, _ right: Value) -> Bool {
    if let left = left.number, let right = right.number {
      return left == right || abs(left - right) <= 1e-6 * max(1, abs(left))
    }
    switch (left.content, right.content) {
    case (.array(let left), .array(let right)):
      return left.count == right.count && zip(left, right).allSatisfy { isSame($0, $1) }
    case (.object(let left), .object(let right)):
      return left.members.count == right.members.count
        && left.members.allSatisfy { member in
          guard let other = right[member.key]?.values.first else { return false }
          return isSame(member.values.count == 1 ? member.values[0] : .array(member.values), other)
        }
    default: return left.hasSameContent(as: right)
    }
  }
}
