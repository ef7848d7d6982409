import Supervision
import UCL

/// Something that only the host knows, and that may take its time to tell: a directory service may not answer, a file
/// system may hang, a module may have to be loaded.
enum HostQuestion {
  /// A program, by its path or along directories that are separated by colons.
  case program(String, path: String)
  case kind(String)
  /// A user by name or number, and the groups that the user is in.
  case account(String)
  case group(String)
  case loginClass(String)
  /// What of it is not met.
  case preconditions(Preconditions)
}

enum HostAnswer {
  case program(ProgramLookup)
  case kind(FileKind)
  case account(Account?, groups: [UInt32])
  case group(UInt32?)
  case loginClass([String: String]?)
  case lacks([String])
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
      case .account(let text):
        let account = try Account.find(text)
        return .account(account, groups: try account?.groups() ?? [])
      case .group(let text): return .group(try Group.find(text))
      case .loginClass(let name): return .loginClass(try LoginClass.values(ofClass: name))
      case .preconditions(let preconditions): return .lacks(PreconditionCheck.lacks(of: preconditions))
      }
    } catch {
      return .unknown(error)
    }
  }
}
