/// The processes of the host as far as they were looked at, and which of them are counted.
struct ProcessTable {
  private struct Entry {
    var firstRound: Int
    var lastRound: Int
    /// The names under which it counts.
    var names: [String]
  }

  private let patterns: [String: ProcessPattern]
  private let needsCommandLine: Bool
  private var entries: [Int32: Entry] = [:]
  /// How many processes count under each name.
  private(set) var counts: [String: Int]

  init(_ patterns: [String: ProcessPattern]) {
    self.patterns = patterns
    needsCommandLine = patterns.values.contains(where: \.needsCommandLine)
    counts = patterns.mapValues { _ in 0 }
  }

  /// Notes that the process is in the list, and looks at it when it is new, young or counted, or when that is its turn.
  mutating func visit(_ process: Int32, round: Int, thoroughly: Bool, isYoungFor rounds: Int) {
    guard let entry = entries[process] else { return look(at: process, round: round) }
    if thoroughly || !entry.names.isEmpty || round - entry.firstRound < rounds {
      look(at: process, round: round)
    } else {
      entries[process]?.lastRound = round
    }
  }

  /// Reads what the process is now.
  mutating func look(at process: Int32, round: Int) {
    set(process, Entry(firstRound: round, lastRound: round, names: names(of: process)))
  }

  /// A child is at first what its parent is.
  mutating func inherit(_ child: Int32, from parent: Int32, round: Int) {
    guard let entry = entries[parent] else { return look(at: child, round: round) }
    set(child, Entry(firstRound: round, lastRound: round, names: entry.names))
  }

  /// The process is gone.
  mutating func drop(_ process: Int32) {
    set(process, nil)
  }

  /// What was not in the list in this round is gone.
  mutating func dropUnseen(round: Int) {
    for (process, entry) in entries where entry.lastRound != round { drop(process) }
  }

  private mutating func set(_ process: Int32, _ new: Entry?) {
    var new = new
    if let old = entries[process] {
      for name in old.names { counts[name, default: 1] -= 1 }
      new?.firstRound = old.firstRound
    }
    for name in new?.names ?? [] { counts[name, default: 0] += 1 }
    entries[process] = new
  }

  /// The names under which a process counts; none when it is gone or a zombie.
  private func names(of process: Int32) -> [String] {
    guard let name = Self.name(of: process) else { return [] }
    let arguments = needsCommandLine ? Self.commandLine(of: process) : []
    let names = patterns.filter { _, pattern in
      pattern.needsCommandLine ? pattern.matches(commandLine: arguments) : pattern.matches(name: name)
    }.keys
    return names.isEmpty || Self.isZombie(process) ? [] : Array(names)
  }

  private static func name(of process: Int32) -> String? {
    guard var octets = SmallFile.beginning("/proc/\(process)/comm", 64) else { return nil }
    if octets.last == UInt8(ascii: "\n") { octets.removeLast() }
    return String(decoding: octets, as: UTF8.self)
  }

  /// The arguments, of which only the first 4096 octets count.
  private static func commandLine(of process: Int32) -> [String] {
    guard var octets = SmallFile.beginning("/proc/\(process)/cmdline", 4096), !octets.isEmpty else { return [] }
    if octets.last == 0 { octets.removeLast() }
    return octets.split(separator: 0, omittingEmptySubsequences: false).map { String(decoding: $0, as: UTF8.self) }
  }

  /// Whether the process has ended but was not collected: the letter behind its name, which may hold anything.
  private static func isZombie(_ process: Int32) -> Bool {
    guard let octets = SmallFile.beginning("/proc/\(process)/stat", 512),
      let end = octets.lastIndex(of: UInt8(ascii: ")"))
    else { return true }
    return octets.dropFirst(end + 2).first.map { $0 == UInt8(ascii: "Z") || $0 == UInt8(ascii: "X") } ?? true
  }
}
