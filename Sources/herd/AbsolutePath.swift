import Glibc

/// A path that means the same to the daemon, whose working directory is another.
func absolutePath(_ path: String) -> String {
  if path.hasPrefix("/") { return path }
  // NULL: getcwd(3) allocates as much as the path needs.
  guard let current = getcwd(nil, 0) else { return path }
  defer { free(current) }
  return String(cString: current) + "/" + path
}
