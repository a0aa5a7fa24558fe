internal import CNetlink
internal import Glibc
internal import World
internal import Wire

// The kernel parameters around virtual links.
//
// With a macvlan two interfaces of the host are on one Ethernet segment. Left alone, each would answer ARP for the
// addresses of the other; so the base answers only for its own (arp_ignore 1), and only where it would route the answer
// itself (arp_filter 1). The macvlan sends from the base's address and hears packets whose source the routing table
// expects on the base: rp_filter 0, accept_local 1. The filter in effect is the larger of an interface's own and that
// of "all": a filter of "all" is therefore handed down to every interface, and to those that come later, and then set
// to 0, which leaves it in effect everywhere else.
//
// Whatever is changed on an interface that is not ours is noted with its value before, and given that value back once no
// virtual link needs the change, unless somebody else has set it since.

extension KernelLinkControl.State {
  /// IPv4 parameters of a virtual link itself.
  private static let ofLink = [("arp_ignore", 1), ("accept_local", 1), ("rp_filter", 0), ("promote_secondaries", 1)]
  /// Parameters of the interface below with the values that serve; the first is set where none is there.
  private static let ofBase = [("arp_ignore", ["1", "2", "8"]), ("arp_filter", ["1"])]
  /// IPv6 parameters of a virtual link with IPv6 addresses: it learns nothing from routers, lest it should make addresses
  /// with the virtual MAC of which a backup would speak.
  private static let ofIPv6Link = [("accept_ra", "0"), ("autoconf", "0")]

  /// Sets what a link needs before it comes up.
  mutating func prepare(_ link: LinkDetails, _ specification: VirtualLinkSpecification, isOurs: Bool) {
    let name = link.link.name
    if isOurs {
      let values = Self.ofLink.compactMap { name, value in
        DeviceParameter.numbers[name].map { (number: $0, value: UInt32(value)) }
      }
      tolerate("IFLA_INET_CONF", on: name) { LinkMessages.writeParameters(values, index: link.link.index, &$0) }
    } else {
      for (parameter, value) in Self.ofLink {
        change(.ipv4, name, parameter, index: link.link.index, to: "\(value)", unless: ["\(value)"])
      }
    }
    if specification.families.contains(.ipv6) {
      set(.ipv6, name, "disable_ipv6", "0", isOurs: isOurs)
      tolerate("addr_gen_mode", on: name) { LinkMessages.writeNoAddressGeneration(index: link.link.index, &$0) }
      for (parameter, value) in Self.ofIPv6Link { set(.ipv6, name, parameter, value, isOurs: isOurs) }
    } else {
      set(.ipv6, name, "disable_ipv6", "1", isOurs: isOurs)
    }
  }

  /// Sets what `promote_secondaries` asks for.
  mutating func promoteSecondaries(of name: String) {
    guard let link = details(named: name) else { return }
    change(.ipv4, name, "promote_secondaries", index: link.link.index, to: "1", unless: ["1"])
  }

  /// Sets what the interface below and the host need.
  mutating func prepareBase(_ base: LinkDetails, sparing link: String) {
    for (parameter, values) in Self.ofBase {
      change(.ipv4, base.link.name, parameter, index: base.link.index, to: values[0], unless: Set(values))
    }
    handDownReversePathFilter(sparing: link)
  }

  private mutating func handDownReversePathFilter(sparing link: String) {
    let name = "rp_filter"
    guard let text = try? KernelParameter(.ipv4, interface: "all", name).read(), let all = Int(text), all != 0 else {
      return
    }
    let spared = Set(ledger.links + established.keys + [link])
    for interface in interfaceNames() + ["default"] where !spared.contains(interface) {
      let parameter = KernelParameter(.ipv4, interface: interface, name)
      guard let own = (try? parameter.read()).flatMap({ Int($0) }), own < all else { continue }
      change(.ipv4, interface, name, index: nil, to: text, unless: [])
    }
    change(.ipv4, "all", name, index: nil, to: "0", unless: [])
  }

  private mutating func interfaceNames() -> [String] {
    let names = try? session.dump(LinkMessages.writeDump) { message throws(MessageFault) in
      try LinkMessages.read(message)?.name
    }
    return names ?? []
  }

  /// Sets a parameter of a link of our own, where nothing has to be remembered, or of another's.
  private mutating func set(
    _ family: AddressFamily, _ interface: String, _ name: String, _ value: String, isOurs: Bool
  ) {
    let parameter = KernelParameter(family, interface: interface, name)
    do throws(SystemFailure) {
      guard try parameter.read() != value else { return }
    } catch {
      // A host without IPv6 has none of these parameters and none of what they are against.
      if error.code != ENOENT { complaints.append(error) }
      return
    }
    guard isOurs else { return change(family, interface, name, index: nil, to: value, unless: []) }
    do throws(SystemFailure) { try parameter.write(value) } catch { complaints.append(error) }
  }

  /// Sets a parameter that is not ours, and remembers its value.
  private mutating func change(
    _ family: AddressFamily, _ interface: String, _ name: String, index: Int32?, to value: String,
    unless right: Set<String>
  ) {
    let parameter = KernelParameter(family, interface: interface, name)
    do throws(SystemFailure) {
      let before = try parameter.read()
      guard !right.contains(before), !before.isEmpty, !before.contains(where: \.isWhitespace) else { return }
      ledger.note(parameter.name, before: before, set: value)
      save()
      try write(parameter, value, index: index)
    } catch {
      complaints.append(error)
    }
  }

  /// Writes a parameter; where /proc/sys may not be written, as in many containers, by netlink.
  private mutating func write(_ parameter: KernelParameter, _ value: String, index: Int32?) throws(SystemFailure) {
    do throws(SystemFailure) {
      try parameter.write(value)
    } catch {
      let words = parameter.name.split(separator: "/")
      guard error.code == EROFS || error.code == EACCES, let index, words.count == 5, words[1] == "ipv4",
        let number = DeviceParameter.numbers[String(words[4])], let value = UInt32(value)
      else { throw error }
      try send("IFLA_INET_CONF", on: parameter.name) {
        LinkMessages.writeParameters([(number, value)], index: index, &$0)
      }
    }
  }

  /// Gives parameters back that no link needs any more, in the opposite order of their setting.
  mutating func restoreParameters() {
    for change in ledger.changes.reversed() where !isNeeded(change) {
      let parameter = KernelParameter(change.name)
      do throws(SystemFailure) {
        // What somebody else has set since is theirs.
        if try parameter.read() == change.set {
          let words = change.name.split(separator: "/")
          let index = words.count == 5 ? details(named: String(words[3]))?.link.index : nil
          try write(parameter, change.before, index: index)
        }
        ledger.drop(parameter: change.name)
      } catch {
        // With its interface the parameter is gone.
        if error.code == ENOENT { ledger.drop(parameter: change.name) } else { complaints.append(error) }
      }
    }
    save()
  }

  private func isNeeded(_ change: LinkLedger.Change) -> Bool {
    let words = change.name.split(separator: "/")
    guard words.count == 5 else { return false }
    if words[4] == "promote_secondaries", promoting.contains(String(words[3])) { return true }
    if words[4] == "rp_filter", established[String(words[3])] == nil { return !established.isEmpty }
    return established.contains { $0.key == words[3] || $0.value.base == words[3] }
  }
}
