package import Wire

/// What the configuration says about one virtual router (`vrrp_instance`), checked and with all defaults filled in.
///
/// Whoever makes one answers for the ranges noted here; the machines keep their sense, though not their use, with any
/// value.
package struct RouterSettings: Hashable, Sendable {
  /// The version of the protocol.
  package enum Version: UInt8, Hashable, Sendable {
    case two = 2
    case three = 3
  }

  /// Which bytes the checksum of a version 3 advert over IPv4 covers when it is sent; either form is accepted.
  package enum ChecksumForm: Hashable, Sendable {
    /// A pseudo header too: RFC 5798 as keepalived, FRR and Wireshark read it.
    case pseudoHeader
    /// The message alone: RFC 9568 (`v3_checksum_as_v2`).
    case messageOnly
    /// A pseudo header that names the standard group, although the advert goes to a peer: keepalived before 1.3.7
    /// (`old_unicast_checksum`).
    case groupHeader
  }

  /// To whom adverts are sent.
  package enum Delivery: Hashable, Sendable {
    /// To everybody in a group; 224.0.0.18 and ff02::12 by the RFC.
    case multicast(group: IPAddress)
    /// To each of these peers, with this TTL or hop limit.
    case unicast(peers: [Peer], timeToLive: UInt8)
  }

  /// A peer of unicast delivery.
  package struct Peer: Hashable, Sendable {
    /// Where it is.
    package var address: IPAddress
    /// The TTL or hop limit its adverts have to arrive with.
    package var timeToLive: ClosedRange<UInt8>

    /// A peer whose adverts may arrive with any TTL.
    package init(_ address: IPAddress, timeToLive: ClosedRange<UInt8> = 0...255) {
      self.address = address
      self.timeToLive = timeToLive
    }
  }

  /// The name of the instance.
  package var name: String
  /// The VRID, 1 to 255.
  package var virtualRouter: UInt8
  /// The version of the protocol; version 2 is for IPv4 only.
  package var version: Version
  /// The family of the adverts.
  package var family: AddressFamily
  /// The name of the interface on which it speaks; nil only for unicast with a configured source.
  package var interface: String?
  /// The base priority, 1 to 255; 255 is the address owner, whose priority nothing changes.
  package var priority: UInt8 = 100
  /// From advert to advert: whole seconds from 1 to 255 in version 2, 0.01 to 40.95 s in version 3.
  package var interval: Duration = .seconds(1)
  /// `state MASTER`: an address owner begins as master without waiting. For others it is a mere hint, see VRRP.swift.
  package var startsAsMaster = false
  /// Whether a lower master is replaced (not `nopreempt`).
  package var preempts = true
  /// For how long a lower master is put up with before it is replaced.
  package var preemptDelay: Duration = .zero
  /// Adverts that have to be missed before the master counts as dead, 1 to 100.
  package var downTimerAdverts = 3
  /// How adverts are authenticated.
  package var authentication: Authentication = .none
  /// To whom adverts go.
  package var delivery: Delivery
  /// The source address to use (`mcast_src_ip`, `unicast_src_ip`); nil for the interface's own.
  package var source: IPAddress?
  /// Whether a configured source that the host does not have is a fault (`track_src_ip`).
  package var tracksSource = false
  /// Whether the state of the own interface is minded (not `dont_track_primary`).
  package var tracksInterface = true
  /// The addresses named in the adverts, in the order of the configuration.
  package var addresses: [VirtualAddress] = []
  /// Addresses that are held likewise but not named in the adverts.
  package var excludedAddresses: [VirtualAddress] = []
  /// When the addresses are announced.
  package var announcements = AnnouncementSettings()
  /// What decides about the priority or fitness.
  package var trackers: [Tracker] = []
  /// Whether a master answers a lower advert at once (not `lower_prio_no_advert`; RFC 9568 §6.4.3).
  package var answersLowerPriority = true
  /// Whether a master that gives way sends one more advert first (`higher_prio_send_advert`).
  package var advertisesWhenYielding = false
  /// For how long after the start nothing is said and nothing heard (`vrrp_startup_delay`).
  package var startupDelay: Duration = .zero
  /// The checksum form to send.
  package var checksumForm: ChecksumForm = .pseudoHeader
  /// The highest priority of the other routers, when a master that slept for longer than that one waits is to be backup
  /// (`timer_expired_backup`); nil when it is to listen first.
  package var stallPriority: UInt8?
  /// Whether the address list is compared in each advert, or only when another router has become master
  /// (`vrrp_skip_check_adv_addr`).
  package var checksEveryAddressList = true
  /// Whether unicast adverts must come from a configured peer (`check_unicast_src`).
  package var checksUnicastSource = false
  /// Whether being unicast without peers is a fault (`unicast_fault_no_peer`).
  package var needsPeers = false
  /// Whether an address owner ignores what others advertise (`owner_ignore_adverts`).
  package var ownerIgnoresAdverts = false
  /// When set, a service of these addresses enters the director's table only with the master state: the announcements
  /// wait until it is said to be there, but no longer than this.
  package var announcesAfterServices: Duration?
  /// A fault found in the configuration that keeps the router from working; nil for none.
  package var configurationFault: String?

  /// A router with keepalived's defaults, speaking by multicast to the standard group of the family.
  package init(
    name: String, virtualRouter: UInt8, interface: String?, version: Version = .two, family: AddressFamily = .ipv4
  ) {
    self.name = name
    self.virtualRouter = virtualRouter
    self.version = version
    self.family = family
    self.interface = interface
    delivery = .multicast(group: Self.standardGroup(family))
  }

  /// 224.0.0.18 or ff02::12 (RFC 9568 §5.1).
  package static func standardGroup(_ family: AddressFamily) -> IPAddress {
    switch family {
    case .ipv4: .v4(IPv4Address(224, 0, 0, 18))
    case .ipv6: .v6(IPv6Address(groups: [0xFF02, 0, 0, 0, 0, 0, 0, 0x12]))
    }
  }

  /// Whether it owns its addresses: base priority 255.
  package var isOwner: Bool { priority == 255 }

  /// All addresses it holds while master: those of the adverts, then the excluded ones.
  package var allAddresses: [VirtualAddress] { addresses + excludedAddresses }

  /// Whether a router with the other settings is another virtual router, so that a reload has to end this one and begin
  /// that one instead of carrying the state over.
  package func isAnotherRouter(than other: RouterSettings) -> Bool {
    virtualRouter != other.virtualRouter || version != other.version || family != other.family
      || interface != other.interface || isUnicast != other.isUnicast
  }

  /// Whether adverts go to peers instead of to a group.
  package var isUnicast: Bool {
    switch delivery {
    case .unicast: true
    case .multicast: false
    }
  }

  /// To whom each packet goes, with its TTL or hop limit.
  var targets: [(address: IPAddress, timeToLive: UInt8)] {
    switch delivery {
    case .multicast(let group): [(group, 255)]
    case .unicast(let peers, let timeToLive): peers.map { ($0.address, timeToLive) }
    }
  }
}
