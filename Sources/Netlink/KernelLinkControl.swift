internal import CNetlink
internal import Glibc
internal import Synchronization
internal import Wire
package import World

/// Makes and removes virtual links in the network namespace in which it was made.
package final class KernelLinkControl: LinkControl {
  struct State: ~Copyable {
    var session: NetlinkSession
    let file: LinkLedgerFile
    var ledger: LinkLedger
    /// The links of this run by name.
    var established: [String: VirtualLinkSpecification] = [:]
    var memberships: [String: GroupMemberships] = [:]
    /// Interfaces whose secondary addresses outlive the primary.
    var promoting: Set<String> = []
    var firewall = Firewall()
    var rules = FirewallRules()
    /// What prevented the rules from being written, so that it is told once only.
    var firewallFailure: SystemFailure?
    /// What went wrong without stopping the work.
    var complaints: [SystemFailure] = []
  }

  let state: Mutex<State>

  /// Opens the way to the kernel, and reads what an earlier run left behind.
  ///
  /// - Parameter directory: Where the state file is; it is made when it is missing.
  package init(stateDirectory directory: String = "/run/understudy") throws(SystemFailure) {
    let file = LinkLedgerFile(directory: directory)
    var first = State(session: try NetlinkSession(.route), file: file, ledger: LinkLedger(place: file.place))
    do throws(SystemFailure) { first.ledger = try file.read() } catch { first.complaints.append(error) }
    state = Mutex(first)
  }

  /// Makes a link and brings it up, or takes over one like it that is there.
  package func establish(_ specification: VirtualLinkSpecification) throws(SystemFailure) -> VirtualLink {
    try state.withLock { state throws(SystemFailure) in try state.establish(specification) }
  }

  /// Removes the link of a name where this program made it, and restores the parameters that nothing needs any more.
  package func remove(_ name: String) -> [SystemFailure] {
    state.withLock { state in
      state.remove(name)
      state.restoreParameters()
      return state.takeComplaints()
    }
  }

  /// Lets interfaces keep the other addresses of a network when the first one goes.
  package func promoteSecondaries(on interfaces: Set<String>) -> [SystemFailure] {
    state.withLock { state in
      state.promoting = interfaces
      for name in interfaces.sorted() { state.promoteSecondaries(of: name) }
      state.restoreParameters()
      return state.takeComplaints()
    }
  }

  /// Removes links of an earlier run that were not established in this one, and restores what they needed.
  package func removeLeftovers() -> [SystemFailure] {
    state.withLock { state in
      for name in state.ledger.links where state.established[name] == nil { state.remove(name) }
      state.removeLeftTables()
      state.restoreParameters()
      return state.takeComplaints()
    }
  }
}

extension KernelLinkControl.State {
  mutating func establish(_ specification: VirtualLinkSpecification) throws(SystemFailure) -> VirtualLink {
    guard let base = details(named: specification.base) else {
      throw Refusal(code: ENODEV).failure(of: "RTM_GETLINK", on: specification.base)
    }
    if let link = try existing(specification, on: base) {
      return try finish(link, specification, on: base, isNew: false)
    }
    let link = try create(specification, on: base)
    return try finish(link, specification, on: base, isNew: true)
  }

  /// A link like this one that is there, ours by preference of the names' order.
  private mutating func existing(
    _ specification: VirtualLinkSpecification, on base: LinkDetails
  ) throws(SystemFailure) -> LinkDetails? {
    let candidates = specification.candidates
    func serves(_ link: LinkDetails, _ established: [String: VirtualLinkSpecification]) -> Bool {
      let user = established[link.link.name]
      return link.fits(specification, on: base) && (user?.isSameLink(as: specification) ?? true)
    }
    if let first = candidates.first, let link = details(named: first), serves(link, established) { return link }
    guard candidates.count > 1 else { return nil }
    let names = Set(candidates)
    return try allDetails().first { names.contains($0.link.name) && serves($0, established) }
  }

  /// Makes the link under the first name that is free. The ledger knows of it before the kernel does.
  private mutating func create(
    _ specification: VirtualLinkSpecification, on base: LinkDetails
  ) throws(SystemFailure) -> LinkDetails {
    var taken = Set(try allDetails().map(\.link.name))
    let master = base.master.flatMap { details(index: $0) }.flatMap { $0.kind == "vrf" ? $0.link.index : nil }
    for name in specification.candidates where !taken.contains(name) {
      let wasKnown = ledger.links.contains(name)
      ledger.add(link: name)
      save()
      do throws(SystemFailure) {
        try send("RTM_NEWLINK", on: "\(name) on \(specification.base)") {
          LinkMessages.writeCreation(specification, name: name, base: base, master: master, &$0)
        }
      } catch {
        if !wasKnown { ledger.drop(link: name) }
        save()
        guard error.code == EEXIST else { throw error }
        taken.insert(name)
        continue
      }
      guard let link = details(named: name) else {
        throw Refusal(code: ENODEV).failure(of: "RTM_GETLINK", on: name)
      }
      return link
    }
    let name = specification.candidates.first ?? "?"
    throw Refusal(code: EEXIST, explanation: "the name belongs to another interface").failure(
      of: "RTM_NEWLINK", on: "\(name) on \(specification.base)")
  }

