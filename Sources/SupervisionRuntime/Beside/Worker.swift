import ControlProtocol
import Supervision
import UCL

/// `fruix-shepherd worker`: does for the supervisor what may wait. It answers one request after the other, sleeps in read(2)
/// between them, and ends when the supervisor has gone. It may be killed at any moment.
public enum Worker {
  /// The supervisor's end of the line, in the worker.
  public static let descriptor: Int32 = 3

  /// - Returns: the exit status.
  public static func run() -> Int32 {
    let line = Descriptor(adopting: descriptor)
    do throws(SystemError) {
      try answerAll(line)
      return 0
    } catch {
      // The supervisor has gone, or this was not started by it.
      return error.code == SystemError.brokenPipe || error.code == SystemError.connectionReset ? 0 : ExitCode.usage
    }
  }

  private static func answerAll(_ line: borrowing Descriptor) throws(SystemError) {
    var requests = LineBuffer(limit: WorkerPool.longestLine)
    var buffer = [UInt8](repeating: 0, count: 16 << 10)
    while true {
      let outcome = try buffer.withUnsafeMutableBufferPointer { (bytes) throws(SystemError) in
        try line.read(into: UnsafeMutableRawBufferPointer(bytes))
      }
      guard case .bytes(let count) = outcome else { return }
      requests.append(buffer[..<count])
      while let request = (try? requests.next()) ?? nil {
        let reply = reply(to: request)
        try line.writeAll(reply.value.messageLine)
        if reply.endsWorker { return }
      }
    }
  }

  static func reply(to line: [UInt8]) -> WorkerReply {
    guard let request = Value(messageLine: line).flatMap({ WorkerRequest($0) }) else {
      return .refused("the request cannot be understood")
    }
    switch request {
    case .look(let questions): return .looked(questions.map { $0.answer() })
    case .plan(let request): return .planned(request.carryOut())
    case .read(let reading): return .read(reading.carryOut())
    }
  }
}
