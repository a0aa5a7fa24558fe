package import Wire

/// One reason for which a router cannot work now. The set of causes is computed from current facts, never kept by
/// adding and taking away, so no order of events can leave a cause behind.
package enum FaultCause: Hashable, Sendable, CustomStringConvertible {
  /// The configuration cannot work; the text says why.
  case configuration(String)
  /// The router is unicast and has no peer.
  case noPeer
  /// The interface does not exist.
  case interfaceMissing(String)
  /// The interface is down or has no carrier.
  case interfaceDown(String)
  /// The interface has no address of the family to send from.
  case noSourceAddress(AddressFamily)
  /// The configured source address is not on this host.
  case sourceAddressMissing(IPAddress)
  /// The sockets cannot be opened; the text is the system's.
  case transport(String)
  /// A tracked thing without weight has failed.
  case tracker(Tracker.Identity)
  /// Another member of the sync group has a fault.
  case groupMember(String)

  package var description: String {
    switch self {
    case .configuration(let text): "configuration: \(text)"
    case .noPeer: "no unicast peer"
    case .interfaceMissing(let name): "interface \(name) does not exist"
    case .interfaceDown(let name): "interface \(name) is down"
    case .noSourceAddress(.ipv4): "no IPv4 address to send from"
    case .noSourceAddress(.ipv6): "no IPv6 link-local address to send from"
    case .sourceAddressMissing(let address): "source address \(address) is not on this host"
    case .transport(let text): "sockets: \(text)"
    case .tracker(let identity): "\(identity) has failed"
    case .groupMember(let name): "\(name) of the sync group has a fault"
    }
  }
}
