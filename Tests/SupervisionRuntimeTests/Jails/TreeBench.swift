import Glibc
import Supervision
import SupervisionRuntime

/// A root with something outside of it, gone when the test is over.
struct TreeBench: ~Copyable {
  let base: String
  var root: String { base + "/root" }
  var outside: String { base + "/outside" }

  init() throws {
    base = temporaryPath("tree")
    for path in [base, base + "/root", base + "/outside"] { try Files.makeDirectory(path, permissions: 0o700) }
  }

  deinit {
    Self.removeAll(base)
  }

  func path(_ text: String) -> JailPath {
    JailPath(root: root, components: text.split(separator: "/").map(String.init))
  }

  func write(_ text: String, to relative: String, permissions: UInt32 = 0o600) throws {
    try Files.replace(root + "/" + relative, with: Array(text.utf8), permissions: permissions)
  }

  func link(_ relative: String, to target: String) throws {
    guard symlink(target, root + "/" + relative) == 0 else { throw SystemError("symlink", on: relative, code: errno) }
  }

  private static func removeAll(_ path: String) {
    if let status = try? Files.status(path, followingLink: false), status.kind == .directory {
      for name in (try? Files.names(in: path)) ?? [] { removeAll(path + "/" + name) }
      try? Files.removeDirectory(path)
    } else {
      try? Files.remove(path)
    }
  }
}

/// The errno that a call throws; `nil`: it throws none.
func code<Result>(_ body: () throws -> Result) -> Int32? {
  do {
    _ = try body()
    return nil
  } catch {
    return (error as? JailError)?.code ?? -1
  }
}
