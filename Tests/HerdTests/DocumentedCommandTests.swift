import ArgumentParser
import Foundation
import Testing

@testable import herd

@Suite("Commands in the documents")
struct DocumentedCommandTests {
  /// Text files below the root of the project.
  private static var documents: [URL] {
    let root = URL(filePath: #filePath).deletingLastPathComponent().appending(path: "../..").standardized
    // CHANGELOG.md quotes mistyped ones, too.
    var found = [root.appending(path: "README.md")]
    for folder in ["docs", "man", "services", "etc"] {
      let paths = FileManager.default.enumerator(at: root.appending(path: folder), includingPropertiesForKeys: nil)
      for case let url as URL in paths ?? .init() where !url.hasDirectoryPath { found.append(url) }
    }
    return found
  }

  /// The words behind `herd` where a command is quoted: in backquotes, or at the beginning of a line.
  private static func commands(in text: String) -> [String] {
    text.matches(of: /(?:`|\$ |^)herd ([a-z][a-z-]*)/.anchorsMatchLineEndings()).map { String($0.output.1) }
  }

  /// Lines of prose that happen to begin with the name.
  private static let prose: Set<String> = ["is", "and", "knows", "shows", "beside", "what"]

  @Test("each one that is quoted exists")
  func exist() throws {
    let known = Set(Herd.subcommands.compactMap { $0.configuration.commandName } + ["help"])
    #expect(known.contains("status") && known.contains("ucl"))
    var quoted = 0
    for document in Self.documents {
      guard let text = try? String(contentsOf: document, encoding: .utf8) else { continue }
      for command in Self.commands(in: text) where !Self.prose.contains(command) {
        quoted += 1
        #expect(known.contains(command), "`herd \(command)` in \(document.lastPathComponent)")
      }
    }
    #expect(quoted > 20)
  }
}
