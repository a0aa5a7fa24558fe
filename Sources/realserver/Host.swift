import Netlink
import Wire
import World

/// The loopback interface of this host, what is on it, and what we did to it.
struct Host {
  /// The exit status of status, in the manner of init scripts.
  enum Condition: Int32 {
    case right = 0
    case wrong = 1
    case notStarted = 3
  }

  private let state: StateFile
  private let control: KernelNetworkControl
  private let loopback: Link
  private let others: [String]
  /// Addresses on lo, ours and others'.
  private let present: [IPAddress: InterfaceAddress]

  /// Looks at the host; for changes, not before other runs have finished theirs.
  init(forChanges: Bool) throws(Trouble) {
    state = try StateFile(forChanges: forChanges)
    do throws(SystemFailure) {
      control = try KernelNetworkControl()
      let network = try NetworkMonitor().snapshot
      guard let loopback = network.links.values.first(where: { $0.flags & 0x8 != 0 && $0.name == "lo" }) else {
        throw SystemFailure(call: "lo", code: 19, reason: "there is no loopback interface")
      }
      self.loopback = loopback
      others = network.links.values.map(\.name).filter { $0 != "lo" }.sorted()
      let addresses = network.addresses.filter { address in
        address.interface == loopback.index && Int(address.prefix.length) == address.prefix.address.family.bitWidth
      }
      present = Dictionary(addresses.map { ($0.prefix.address, $0) }, uniquingKeysWith: { first, _ in first })
    } catch {
      throw Trouble(error)
    }
  }

  /// Adds addresses and keeps the host silent about them.
  func start(_ wanted: [VirtualAddress]) throws(Trouble) {
    var ledger = try state.read() ?? Ledger(place: state.place)
    let labels = Set(present.values.compactMap(\.label))
    for address in wanted where !ledger.holds(address) {
      guard present[address.address] == nil else {
        Output.line("\(address) is on lo already, not by us: left alone")
        continue
      }
      let isIPv4 = address.address.family == .ipv4
      ledger.entries.append(
        Ledger.Entry(address: address, label: isIPv4 ? ledger.freeLabel(besides: labels) : nil))
    }
    if ledger.parameters.isEmpty {
      for name in Parameters.names { ledger.parameters.append((name, try Parameters.read(name))) }
    }
    try state.write(ledger)
    for name in Parameters.names { try Parameters.set(name) }
    let missing = ledger.entries.filter { wanted.contains($0.address) && present[$0.address.address] == nil }
    let outcomes = control.apply(missing.map { .addAddress(specification($0)) })
    var failures: [String] = []
    for (entry, failure) in zip(missing, outcomes) {
      if let failure {
        failures += Trouble(failure).lines
        ledger.entries.removeAll { $0 == entry }
      } else {
        Output.line("\(entry.address) added to lo" + (entry.label.map { " as \($0)" } ?? ""))
      }
    }
    guard failures.isEmpty else {
      try settle(ledger)
      throw Trouble(lines: failures)
    }
    if !loopback.isUp { Output.error("lo is down: its addresses are not reached before it is up") }
  }

  /// Takes addresses off, all of ours where none is named.
  func stop(_ wanted: [VirtualAddress]?) throws(Trouble) {
    guard var ledger = try state.read() else {
      for address in wanted ?? [] { tellForeign(address) }
      return
    }
    let going = ledger.entries.filter { wanted?.contains($0.address) ?? true }
    for address in wanted ?? [] where !ledger.holds(address) { tellForeign(address) }
    let outcomes = control.apply(going.map { .removeAddress(specification($0)) })
    var failures: [String] = []
    for (entry, failure) in zip(going, outcomes) {
      if let failure {
        failures += Trouble(failure).lines
      } else {
        Output.line("\(entry.address) removed from lo")
        ledger.entries.removeAll { $0 == entry }
      }
    }
    try settle(ledger)
    guard failures.isEmpty else { throw Trouble(lines: failures) }
  }

  /// Writes the ledger down, or, when no address is left, restores the parameters and forgets it. The file goes last:
  /// until all is restored it says what to restore.
  private func settle(_ ledger: Ledger) throws(Trouble) {
    guard ledger.entries.isEmpty else { return try state.write(ledger) }
    for (name, value) in ledger.parameters { try Parameters.restore(name, value) }
    try state.remove()
  }

  private func tellForeign(_ address: VirtualAddress) {
    if present[address.address] != nil { Output.line("\(address) on lo is not by us: left alone") }
  }

  private func specification(_ entry: Ledger.Entry) -> AddressSpecification {
    var address = AddressSpecification(
      interface: loopback.index, prefix: entry.address.prefix, label: entry.label, origin: Origin.realServer)
    if entry.address.address.family == .ipv6 {
      address.flags = 0x02  // IFA_F_NODAD
      address.preferredLifetime = 0
    }
    return address
  }
}

extension Host {
  /// Tells what is there and whether it is as it should be.
  func status(_ wanted: [VirtualAddress]?) throws(Trouble) -> Condition {
    let ledger = try state.read()
    let addresses = wanted ?? ledger?.entries.map(\.address) ?? []
    guard ledger != nil || addresses.contains(where: { present[$0.address] != nil }) else {
      Output.line("not set up as a real server")
      return .notStarted
    }
    var condition = Condition.right
    for address in addresses {
      let isOurs = ledger?.holds(address) == true
      if let found = present[address.address] {
        let label = found.label.flatMap { $0 == "lo" ? nil : " as \($0)" } ?? ""
        Output.line("\(address) is on lo\(label)" + (isOurs ? "" : ", not by us"))
      } else {
        Output.line("\(address) is missing" + (isOurs ? ": somebody removed it from lo" : ": not started"))
        condition = .wrong
      }
    }
    for name in Parameters.names {
      let value = try Parameters.read(name)
      let before = ledger?.parameters.first { $0.name == name }.map { ", was \($0.value)" } ?? ""
      let isRight = Parameters.isRight(name, value)
      Output.line(
        "\(Parameters.shown(name)) is \(value)\(before)" + (isRight ? "" : ": this host answers ARP for the addresses"))
      if !isRight { condition = .wrong }
    }
    // Where "all" is wrong it is so for every interface, and has been told.
    if condition == .right {
      for (interface, name, value) in try Parameters.talkative(others) {
        Output.line("\(interface): \(name) \(value) is in effect: this host answers ARP for the addresses there")
        condition = .wrong
      }
    }
    if !loopback.isUp {
      Output.line("lo is down")
      condition = .wrong
    }
    return condition
  }
}