  /// Sets the link's parameters and brings it up.
  private mutating func finish(
    _ link: LinkDetails, _ specification: VirtualLinkSpecification, on base: LinkDetails, isNew: Bool
  ) throws(SystemFailure) -> VirtualLink {
    let name = link.link.name
    prepare(link, specification, isOurs: ledger.links.contains(name))
    prepareBase(base, sparing: name)
    keepSilent(name, specification, on: base)
    do throws(SystemFailure) {
      let subject = "\(name) on \(specification.base)"
      try send("IFF_UP", on: subject) { LinkMessages.writeState(index: link.link.index, isUp: true, &$0) }
    } catch {
      if isNew { remove(name) } else { letSpeak(name) }
      restoreParameters()
      throw error.code == EADDRINUSE ? error.explained("another interface there has its hardware address") : error
    }
    if let address = specification.address { add(address, to: link.link) }
    established[name] = specification
    return VirtualLink(index: link.link.index, name: name, complaints: takeComplaints())
  }

  /// Puts the link's own address on it.
  private mutating func add(_ address: AddressPrefix, to link: Link) {
    // No other host has the address of this one.
    let flags: UInt32 = address.address.family == .ipv6 ? 0x02 : 0  // IFA_F_NODAD
    let operation = NetworkOperation.addAddress(
      AddressSpecification(interface: link.index, prefix: address, flags: flags))
    do throws(SystemFailure) { try send(operation.call, on: operation.subject) { operation.write(&$0) } } catch {
      if !operation.tolerates(error.code) { complaints.append(error) }
    }
  }

  /// Removes a link if it is ours; whether it is there or not, it is forgotten.
  mutating func remove(_ name: String) {
    established[name] = nil
    defer { letSpeak(name) }
    guard ledger.links.contains(name) else { return }
    if let link = details(named: name), link.kind == "macvlan" || link.kind == "ipvlan" {
      do throws(SystemFailure) {
        try send("RTM_DELLINK", on: name) { LinkMessages.writeRemoval(index: link.link.index, &$0) }
      } catch {
        guard error.code == ENODEV else { return complaints.append(error) }
      }
    }
    ledger.drop(link: name)
    save()
  }

  mutating func takeComplaints() -> [SystemFailure] {
    defer { complaints = [] }
    return complaints
  }

  mutating func save() {
    do throws(SystemFailure) { try file.write(ledger) } catch {
      // Said once for each cause: without the file the work goes on, only a crash would not be cleaned up after.
      if !complaints.contains(error) { complaints.append(error) }
    }
  }
}

// Questions and requests.
extension KernelLinkControl.State {
  mutating func details(named name: String) -> LinkDetails? {
    ask { LinkMessages.writeQuestion(name: name, &$0) }
  }

  mutating func details(index: Int32) -> LinkDetails? {
    ask { LinkMessages.writeQuestion(index: index, &$0) }
  }

  private mutating func ask(_ write: (inout MessageWriter) -> Void) -> LinkDetails? {
    let answer = try? session.request(write) { message throws(MessageFault) in try LinkMessages.readDetails(message) }
    return answer?.first
  }

  private mutating func allDetails() throws(SystemFailure) -> [LinkDetails] {
    do throws(Refusal) {
      return try session.dump(LinkMessages.writeDump) { message throws(MessageFault) in
        try LinkMessages.readDetails(message)
      }
    } catch {
      throw error.failure(of: "RTM_GETLINK")
    }
  }

  mutating func send(
    _ call: String, on subject: String, _ write: (inout MessageWriter) -> Void
  ) throws(SystemFailure) {
    if let refusal = session.batch(count: 1, { _, writer in write(&writer) })[0] {
      throw refusal.failure(of: call, on: subject)
    }
  }

  /// Sends a request whose failure is worth a complaint only.
  mutating func tolerate(_ call: String, on subject: String, _ write: (inout MessageWriter) -> Void) {
    do throws(SystemFailure) { try send(call, on: subject, write) } catch { complaints.append(error) }
  }
}

extension SystemFailure {
  fileprivate func explained(_ explanation: String) -> SystemFailure {
    SystemFailure(call: call, code: code, subject: subject, reason: "\(reason) (\(explanation))")
  }
}
