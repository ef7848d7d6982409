/// A value that most definitions leave at its default.
///
/// The default takes no room; anything else is kept by reference and shared between copies. A thousand services that say
/// nothing of how they are stopped or respawned should not each carry it.
@propertyWrapper
public struct SharedDefault<Value: Equatable & Sendable & DefaultInitializable>: Sendable, Equatable {
  private final class Box: Sendable {
    let value: Value

    init(_ value: Value) {
      self.value = value
    }
  }

  /// `nil`: the default.
  private var box: Box?

  public init(wrappedValue: Value) {
    self.wrappedValue = wrappedValue
  }

  public var wrappedValue: Value {
    get { box?.value ?? Value() }
    set { box = newValue == Value() ? nil : Box(newValue) }
  }

  public static func == (left: Self, right: Self) -> Bool {
    left.box === right.box || left.wrappedValue == right.wrappedValue
  }
}

/// Has a value that stands for "nothing said".
public protocol DefaultInitializable {
  init()
}

extension StopRule: DefaultInitializable {}
extension RespawnRule: DefaultInitializable {}
extension ProcessAttributes: DefaultInitializable {}
