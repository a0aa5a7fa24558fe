import Glibc

/// An open file. It is closed when the last reference goes.
package final class Descriptor: Sendable {
  /// Its number in this process.
  package let number: Int32

  /// Takes over an open descriptor.
  package init(_ number: Int32) {
    self.number = number
  }

  deinit {
    close(number)
  }
}
