/// A value of the configuration language, with the place and the text it comes from.
public struct Value: Sendable {
  public var content: Content
  /// Where the value begins.
  public var location: SourceLocation
  /// The scalar as it was written, without quotes or surrounding blanks: `0640`, `10m`, `yes`.
  /// libucl reads `0640` as the number 640; whoever needs octal reads this. Empty for arrays and objects.
  public var sourceText: String
  /// Whether a scalar string was written in quotes or as a heredoc (then it is never a number or a boolean).
  public var isQuoted: Bool

  public init(_ content: Content, at location: SourceLocation, sourceText: String = "", isQuoted: Bool = false) {
    self.content = content
    self.location = location
    self.sourceText = sourceText
    self.isQuoted = isQuoted
  }

  public enum Content: Sendable {
    case null
    case boolean(Bool)
    case integer(Int64)
    case real(Double)
    /// A number with a unit of time, in seconds (`UCL_TIME`).
    case duration(Double)
    case string(String)
    case array([Value])
    case object(Object)
  }
}
