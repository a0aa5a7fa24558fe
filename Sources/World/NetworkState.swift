package import Wire

/// A network interface.
package struct Link: Hashable, Sendable {
  /// The kernel's number of the interface.
  package var index: Int32
  /// Its name.
  package var name: String
  /// Its Ethernet address; nil where it has none of 48 bits.
  package var hardwareAddress: HardwareAddress?
  /// IFF_* flags (linux/if.h).
  package var flags: UInt32
  /// The largest packet in octets.
  package var mtu: Int
  /// The index of the interface below (IFLA_LINK), for instance of a macvlan.
  package var lower: Int32?
  /// The routing table of a VRF (IFLA_VRF_TABLE); nil for every other kind of link.
  package var routingTable: UInt32?

  /// A link as the kernel describes it.
  package init(
    index: Int32, name: String, hardwareAddress: HardwareAddress?, flags: UInt32, mtu: Int, lower: Int32? = nil
  ) {
    self.index = index
    self.name = name
    self.hardwareAddress = hardwareAddress
    self.flags = flags
    self.mtu = mtu
    self.lower = lower
  }

  /// Whether it is administratively up (IFF_UP).
  package var isUp: Bool { flags & 0x1 != 0 }
  /// Whether it is up and has its carrier (IFF_UP and IFF_RUNNING).
  package var isRunning: Bool { flags & 0x41 == 0x41 }
  /// Whether neighbours are not resolved on it (IFF_NOARP, IFF_LOOPBACK).
  package var hasNoNeighbours: Bool { flags & 0x88 != 0 }
}

/// An address on an interface.
package struct InterfaceAddress: Hashable, Sendable {
  /// Index of the interface.
  package var interface: Int32
  /// The address and the length of its prefix.
  package var prefix: AddressPrefix
  /// IFA_F_* flags (linux/if_addr.h).
  package var flags: UInt32
  /// The origin that whoever added it left (IFA_PROTO); zero for none.
  package var origin: UInt8
  /// The label of an IPv4 address; the kernel gives one without the name of its interface.
  package var label: String?

  /// An address as the kernel describes it.
  package init(interface: Int32, prefix: AddressPrefix, flags: UInt32 = 0, origin: UInt8 = 0) {
    self.interface = interface
    self.prefix = prefix
    self.flags = flags
    self.origin = origin
  }

  /// Whether duplicate address detection still runs or has failed.
  package var isUnusable: Bool { flags & 0x48 != 0 }
}

/// Something that changed on the host.
package enum NetworkChange: Hashable, Sendable {
  /// The link is new or different.
  case linkChanged(Link)
  /// The link is gone; its addresses are reported as removed before.
  case linkRemoved(index: Int32)
  /// The address is new, or its flags changed, for instance when duplicate address detection ended.
  case addressAdded(InterfaceAddress)
  /// The address is gone, whoever removed it.
  case addressRemoved(InterfaceAddress)
  /// A route of ours, by its protocol number 18, went away; compare it by `identity`.
  case routeRemoved(Route)
  /// A rule of ours, by its protocol number 18, went away; compare it with the `normalized` form of others.
  case ruleRemoved(Rule)
  /// Events were lost (ENOBUFS) and the state was read again. What differed has been reported one by one just before;
  /// still, compare everything, since something may have gone and come back unseen.
  case resynchronized
}

/// The host's interfaces and addresses: what is there, and what changes, by whoever's doing, ours included.
package protocol NetworkState: AnyObject, Sendable {
  /// All links, by index.
  var links: [Int32: Link] { get }
  /// All addresses, in no particular order.
  var addresses: [InterfaceAddress] { get }
  /// Calls `change` on the loop for each change from now on, in order, after the snapshot above was brought up to date.
  func observe(_ change: @escaping @Sendable (NetworkChange) -> Void)
  /// Whether the interface forwards packets of a family (net.ipv4.conf.X.forwarding, net.ipv6...).
  func forwards(_ family: AddressFamily, interface: Int32) -> Bool
  /// Begins to report routes and rules of ours that go away. Not done unasked, since a router that takes up the whole
  /// Internet's routes makes every listener pay for each.
  func watchRoutesAndRules()
}

extension NetworkState {
  /// Nothing, for a world without routes.
  package func watchRoutesAndRules() {}

  /// The link of this name.
  package func link(named name: String) -> Link? {
    links.values.first { $0.name == name }
  }
}
