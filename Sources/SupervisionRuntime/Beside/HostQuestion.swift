import Supervision
import UCL

/// Something that only the host knows, and that may take its time to tell: a directory service may not answer, a file
/// system may hang, a module may have to be loaded.
enum HostQuestion {
  /// A program, by its path or along directories that are separated by colons.
  case program(String, path: String)
  case kind(String)
  /// What is wrong with a program that is there, found as above.
  case script(String, path: String)
  /// What is wrong with a file of variables.
  case variables(String)
  /// A user by name or number, and the groups that the user is in.
  case account(String)
  case group(String)
  case loginClass(String)
  /// What of it is not met.
  case preconditions(Preconditions)
  /// What a file is now, to be compared with what it was.
  case stamp(String)
}

enum HostAnswer {
  case program(ProgramLookup)
  case kind(FileKind)
  /// `nil`: nothing is wrong.
  case complaint(String?)
  case account(Account?, groups: [UInt32])
  case group(UInt32?)
  case loginClass([String: String]?)
  case lacks([String])
  /// `nil`: there is no such file.
  case stamp(FileStamp?)
  /// Nobody knows: the database cannot be asked, say.
  case unknown(SystemError)
}

/// The answers to some questions.
struct HostAnswers {
  private(set) var all: [String: HostAnswer] = [:]
  /// Why there are none: whoever was to find them out could not.
  var trouble: SpawnFailure?

  subscript(question: HostQuestion) -> HostAnswer? {
    get { all[question.key] }
    set { all[question.key] = newValue }
  }

  /// By the question's `key`.
  subscript(key key: String) -> HostAnswer? {
    get { all[key] }
    set { all[key] = newValue }
  }
}

extension HostQuestion {
  /// The same question always has the same.
  var key: String { value.json }

  /// Asks the host. It may take as long as the host likes.
  func answer() -> HostAnswer {
    do throws(SystemError) {
      switch self {
      case .program(let name, let path): return .program(SystemFacts().findProgram(name, in: .path(path)))
      case .kind(let path): return .kind(SystemFacts().kind(of: path))
      case .script(let name, let path):
        return .complaint(SystemFacts().scriptComplaint(about: name, in: .path(path)))
      case .variables(let path): return .complaint(SystemFacts().environmentComplaint(about: path))
      case .account(let text):
        let account = try Account.find(text)
        return .account(account, groups: try account?.groups() ?? [])
      case .group(let text): return .group(try Group.find(text))
      case .loginClass(let name): return .loginClass(try LoginClass.values(ofClass: name))
      case .preconditions(let preconditions): return .lacks(PreconditionCheck.lacks(of: preconditions))
      case .stamp(let path): return .stamp(FileStamp(of: path))
      }
    } catch {
      return .unknown(error)
    }
  }
}

extension HostQuestion: CustomStringConvertible {
  /// What is looked up, for whoever wonders what does not answer.
  var description: String {
    switch self {
    case .program(let name, _), .script(let name, _): "the program \(name)"
    case .kind(let path), .stamp(let path), .variables(let path): path
    case .account(let text): "the user \(text)"
    case .group(let text): "the group \(text)"
    case .loginClass(let name): "the login class \(name)"
    case .preconditions(let preconditions):
      (preconditions.directories + preconditions.files + preconditions.kernelModules.map { "the kernel module \($0)" }
        + preconditions.sysctls.map(\.name)).joined(separator: ", ")
    }
  }
}
