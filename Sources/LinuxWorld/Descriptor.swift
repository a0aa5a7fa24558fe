import Glibc

/// An open file. It is closed when the last reference goes.
package final class Descriptor: Sendable {
  /// The number of an open file in this process.
  package typealias Number = Int32

  /// Its number in this process.
  package let number: Number

  /// Takes over an open descriptor.
  package init(_ number: Number) {
    self.number = number
  }

  deinit {
    close(number)
  }
}
