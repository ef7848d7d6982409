import Glibc
import Supervision
import Testing

@testable import SupervisionRuntime

@Suite("Failures between fork and exec")
struct LaunchFailureTests {
  private func describe(_ stage: LaunchStage, _ code: Int32, _ limits: ResourceLimit...) -> SpawnFailure {
    var definition = ServiceDefinition(name: "web")
    if !limits.isEmpty { definition.process.rare.limits = limits }
    return Launcher.describe(
      LaunchFailure(stage: stage, code: code), definition, program: "/bin/web",
      limits: limits.map { .init($0.resource, soft: $0.soft, hard: $0.soft) })
  }

  @Test("what the host lacks passes there as it does at fork", arguments: [EAGAIN, ENOMEM, ENFILE, EMFILE])
  func passing(code: Int32) {
    for stage: LaunchStage in [.session, .terminal, .jail, .user, .exec] { #expect(describe(stage, code).isPassing) }
    #expect(describe(.exec, code, ResourceLimit(.core, soft: 0)).isPassing)
    #expect(describe(.exec, code, ResourceLimit(.processes, soft: ResourceLimit.unlimited)).isPassing)
  }

  @Test("nothing else does")
  func lasting() {
    for code in [ENOENT, EACCES, ENOEXEC, EPERM, ENOTDIR] { #expect(!describe(.exec, code).isPassing) }
  }

  @Test("a limit of the service's own is no lack of the host, and is named")
  func ownLimit() {
    let full = describe(.exec, EAGAIN, ResourceLimit(.core, soft: 0), ResourceLimit(.processes, soft: 3))
    #expect(!full.isPassing)
    #expect(full.message.hasSuffix("; the limit processes = 3 of the service allows no more"), "\(full.message)")
    #expect(!describe(.exec, ENOMEM, ResourceLimit(.addressSpace, soft: 4096)).isPassing)
    #expect(describe(.exec, ENOMEM, ResourceLimit(.memoryLock, soft: 4096)).isPassing, "nothing is locked there")
    #expect(describe(.session, EAGAIN, ResourceLimit(.processes, soft: 3)).isPassing, "it is set after that")
  }

  @Test("neither is a limit of its login class")
  func classLimit() throws {
    var definition = ServiceDefinition(name: "web")
    definition.process.rare.limits = [ResourceLimit(.core, soft: 0)]
    definition.process.rare.loginClass = "small"
    var plan = LaunchPlan(programs: ["/bin/web"], arguments: ["web"])
    plan.limits = [.init(.core, soft: 0, hard: 0)]
    plan.take(try LoginClass(name: "small", values: ["maxproc": "3", "vmemoryuse": "unlimited"]))
    func describe(_ code: Int32) -> SpawnFailure {
      Launcher.describe(
        LaunchFailure(stage: .exec, code: code), definition, program: "/bin/web", limits: plan.limits)
    }
    #expect(!describe(EAGAIN).isPassing)
    let message = describe(EAGAIN).message
    #expect(message.hasSuffix("; the limit processes = 3 of the login class small allows no more"), "\(message)")
    #expect(describe(ENOMEM).isPassing, "the class does not limit that")
  }
}
