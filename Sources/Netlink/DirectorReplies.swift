import CNetlink
package import VirtualServices
package import Wire

extension DirectorMessages {
  /// Reads a service. Nil for one of a protocol that IPVS does not balance by itself: somebody else's, and nothing
  /// that a key of ours could name.
  package static func readService(
    _ message: Message
  ) throws(MessageFault) -> (key: ServiceKey, service: TableService)? {
    let service = try attributes(of: message).required(DirectorAttribute.service)
    guard let family = AddressFamily(number: try service.required(ServiceAttribute.family)) else {
      throw .badAttributeValue
    }
    guard let key = try key(service, family) else { return nil }
    var attributes = ServiceAttributes(
      scheduler: try service.required(ServiceAttribute.scheduler),
      flags: try service.required(ServiceAttribute.flags).flags,
      persistenceTimeout: try service.required(ServiceAttribute.timeout),
      persistenceMask: try mask(service, family))
    attributes.persistenceEngine = try service.value(ServiceAttribute.engine)
    var result = TableService(attributes: attributes)
    result.counters = try counters(service.value(ServiceAttribute.counters))
    return (key, result)
  }

  private static func key(_ service: AttributeSet, _ family: AddressFamily) throws(MessageFault) -> ServiceKey? {
    if let mark = try service.value(ServiceAttribute.firewallMark), mark != 0 { return .firewallMark(mark, family) }
    guard let transport = TransportProtocol(rawValue: try service.required(ServiceAttribute.transport)) else {
      return nil
    }
    let endpoint = Endpoint(
      try address(service.required(ServiceAttribute.address), family),
      port: try service.required(ServiceAttribute.port).number)
    return .endpoint(transport, endpoint)
  }

  private static func mask(_ service: AttributeSet, _ family: AddressFamily) throws(MessageFault) -> UInt32 {
    let octets = try service.required(ServiceAttribute.mask).octets
    let mask =
      switch family {
      case .ipv4: NetworkOrder<UInt32>(attribute: octets)?.number
      case .ipv6: UInt32(attribute: octets)
      }
    guard let mask else { throw .badAttributeValue }
    return mask
  }

  /// Reads a destination of a service of the given family, which is the destination's own on kernels before 3.18.
  package static func readDestination(
    _ message: Message, of family: AddressFamily
  ) throws(MessageFault) -> (endpoint: Endpoint, destination: TableDestination) {
    let set = try attributes(of: message).required(DirectorAttribute.destination)
    let number = try set.value(DestinationAttribute.family) ?? 0
    guard let family = number == 0 ? family : AddressFamily(number: number) else { throw .badAttributeValue }
    let endpoint = Endpoint(
      try address(set.required(DestinationAttribute.address), family),
      port: try set.required(DestinationAttribute.port).number)
    let attributes = DestinationAttributes(
      forwarding: try forwarding(set), weight: try set.required(DestinationAttribute.weight),
      upperThreshold: try set.value(DestinationAttribute.upperThreshold) ?? 0,
      lowerThreshold: try set.value(DestinationAttribute.lowerThreshold) ?? 0)
    var destination = TableDestination(attributes: attributes)
    destination.activeConnections = try set.value(DestinationAttribute.activeConnections) ?? 0
    destination.inactiveConnections = try set.value(DestinationAttribute.inactiveConnections) ?? 0
    destination.persistentConnections = try set.value(DestinationAttribute.persistentConnections) ?? 0
    destination.counters = try counters(set.value(DestinationAttribute.counters))
    return (endpoint, destination)
  }

  private static func forwarding(_ set: AttributeSet) throws(MessageFault) -> ForwardingMethod {
    switch try set.required(DestinationAttribute.forwarding) & 7 {  // IP_VS_CONN_F_FWD_MASK
    case 0: return .masquerade
    case 1: return .localNode
    case 2:
      return .tunnel(
        Tunnel(
          type: try set.value(DestinationAttribute.tunnelType) ?? 0,
          port: try set.value(DestinationAttribute.tunnelPort)?.number ?? 0,
          flags: try set.value(DestinationAttribute.tunnelFlags) ?? 0))
    case 3: return .directRouting
    case 4: return .bypass
    case _: throw .badAttributeValue
    }
  }

  private static func address(_ union: RawOctets, _ family: AddressFamily) throws(MessageFault) -> IPAddress {
    let width = family.bitWidth / 8
    guard union.octets.count >= width, let address = IPAddress(octets: union.octets.prefix(width)) else {
      throw .badAttributeValue
    }
    return address
  }

  private static func counters(_ set: AttributeSet?) throws(MessageFault) -> TableCounters {
    var counters = TableCounters()
    guard let set else { return counters }
    counters.connections = try set.value(CounterAttribute.connections) ?? 0
    counters.incomingPackets = try set.value(CounterAttribute.incomingPackets) ?? 0
    counters.outgoingPackets = try set.value(CounterAttribute.outgoingPackets) ?? 0
    counters.incomingBytes = try set.value(CounterAttribute.incomingBytes) ?? 0
    counters.outgoingBytes = try set.value(CounterAttribute.outgoingBytes) ?? 0
    return counters
  }
}
