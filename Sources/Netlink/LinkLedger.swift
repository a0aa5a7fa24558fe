/// What this program made and changed for virtual links, and what was there before, so that a later run can undo it
/// when this one dies: the content of a state file.
///
/// The form is lines of words: a first line with its version, then
///
///     host BOOT NAMESPACE             where it is true: the boot and the network namespace
///     link NAME                       a virtual link that was made, or is about to be
///     table NAME                      a table of the packet filter that was written
///     parameter NAME BEFORE SET       a parameter below /proc/sys, its value before and the value that was set
package struct LinkLedger: Hashable, Sendable {
  /// The boot of the host and the network namespace to which the entries belong; elsewhere they mean nothing.
  package struct Place: Hashable, Sendable {
    /// The kernel's name of the boot.
    package var boot: String
    /// The number of the network namespace.
    package var namespace: UInt64

    /// A network namespace of a boot.
    package init(boot: String, namespace: UInt64) {
      self.boot = boot
      self.namespace = namespace
    }
  }

  /// A parameter that was set.
  package struct Change: Hashable, Sendable {
    /// Its path below /proc/sys.
    package var name: String
    /// The value found.
    package var before: String
    /// The value set.
    package var set: String
  }

  private static let heading = "understudy links 1"

  /// Where the entries are true.
  package let place: Place
  /// Names of links.
  package private(set) var links: [String] = []
  /// Names of tables of the packet filter.
  package private(set) var tables: [String] = []
  /// Parameters in the order in which they were first set.
  package private(set) var changes: [Change] = []

  /// An empty ledger.
  package init(place: Place) {
    self.place = place
  }

  /// Whether there is nothing to undo.
  package var isEmpty: Bool { links.isEmpty && tables.isEmpty && changes.isEmpty }

  /// Notes a link.
  package mutating func add(link: String) {
    if !links.contains(link) { links.append(link) }
  }

  /// Forgets a link.
  package mutating func drop(link: String) {
    links.removeAll { $0 == link }
  }

  /// Notes a table.
  package mutating func add(table: String) {
    if !tables.contains(table) { tables.append(table) }
  }

  /// Forgets a table.
  package mutating func drop(table: String) {
    tables.removeAll { $0 == table }
  }

  /// Notes that a parameter is set; the value it had before the first time is kept.
  package mutating func note(_ name: String, before: String, set: String) {
    if let index = changes.firstIndex(where: { $0.name == name }) {
      changes[index].set = set
    } else {
      changes.append(Change(name: name, before: before, set: set))
    }
  }

  /// Forgets a parameter.
  package mutating func drop(parameter name: String) {
    changes.removeAll { $0.name == name }
  }

  /// The text of the state file.
  package var text: String {
    var lines = [Self.heading, "host \(place.boot) \(place.namespace)"]
    lines += links.map { "link \($0)" }
    lines += tables.map { "table \($0)" }
    lines += changes.map { "parameter \($0.name) \($0.before) \($0.set)" }
    return lines.map { $0 + "\n" }.joined()
  }

  /// Reads the text of a state file; nil when a line is not as we write it.
  package init?(text: String) {
    let lines = text.split(separator: "\n").map { $0.split(separator: " ").map(String.init) }
    guard text.hasPrefix(Self.heading + "\n"), text.hasSuffix("\n"), lines.count >= 2, lines[1].count == 3,
      lines[1][0] == "host", let namespace = UInt64(lines[1][2])
    else { return nil }
    place = Place(boot: lines[1][1], namespace: namespace)
    for words in lines.dropFirst(2) {
      switch (words.first, words.count) {
      case ("link", 2) where Self.isFileName(words[1]): add(link: words[1])
      case ("table", 2): add(table: words[1])
      case ("parameter", 4) where words[1].hasPrefix("net/") && Self.isPath(words[1]):
        note(words[1], before: words[2], set: words[3])
      case _: return nil
      }
    }
  }

  /// A name that leads nowhere else.
  private static func isFileName(_ name: some StringProtocol) -> Bool {
    !name.isEmpty && name != "." && name != ".." && !name.contains("/")
  }

  private static func isPath(_ path: String) -> Bool {
    path.split(separator: "/", omittingEmptySubsequences: false).allSatisfy { isFileName($0) }
  }
}
