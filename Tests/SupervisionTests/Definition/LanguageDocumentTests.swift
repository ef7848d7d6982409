import Foundation
import OrderedCollections
import Testing
import UCL

@testable import Supervision

@Suite("docs/LANGUAGE.md")
struct LanguageDocumentTests {
  private static let document: String = {
    let root = URL(filePath: #filePath).deletingLastPathComponent().appending(path: "../../..")
    let data = try? Data(contentsOf: root.appending(path: "docs/LANGUAGE.md"))
    return data.map { String(decoding: $0, as: UTF8.self) } ?? ""
  }()

  /// The blocks between lines of three backquotes.
  private static var blocks: [String] {
    document.components(separatedBy: "\n```\n").enumerated().filter { $0.offset % 2 == 1 }.map(\.element)
  }

  @Test("every key has a paragraph")
  func keys() {
    let headings = Self.document.split(separator: "\n").filter { $0.hasPrefix("#### ") }
    let described = Set(headings.flatMap { $0.dropFirst(5).components(separatedBy: ", ") })
    #expect(described == Set(ServiceKey.allCases.map(\.rawValue)))
  }

  @Test("the complete example loads without a word")
  func example() throws {
    let files = Self.blocks.filter { $0.hasPrefix("# ") }
    #expect(files.count == 3)
    var named: [String: String] = [:]
    for file in files {
      let name = file.dropFirst(2).prefix { $0 != "\n" && $0 != ":" }
      named["/etc/herd/\(name)"] = file
    }
    let configuration = try loaded(load(files: named))
    // redis is only wanted, and not part of the example.
    #expect(configuration.notes.allSatisfy { $0.message.contains("`redis`") })
    #expect(
      configuration.services["shop@02"]?.process.environment.map(\.name) == ["LANG", "SHOP_WORKER", "SHOP_DEBUG"])
    #expect(configuration.services["nginx"]?.respawn.policy == .onFailure)
  }

  @Test("every example of a key is right", arguments: ServiceKey.allCases.map(\.rawValue))
  func keyExamples(_ key: String) throws {
    let section = Self.document.components(separatedBy: "\n#### ").dropFirst().first {
      $0.prefix { $0 != "\n" }.components(separatedBy: ", ").contains(key)
    }
    let paragraph = try #require(section).components(separatedBy: "\n## ")[0]
    let examples = paragraph.components(separatedBy: "`").enumerated().filter { $0.offset % 2 == 1 }.map(\.element)
      .filter { $0.hasPrefix("\(key) = ") || $0.hasPrefix("\(key) {") }
    for example in examples where !paragraph.contains("Errors: `\(example)`") {
      let isTemplate = key == "instances"
      let exec = key == "exec" ? "" : "exec = /bin/x\n"
      let jail = key == "resources" ? "jail { }\n" : ""
      let result = load("service \"x\(isTemplate ? "@" : "")\" { \(exec)\(jail)\(example) }")
      let problems = lines(result).filter { !$0.contains("nothing answers to that name") }
      #expect(problems.isEmpty, "\(example)")
    }
  }

  @Test("every key of a jail and every resource is named, and the longer examples are right")
  func jails() throws {
    let start = try #require(Self.document.range(of: "## Jails\n")).upperBound
    let end = try #require(Self.document.range(of: "\n## Groups\n")).lowerBound
    let text = String(Self.document[start..<end])
    let codes = text.components(separatedBy: "`").enumerated().filter { $0.offset % 2 == 1 }.map(\.element)
    for key in JailParameterNames.own { #expect(codes.contains { $0.contains(key) }, "\(key)") }
    for option in JailOption.allCases { #expect(codes.contains(option.rawValue)) }
    for name in AccountedResource.names {
      #expect(text.contains(try Regex("[| ,]\(name)[ ,]")), "\(name)")
    }
    let examples = codes.filter { $0.hasPrefix("mount [ ") || $0.hasPrefix("network { ") }
    #expect(examples.count == 2)
    #expect(lines(load("service x { exec = x; jail { path = /j; \(examples.joined(separator: "; ")) } }")).isEmpty)
  }

  @Test("the sample of a diagnostic is what herd check prints")
  func diagnostic() {
    let text = "service nginx {\n  exec = nginx\n  user = www\n  respwan-delay = 2s\n}"
    guard case .failure(let diagnostics) = load(files: ["services.d/nginx.ucl": text], path: "services.d/nginx.ucl")
    else {
      Issue.record("loaded")
      return
    }
    expectSample(diagnostics.all[0])
    let api = "service api {\n  exec = api\n  requirement = [db]\n}"
    let db = "service db {\n  exec = db\n\n\n  after = [api]\n}"
    let circle = load(files: ["services.d/api.ucl": api, "services.d/db.ucl": db], path: "services.d")
    guard case .failure(let found) = circle else {
      Issue.record("loaded")
      return
    }
    expectSample(found.all[0])
  }

  private func expectSample(_ diagnostic: Diagnostic) {
    let text = DiagnosticRenderer().text(diagnostic)
    let isThere = Self.document.contains(text)
    #expect(isThere, "\(text)")
  }
}
