import Supervision

/// Writes down what an inspection asks for, and says that all is well.
final class QuestionNotes: KernelFacts {
  private(set) var questions: [HostQuestion] = []
  private var seen: Set<String> = []
  let kernel: SystemFacts

  init(_ facts: SystemFacts) {
    kernel = facts
  }

  func add(_ question: HostQuestion) {
    if seen.insert(question.key).inserted { questions.append(question) }
  }

  func findProgram(_ name: String, in path: SearchPath) -> ProgramLookup {
    add(.program(name, path: path.directories))
    return .found
  }

  func kind(of path: String) -> FileKind {
    add(.kind(path))
    return .other
  }

  func scriptComplaint(about program: String, in path: SearchPath) -> String? {
    add(.script(program, path: path.directories))
    return nil
  }

  func environmentComplaint(about path: String) -> String? {
    add(.variables(path))
    return nil
  }

  func userID(of name: String) -> UInt32? {
    add(.account(name))
    return kernel.supervisorUID
  }

  func groupID(of name: String) -> UInt32? {
    add(.group(name))
    return kernel.supervisorGID
  }
}
