import Supervision

/// The record of what runs, on disk: a line is appended when a process is started and when it is released; now and then the
/// lines that say nothing any more are left out.
///
/// Nothing is forced to the disk: the record is for the next supervisor of the same boot. What cannot be written is
/// reported once and does not keep a service from starting.
final class ProcessRecordFile {
  private let path: String
  /// Its beginning.
  private let record: ProcessRecord
  private var file: File
  private var living = 0
  private var lines = 0
  /// A line may have been cut off: the next one begins on a line of its own.
  private var isBroken = false

  private struct File: ~Copyable {
    let end: Descriptor
    /// What was written can be read back when somebody has removed it.
    let reader: Descriptor
  }

  /// Called when the record cannot be kept as it should be, with the reason.
  var onTrouble: ((SystemError) -> Void)?

  private static let mostBytes = 256 << 20
  /// So many lines are not worth a rewrite.
  private static let fewLines = 1024

  /// Begins a new record, in place of whatever is there.
  init(path: String, record: ProcessRecord) throws(SystemError) {
    self.path = path
    var beginning = record
    beginning.entries = []
    self.record = beginning
    living = record.entries.count
    lines = living
    file = try Self.replace(path, record)
  }

  /// Goes on with the record of a predecessor under the same keeper; or under an earlier one, as far as the keeper of now knows what
  /// runs.
  ///
  /// - Parameter known: the pids in the keeper's table.
  convenience init(continuing path: String, record: ProcessRecord, known: Set<Int32>) throws(SystemError) {
    let found = (try? Files.read(path, limit: Self.mostBytes)).flatMap { ProcessRecord($0) }
    try self.init(path: path, record: found?.continued(by: record, known: known) ?? record)
  }

  // MARK: Lines

  func started(_ entry: ProcessRecord.Entry) {
    living += 1
    append(ProcessRecord.line(for: entry))
  }

  func released(_ pid: Int32) {
    living -= 1
    append(ProcessRecord.line(forEndOf: pid))
    if lines > Self.fewLines, lines > 4 * living { compact() }
  }

  private func append(_ line: String) {
    lines += 1
    do throws(SystemError) {
      try file.end.writeAll(Array((isBroken ? "\n" + line : line).utf8))
      isBroken = false
    } catch {
      if !isBroken { onTrouble?(error.about(path)) }
      isBroken = true
    }
  }

  // MARK: The whole

  /// What is still true is read back rather than remembered: it would cost memory for each process.
  private func compact() {
    lines = living
    do throws(SystemError) {
      guard let read = ProcessRecord(try Files.read(path, limit: Self.mostBytes)), read.isOfSameSupervisor(as: record)
      else { return }
      file = try Self.replace(path, read)
    } catch {
      onTrouble?(error)
    }
  }

  /// Writes it again, in its place, after somebody has removed it. What fails can be tried again.
  func renew() throws(SystemError) {
    let bytes = try Files.contents(of: file.reader, path, Self.mostBytes)
    file = try Self.replace(path, ProcessRecord(bytes) ?? record)
  }

  private static func replace(_ path: String, _ record: ProcessRecord) throws(SystemError) -> File {
    let draft = path + ".new"
    do throws(SystemError) {
      try Files.remove(draft)
      let draftFile = try Descriptor.open(draft, .new)
      try draftFile.writeAll(Array(record.text.utf8))
      // Before it takes the other's place: after that nothing can fail.
      let file = File(end: try Descriptor.open(draft, .append), reader: try Descriptor.open(draft))
      try Files.rename(draft, to: path)
      return file
    } catch {
      try? Files.remove(draft)
      throw error.about(path)
    }
  }

  /// Nothing runs any more.
  func remove() {
    try? Files.remove(path)
  }
}
