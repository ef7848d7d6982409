/// What `herd --json` prints: all that came in answer to a request, as one object. docs/PROTOCOL.md has its keys.
public struct ReplyDocument: Sendable, Equatable {
  public var reply: Reply
  /// Whom the request was for, of one that is for one service.
  public var service: String?
  /// What was to be told besides.
  public var notes: [Note] = []
  /// Of `status`; `nil` for other commands.
  public var services: [ServiceStatus]?
  /// What an action wrote; `nil` for other commands.
  public var output: Output?

  public struct Note: Sendable, Equatable {
    public var text: String
    public var service: String?

    public init(_ text: String, service: String? = nil) {
      self.text = text
      self.service = service
    }
  }

  public struct Output: Sendable, Equatable {
    public var standardOutput: [UInt8] = []
    public var standardError: [UInt8] = []

    public init() {}
  }

  public init(_ reply: Reply, service: String? = nil) {
    self.reply = reply
    self.service = service
  }

  /// What is known before anything has come.
  public init(for request: Request) {
    self.init(Reply(), service: request.oneService)
    switch request {
    case .status: services = []
    case .reload, .action: output = Output()
    default: break
    }
  }

  /// What came before the reply. How the states went is for eyes; the outcomes say what became of it.
  public mutating func add(_ progress: Progress) {
    switch progress {
    case .services(let more): services = (services ?? []) + more
    case .note(let text, let service): notes.append(Note(text, service: service))
    case .output(let chunk):
      var output = self.output ?? Output()
      // Taken away first, so that what has come so far is not copied for each piece.
      self.output = nil
      switch chunk.stream {
      case .stdout: output.standardOutput += chunk.bytes
      case .stderr: output.standardError += chunk.bytes
      }
      self.output = output
    case .state: break
    }
  }

  /// One line, with its end: the verdict first, and services before the supervisor.
  public func encoded() -> [UInt8] {
    var json = JSONWriter(reserving: 256 + 256 * (services?.count ?? 0))
    json.object { json in
      json.member("service", service)
      reply.writeVerdict(to: &json)
      json.member("notes", notes) { json, note in note.write(to: &json) }
      if let services { json.list("services", services) { json, service in service.write(to: &json) } }
      reply.writeContent(to: &json)
      if let output {
        json.member("stdout", "stdout_base64", output.standardOutput)
        json.member("stderr", "stderr_base64", output.standardError)
      }
    }
    json.endLine()
    return json.bytes
  }
}

extension ReplyDocument.Note {
  fileprivate func write(to json: inout JSONWriter) {
    json.object { json in
      json.member("text", text)
      json.member("service", service)
    }
  }
}

extension JSONWriter {
  /// Bytes as text where they are UTF-8, else under another name in base64: nothing of them is lost.
  fileprivate mutating func member(_ name: StaticString, _ nameInBase64: StaticString, _ bytes: [UInt8]) {
    if let text = String(validating: bytes, as: UTF8.self) {
      member(name, text)
    } else {
      member(nameInBase64, base64(bytes))
    }
  }
}
