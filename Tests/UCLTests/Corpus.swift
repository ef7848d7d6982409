import Foundation
import UCL

/// The folder of cases, found beside this file.
enum Corpus {
  static let folder = URL(fileURLWithPath: #filePath).deletingLastPathComponent().appendingPathComponent("Corpus").path

  /// The names of the cases, without their endings.
  static let cases: [String] = {
    let names = (try? FileManager.default.contentsOfDirectory(atPath: folder)) ?? []
    return names.filter { $0.hasSuffix(".ucl") }.map { String($0.dropLast(4)) }.sorted()
  }()

  static func path(_ name: String) -> String { "\(folder)/\(name)" }

  static func bytes(_ name: String) throws -> [UInt8] {
    [UInt8](try Data(contentsOf: URL(fileURLWithPath: path(name))))
  }

  static func source(_ name: String) throws -> Source {
    Source(name: path(name + ".ucl"), bytes: try bytes(name + ".ucl"))
  }

  /// What stands in a file of expectations: a value, or `nil` for "refused".
  static func expectation(_ file: String) throws -> Value? {
    let text = String(decoding: try bytes(file), as: UTF8.self).replacingOccurrences(of: "@CORPUS@", with: folder)
    if text.hasPrefix("refused") { return nil }
    return try Parser(mode: .json).parse(Source(name: file, text: text))
  }
}

/// Reads from a table, or from the file system.
struct FileReader: SourceReader {
  var files: [String: String]?

  func read(_ path: String, limit: Int) throws(SourceReadError) -> [UInt8] {
    let bytes: [UInt8]
    if let files {
      guard let text = files[path] else { throw SourceReadError("no such file", isMissing: true) }
      bytes = Array(text.utf8)
    } else {
      guard let data = FileManager.default.contents(atPath: path) else {
        throw SourceReadError("no such file", isMissing: true)
      }
      bytes = [UInt8](data)
    }
    guard bytes.count <= limit else { throw SourceReadError("longer than \(limit) bytes") }
    return bytes
  }

  /// Only `*`, and only in the last part of a path.
  func paths(matching pattern: String) throws(SourceReadError) -> [String] {
    let folder = pattern.split(separator: "/", omittingEmptySubsequences: false).dropLast().joined(separator: "/")
    let parts = (pattern as NSString).lastPathComponent.components(separatedBy: "*")
    let names: [String]
    if let files {
      names = files.keys.filter { ($0 as NSString).deletingLastPathComponent == folder }.map {
        ($0 as NSString).lastPathComponent
      }
    } else {
      names = (try? FileManager.default.contentsOfDirectory(atPath: folder)) ?? []
    }
    return names.filter { $0.hasPrefix(parts[0]) && $0.hasSuffix(parts[parts.count - 1]) }.sorted().map {
      folder.isEmpty ? $0 : "\(folder)/\($0)"
    }
  }
}
