/// The program that this process runs, open: what lies under its name may be another version by now, which would not understand
/// what a process of this one says to it.
final class OwnProgram {
  let path: String
  private let descriptor: Descriptor

  /// - Parameter descriptor: of the program; `nil`: it is looked up, which is right as long as this process has just been started.
  init(_ descriptor: consuming Descriptor?) throws(SystemError) {
    path = try ProgramPlaces.own()
    if let descriptor {
      self.descriptor = descriptor
    } else {
      self.descriptor = try Descriptor.open(program: try Host.executable())
    }
  }

  /// Has a process become this program.
  func become(by plan: inout LaunchPlan) {
    let number = (plan.descriptors.map(\.child).max() ?? 0) + 1
    plan.descriptors.append(LaunchPlan.Promise(child: max(number, 3), parent: descriptor.number))
    plan.program = max(number, 3)
  }
}
