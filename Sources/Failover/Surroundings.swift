import VRRP
import Wire
import World

/// Computes what a router has to know of the host from the state of the network.
struct Surroundings {
  /// The network.
  var network: any NetworkState
  /// The settings of the group.
  var settings: GroupSettings
  /// Which links count as running.
  var judgement: LinkJudgement
  /// What is known of tracked things that are not interfaces.
  var trackerValues: [Tracker.Identity: TrackerValue]
  /// The virtual interfaces of routers, by the name of the router.
  var virtualLinks: VirtualLinks
  /// Channels that could not be opened, with the system's words.
  var channelFaults: [AdvertChannel: String]
  /// How far the wall clock is ahead of the monotonic one, in nanoseconds.
  var wallClockOffset: Int64

  /// The inputs of one router.
  ///
  /// - Parameter current: The source address in use, which is kept while it is there.
  func inputs(of router: RouterSettings, current: IPAddress?) -> RouterInputs {
    let link = router.interface.flatMap(network.link(named:))
    var inputs = RouterInputs(interface: condition(of: router, link))
    inputs.source = router.source ?? source(for: router, link, current: current)
    inputs.hasConfiguredSource =
      router.source.map { source in
        network.addresses.contains { $0.prefix.address == source && !$0.isUnusable }
      } ?? true
    inputs.transportFault =
      virtualLinks.fault(of: router.name) ?? fault(ofVRF: router)
      ?? channels(of: router).lazy.compactMap { channelFaults[$0] }.first
    for tracker in settings.protocolSettings.trackers(of: router) {
      inputs.trackers[tracker.identity] = value(of: tracker)
    }
    if router.authentication.usesClock { inputs.wallClockOffset = wallClockOffset }
    return inputs
  }

  /// Where a router speaks and listens.
  func channels(of router: RouterSettings) -> Set<AdvertChannel> {
    Set([speakingChannel(of: router), channel(of: router)].compactMap { $0 })
  }

  /// Where a router listens; nil while its interface does not exist.
  func channel(of router: RouterSettings) -> AdvertChannel? {
    // A frame that comes from the hardware address of a macvlan of ours, from another router's like it, the kernel hands
    // to that macvlan and to nobody else: there all are heard, on the base only some.
    if !router.isUnicast, let index = virtualLinks.indexBesideBase(of: router.name) {
      return channel(of: router, interface: index)
    }
    return speakingChannel(of: router)
  }

  /// Where a router's adverts leave; nil while its interface does not exist.
  func speakingChannel(of router: RouterSettings) -> AdvertChannel? {
    advertIndex(router.name, router.interface).map { channel(of: router, interface: $0) }
  }

  private func channel(of router: RouterSettings, interface index: Int32) -> AdvertChannel {
    let group: IPAddress? =
      switch router.delivery {
      case .multicast(let group): group
      case .unicast: nil
      }
    return AdvertChannel(
      interface: index, family: router.family, group: group, transport: router.authentication.transport)
  }

  /// The channel by which an advert leaves.
  func channel(of packet: OutgoingPacket, for name: String) -> AdvertChannel? {
    guard let index = advertIndex(name, packet.interface) else { return nil }
    return AdvertChannel(
      interface: index, family: packet.destination.family,
      group: packet.destination.isMulticast ? packet.destination : nil, transport: packet.transport)
  }

  /// The index of the interface by which adverts go: the virtual one, if the router has one and does not pass it by.
  func advertIndex(_ name: String, _ interface: String?) -> Int32? {
    switch virtualLinks.advertIndex(of: name, base: interface) {
    case .own: interfaceIndex(interface ?? vrf(of: name))
    case .virtual(let index): index
    case .missing: nil
    }
  }

  private func vrf(of name: String) -> String? { settings.members.first { $0.router.name == name }?.vrf }

  private func fault(ofVRF router: RouterSettings) -> String? {
    guard router.interface == nil, let vrf = vrf(of: router.name), network.link(named: vrf) == nil else { return nil }
    return "VRF \(vrf) does not exist"
  }

  /// The index of an interface; 0 for "any", nil when it does not exist.
  func interfaceIndex(_ name: String?) -> Int32? {
    guard let name else { return 0 }
    return network.link(named: name)?.index
  }

  private func condition(of router: RouterSettings, _ link: Link?) -> RouterInputs.Interface {
    guard router.interface != nil else { return .running }
    guard let link else { return .missing }
    // A link made just now is not in the network's picture yet; it is up, or it would not have been made.
    // Once up it runs when the base does, although the kernel says so some time later.
    if let index = virtualLinks.index(of: router.name), network.links[index]?.isUp == false { return .down }
    return judgement.isRunning(link.index) ? .running : .down
  }

  private func value(of tracker: Tracker) -> TrackerValue {
    guard tracker.identity.kind == .interface else { return trackerValues[tracker.identity] ?? .unknown }
    return network.link(named: tracker.identity.name).map { judgement.isRunning($0.index) } == true ? .up : .down
  }
}

// The address to send from.
extension Surroundings {
  private static let secondary: UInt32 = 0x01

  private func source(for router: RouterSettings, _ link: Link?, current: IPAddress?) -> IPAddress? {
    guard let link else { return nil }
    let candidates = network.addresses.filter {
      $0.interface == link.index && $0.prefix.address.family == router.family && !$0.isUnusable
        && (router.family == .ipv4 || $0.prefix.address.isLinkLocalIPv6)
    }
    let own = candidates.filter { !settings.isVirtual($0.prefix.address) }
    if let current, own.contains(where: { $0.prefix.address == current }) { return current }
    if let best = best(of: own, for: router) { return best }
    return router.isOwner ? best(of: candidates, for: router) : nil
  }

  private func best(of candidates: [InterfaceAddress], for router: RouterSettings) -> IPAddress? {
    func rank(_ candidate: InterfaceAddress) -> Int {
      // IPv6 uses the flag for temporary addresses, and link-local ones never are.
      let isSecondary = router.family == .ipv4 && candidate.flags & Self.secondary != 0
      let isNear = router.addresses.first.map { candidate.prefix.contains($0.address) } ?? false
      return (isNear ? 0 : 1) + (isSecondary ? 2 : 0)
    }
    return candidates.min {
      (rank($0), $0.prefix.address) < (rank($1), $1.prefix.address)
    }?.prefix.address
  }
}

extension GroupSettings {
  /// Whether an address is a virtual one of this host, and therefore comes and goes.
  func isVirtual(_ address: IPAddress) -> Bool {
    virtualAddressesOfHost.contains(address) || members.contains { $0.router.holds(address) }
  }
}

extension RouterSettings {
  /// Whether it is one of the router's addresses.
  func holds(_ address: IPAddress) -> Bool {
    addresses.contains { $0.address == address } || excludedAddresses.contains { $0.address == address }
  }
}

extension AddressPrefix {
  /// Whether an address is in this network.
  func contains(_ other: IPAddress) -> Bool {
    other.family == address.family
      && AddressPrefix(other, length: length).withoutHostBits == withoutHostBits
  }
}
