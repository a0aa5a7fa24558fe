import Netlink
import Wire

/// What start changed, and what was there before: the content of the state file.
///
/// The form is lines of words: a first line with its version, then
///
///     host BOOT NAMESPACE          where it is true: the boot and the network namespace
///     parameter NAME VALUE         a parameter and its value before
///     address ADDRESS [LABEL]      an address that was added
struct Ledger: Equatable {
  /// The boot of the host and the network namespace to which the entries belong; after a reboot, or in another
  /// namespace, nothing of them is true any more.
  struct Place: Equatable {
    var boot: String
    var namespace: UInt64
  }

  struct Entry: Equatable {
    var address: VirtualAddress
    var label: String?
  }

  private static let heading = "understudy realserver 1"

  var place: Place
  /// Parameters and their values before, in the order in which they were set.
  var parameters: [(name: String, value: String)] = []
  var entries: [Entry] = []

  init(place: Place) {
    self.place = place
  }

  static func == (left: Ledger, right: Ledger) -> Bool {
    left.text == right.text
  }

  /// Whether the address was added by start.
  func holds(_ address: VirtualAddress) -> Bool {
    entries.contains { $0.address == address }
  }

  /// The lowest label lo:N that neither we nor anybody else uses.
  func freeLabel(besides used: Set<String>) -> String {
    let taken = used.union(entries.compactMap(\.label))
    var number = 0
    while taken.contains("lo:\(number)") { number += 1 }
    return "lo:\(number)"
  }

  /// The text of the state file.
  var text: String {
    var lines = [Self.heading, "host \(place.boot) \(place.namespace)"]
    lines += parameters.map { "parameter \($0.name) \($0.value)" }
    lines += entries.map { entry in "address \(entry.address.address)" + (entry.label.map { " \($0)" } ?? "") }
    return lines.map { $0 + "\n" }.joined()
  }

  /// Reads the text of a state file; nil when a line is not as we write it.
  init?(text: String) {
    let lines = text.split(separator: "\n").map { $0.split(separator: " ").map(String.init) }
    guard text.hasPrefix(Self.heading + "\n"), text.hasSuffix("\n"), lines.count >= 2, lines[1].count == 3,
      lines[1][0] == "host", let namespace = UInt64(lines[1][2])
    else { return nil }
    place = Place(boot: lines[1][1], namespace: namespace)
    for words in lines.dropFirst(2) {
      switch words.first {
      case "parameter" where words.count == 3 && Parameters.names.contains(words[1]):
        parameters.append((words[1], words[2]))
      case "address" where words.count == 2 || words.count == 3:
        guard let address = VirtualAddress(argument: words[1]) else { return nil }
        entries.append(Entry(address: address, label: words.count == 3 ? words[2] : nil))
      default: return nil
      }
    }
  }
}
