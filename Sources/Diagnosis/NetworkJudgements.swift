package import Wire

// The links, and who else is on them.
extension HostFacts {
  /// Bridges forward 224.0.0.0/24 everywhere; other groups only where somebody was heard asking for them.
  var snoopingFindings: [Finding] {
    intent.routers.compactMap { router in
      guard let group = router.group, let bridge = interface(router.interface)?.bridge, bridge.snoops, !bridge.asks,
        !Self.isFlooded(group)
      else { return nil }
      return Finding(
        .warning, "snooping",
        "\(bridge.name) forwards multicast only to whoever asks, and nobody there queries: adverts of \(router.name) to "
          + "\(group) stop arriving after some minutes",
        fixes: [
          "ip link set dev \(bridge.name) type bridge mcast_querier 1",
          "# or: ip link set dev \(bridge.name) type bridge mcast_snooping 0",
        ])
    }
  }

  private static func isFlooded(_ group: IPAddress) -> Bool {
    switch group {
    case .v4(let address): address.octets.prefix(3) == [224, 0, 0]
    case .v6: false
    }
  }

  /// What others say about our virtual routers.
  var advertFindings: [Finding] {
    guard let adverts else { return [] }
    var findings: [Finding] = []
    for router in intent.routers {
      let heard = adverts.filter {
        $0.interface == router.interface && $0.virtualRouter == router.virtualRouter
          && $0.source.family == router.family
      }
      let strangers = heard.filter { advert in
        !advert.addresses.isEmpty && !router.addresses.isEmpty
          && Set(advert.addresses).isDisjoint(with: router.addresses)
      }
      for stranger in Dictionary(grouping: strangers, by: \.source).compactMap(\.value.first).sorted(by: Self.order) {
        let theirs = stranger.addresses.map(\.description).joined(separator: ", ")
        findings.append(
          Finding(
            .trouble, "vrid",
            "\(stranger.source) uses VRID \(router.virtualRouter) on \(stranger.interface) for other addresses "
              + "(\(theirs)): it and \(router.name) take each other for peers",
            fixes: ["# in \(router.name) here and on its peers: virtual_router_id \(freeIdentifier(router, adverts))"]))
      }
      if let other = heard.first(where: { $0.version != router.version }) {
        findings.append(
          Finding(
            .trouble, "vrid",
            "\(other.source) speaks VRRP version \(other.version) for VRID \(router.virtualRouter), \(router.name) version "
              + "\(router.version): neither hears the other",
            fixes: ["# in global_defs of both: vrrp_version \(other.version)"]))
      }
      let masters = Set(heard.filter { !strangers.contains($0) && $0.priority > 0 }.map(\.source)).sorted()
      if masters.count > 1 {
        findings.append(
          Finding(
            .trouble, "vrid",
            "\(masters.map(\.description).joined(separator: " and ")) are master of VRID \(router.virtualRouter) at the "
              + "same time: they do not hear each other",
            fixes: ["understudyctl why \(router.name)   # on both; look for packets that are ignored"]))
      }
      if heard.isEmpty, daemonRuns, router.group != nil, !router.addresses.contains(where: holds) {
        findings.append(
          Finding(
            .warning, "vrid",
            "no advert for \(router.name) was heard on \(router.interface ?? "any interface"), and this host does not hold "
              + "its addresses: nobody may be master", fixes: ["understudyctl why \(router.name)"]))
      }
    }
    return findings
  }

  private static func order(_ left: HeardAdvert, _ right: HeardAdvert) -> Bool { left.source < right.source }

  private func freeIdentifier(_ router: Intent.Router, _ adverts: [HeardAdvert]) -> Int {
    let taken = Set(adverts.map { Int($0.virtualRouter) } + intent.routers.map { Int($0.virtualRouter) })
    return (1...255).first { !taken.contains($0) } ?? 255
  }

  /// Who else answers for our virtual addresses.
  var claimFindings: [Finding] {
    let own = Set(interfaces.compactMap(\.hardwareAddress))
    return claims.compactMap { claim in
      let routers = intent.routers.filter { $0.addresses.contains(claim.address) }
      let masters = (adverts ?? []).filter { advert in
        routers.contains { $0.virtualRouter == advert.virtualRouter } && advert.interface == claim.interface
      }
      let rightful = Set(
        masters.map(\.hardwareAddress)
          + routers.map { HardwareAddress.virtualRouter($0.virtualRouter, claim.address.family) })
      guard !own.contains(claim.hardwareAddress), !rightful.contains(claim.hardwareAddress) else { return nil }
      // Without a master of it to be heard a peer that speaks by unicast may hold it rightfully.
      let isUnicast = !routers.isEmpty && routers.allSatisfy { $0.group == nil }
      if isUnicast, !holds(claim.address) { return nil }
      return Finding(
        .trouble, "claimed",
        "\(claim.hardwareAddress) answers for \(claim.address) on \(claim.interface) and is not its master: clients may "
          + "reach that host instead",
        fixes: [
          "realserver start --vip \(claim.address)   # there, if it is a real server",
          "ip address del \(claim.address)/32 dev INTERFACE   # there, if the address is left over",
        ])
    }
  }

  var clockFindings: [Finding] {
    let users = intent.routers.filter(\.needsClock).map(\.name)
    guard !users.isEmpty, clockIsSynchronised == false else { return [] }
    return [
      Finding(
        .trouble, "clock",
        "the clock is not synchronised, and adverts signed by time are refused when clocks differ "
          + "(\(users.joined(separator: ", ")))",
        fixes: ["timedatectl set-ntp true   # or: apt-get install chrony"])
    ]
  }

  /// A packet of full size has to fit with another header in front of it.
  var tunnelFindings: [Finding] {
    let servers = intent.services.flatMap(\.servers).filter { $0.forwarding == .tunnel }.map(\.endpoint.address)
    let ways = Set(
      servers.compactMap { server in
        interfaces.first { interface in interface.addresses.contains { $0.includes(server) } }
      })
    let clients = intent.services.filter { $0.forwardings.contains(.tunnel) }.flatMap(\.addresses)
    let widest =
      interfaces.filter { interface in
        interface.name != "lo" && clients.contains { client in interface.addresses.contains { $0.includes(client) } }
      }.map(\.mtu).max() ?? 1500
    return ways.sorted { $0.name < $1.name }.filter { $0.name != "lo" && $0.mtu < widest + 20 }.map { way in
      Finding(
        .warning, "mtu",
        "clients send packets of up to \(widest) octets, which do not fit into a tunnel over \(way.name) (MTU \(way.mtu)): "
          + "where ICMP is filtered, large transfers hang",
        fixes: [
          "ip link set dev \(way.name) mtu \(widest + 80)   # where the network allows it",
          "ip route change default … advmss \(way.mtu - 60)   # or this on the real servers",
        ])
    }
  }
}

extension AddressPrefix {
  /// Whether an address is in this network.
  package func includes(_ other: IPAddress) -> Bool {
    let (mine, theirs) = (address.octets, other.octets)
    guard mine.count == theirs.count else { return false }
    let whole = Int(length) / 8
    guard mine.prefix(whole) == theirs.prefix(whole) else { return false }
    guard whole < mine.count, length % 8 > 0 else { return true }
    let mask = UInt8(truncatingIfNeeded: 0xFF00 >> Int(length % 8))
    return mine[whole] & mask == theirs[whole] & mask
  }
}
