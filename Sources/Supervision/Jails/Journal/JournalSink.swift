/// Where the records of a journal go.
public protocol JournalSink: ~Copyable {
  /// Appends a line, a newline at its end, and returns when it would survive a crash of the system.
  ///
  /// - Parameter line: without a newline.
  mutating func append(_ line: String) throws(JailError)
}

/// Writes records, and sees to it that a line that was cut off does not swallow the next one.
struct JournalWriter {
  /// Whether the last line may be without its end.
  private var isCutOff: Bool
  /// Why the journal could not be written; the first reason.
  private(set) var failure: JailError?

  init(afterCutOff isCutOff: Bool = false) {
    self.isCutOff = isCutOff
  }

  mutating func append(
    _ record: JournalRecord, to sink: inout some (JournalSink & ~Copyable)
  ) throws(JailError) {
    do {
      if isCutOff { try sink.append(JournalRecord.resumed.line) }
      isCutOff = true
      try sink.append(record.line)
      isCutOff = false
    } catch {
      let reason = JailError(code: error.code, "the journal cannot be written: \(error.message)")
      failure = failure ?? reason
      throw error
    }
  }
}
