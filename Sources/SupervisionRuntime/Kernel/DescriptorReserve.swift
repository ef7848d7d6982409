import CProc

/// Descriptors that are held for nothing, and let go of when there are none left to look for processes with: where that takes
/// files, a supervisor that has started as much as it can could not end any of it again.
final class DescriptorReserve {
  private static let size = Int(cproc_descendants_descriptors())

  private var held: [OwnedDescriptor] = []

  private final class OwnedDescriptor {
    private let descriptor: Descriptor

    init(_ descriptor: consuming Descriptor) {
      self.descriptor = descriptor
    }
  }

  func helps(_ error: SystemError) -> Bool {
    (error.code == EMFILE || error.code == ENFILE) && !held.isEmpty
  }

  func lend() {
    held = []
  }

  /// As far as there are any.
  func refill(from descriptor: borrowing Descriptor) {
    while held.count < Self.size, let copy = try? descriptor.duplicate() { held.append(OwnedDescriptor(copy)) }
  }
}
