/// A text as the kernel has it: bytes without a NUL, which nobody promises to be UTF-8.
public struct ByteString: Sendable, Hashable {
  public var bytes: [UInt8]

  public init(_ bytes: some Sequence<UInt8>) {
    self.bytes = Array(bytes)
  }
}

extension ByteString: ExpressibleByStringInterpolation {
  public init(stringLiteral text: String) {
    self.init(text.utf8)
  }
}

extension ByteString: CustomStringConvertible {
  /// For people; what is not UTF-8 is replaced.
  public var description: String { String(decoding: bytes, as: UTF8.self) }
}
