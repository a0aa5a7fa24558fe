/// Where something was written: a line of the expanded text and a column, which `ConfigurationText` traces back to a
/// file. Origins say nothing about meaning, so all of them are equal.
package struct Origin: Hashable, Sendable {
  /// Line of the expanded text, counted from 0; -1 for what no line says.
  package var line: Int32
  /// Octet in that line, counted from 0.
  package var column: Int32

  /// A place in the expanded text.
  package init(line: Int, column: Int) {
    self.line = Int32(clamping: line)
    self.column = Int32(clamping: column)
  }

  /// The origin of what was never written.
  package static let nowhere = Origin(line: -1, column: 0)

  package static func == (left: Origin, right: Origin) -> Bool { true }

  package func hash(into hasher: inout Hasher) {}
}

/// A setting that is taken from elsewhere (the enclosing block, the global settings, a built-in default) unless it is
/// written. Two of them are equal when the values are, wherever they came from.
@propertyWrapper
package struct Inherited<Value: Equatable & Sendable>: Equatable, Sendable {
  private var value: Value
  /// Whether the configuration says it at this very place.
  package private(set) var isWritten: Bool

  /// A setting nobody has written yet.
  package init(wrappedValue: Value) {
    value = wrappedValue
    isWritten = false
  }

  /// The value in force. Setting it counts as writing it.
  package var wrappedValue: Value {
    get { value }
    set {
      value = newValue
      isWritten = true
    }
  }

  /// The setting itself.
  package var projectedValue: Inherited<Value> {
    get { self }
    set { self = newValue }
  }

  /// Takes a value from elsewhere unless one is written here.
  package mutating func inherit(_ other: Value) {
    if !isWritten { value = other }
  }

  package static func == (left: Inherited, right: Inherited) -> Bool { left.value == right.value }
}

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
