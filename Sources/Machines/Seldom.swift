/// A value that few have, kept outside so that the many without it stay small: a service may have tens of thousands of
/// servers.
@propertyWrapper
package struct Seldom<Value: Equatable & Sendable>: Equatable, Sendable {
  private final class Box: Sendable {
    let value: Value

    init(_ value: Value) { self.value = value }
  }

  private var box: Box?

  /// A value, mostly nil.
  package init(wrappedValue: Value?) {
    box = wrappedValue.map(Box.init)
  }

  /// The value.
  package var wrappedValue: Value? {
    get { box?.value }
    set { box = newValue.map(Box.init) }
  }

  package static func == (left: Seldom, right: Seldom) -> Bool {
    left.box === right.box || left.box?.value == right.box?.value
  }
}

extension Seldom: Hashable where Value: Hashable {
  package func hash(into hasher: inout Hasher) { hasher.combine(box?.value) }
}
