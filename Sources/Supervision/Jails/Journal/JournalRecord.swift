/// One line of the journal of a jail.
enum JournalRecord: Sendable, Equatable {
  case header(JournalHeader)
  /// Written before a step is done: the step, and what is there that it will change.
  case intent(step: Int, JailStep, before: StateBefore)
  /// Written after a step was done.
  case result(step: Int, StepResult)
  /// So many of the commands that undo a step have ended.
  case ran(step: Int, commands: Int)
  /// There is nothing more to undo of a step.
  case undone(step: Int)
  /// What a step made was left on purpose, and why, as a clause.
  case left(step: Int, String)
  /// Ends a line that was cut off, so that what follows can be read.
  case resumed
  /// Nothing remains; the file can be removed.
  case finished
}

/// The first line of a journal.
public struct JournalHeader: Sendable, Equatable {
  /// The boot of the system in which the plan was carried out.
  public var boot: String
  public var service: String
  /// The jail's name.
  public var jail: String
  /// The jail's root on the host, as the plan has it.
  public var root: String
  /// How many steps the plan has.
  public var steps: Int
  /// What was mounted before the first step at the root, above and below it: a mount that is neither here nor made by a step
  /// was put there by somebody else since.
  public var mounts: [FileSystemID]

  public init(
    boot: String, service: String, jail: String, root: String, steps: Int, mounts: [FileSystemID] = []
  ) {
    self.boot = boot
    self.service = service
    self.jail = jail
    self.root = root
    self.steps = steps
    self.mounts = mounts
  }
}

/// What was there before a step, as far as undoing has to know it.
enum StateBefore: Sendable, Equatable {
  /// The step changes nothing that could have been there.
  case nothing
  /// The directory or the file that the step would make.
  case there(FileIdentity)
  /// No file, in the directory that was there; `nil`: there was none either.
  case absent(in: FileIdentity?)
  /// The mounts on the target, whose path is as statfs(2) has it.
  case mounts(on: String, [FileSystemID])
  /// The jail of the name; the path is the new one's as the kernel will have it.
  case jail(Int32?, path: String)
  case interface(exists: Bool)
  /// The name of the pair that will be made, which no interface has, and what both its ends will be described as.
  case epair(name: String, description: String)
  case address(exists: Bool)
}

/// What a step came to.
public enum StepResult: Sendable, Equatable {
  /// A directory or a file was made.
  case made(FileIdentity)
  /// Nothing was made: it was there.
  case present
  case mounted(FileSystemID)
  /// The file was copied, since this kernel mounts none.
  case copied
  case jail(Int32)
  /// The pair of interfaces with this name.
  case epair(String)
  case done
  /// Nothing was made: the step failed.
  case failed(JailError)
}
