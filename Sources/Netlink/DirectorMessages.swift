import CNetlink
package import VirtualServices
import Wire

/// Services and destinations in messages of the generic family IPVS.
///
/// Every request needs CAP_NET_ADMIN in the initial user namespace, reading too; the table belongs to the network
/// namespace of the socket.
package struct DirectorMessages: Sendable {
  /// The number the kernel gave the family.
  package let family: UInt16

  /// Messages of the family with this number.
  package init(family: UInt16) {
    self.family = family
  }

  /// Writes a request: the netlink header, struct genlmsghdr, and what `body` adds.
  func write(_ command: Int, _ writer: inout MessageWriter, _ body: (inout MessageWriter) -> Void = { _ in }) {
    writer.message(type: family, flags: UInt16(NLM_F_REQUEST)) { message in
      message.number(UInt8(truncatingIfNeeded: command))
      message.number(UInt8(IPVS_GENL_VERSION))
      message.number(UInt16(0))
      body(&message)
    }
  }

  /// The attributes of a reply.
  static func attributes(of message: Message) throws(MessageFault) -> AttributeSet {
    var reader = HostReader(message.payload)
    _ = try reader.octets(4)  // struct genlmsghdr
    return try AttributeSet(parsing: reader.rest)
  }

  /// Asks for all services.
  package func writeServicesDump(_ writer: inout MessageWriter) {
    write(IPVS_CMD_GET_SERVICE, &writer)
  }

  /// Asks for the destinations of a service.
  package func writeDestinationsDump(_ key: ServiceKey, _ writer: inout MessageWriter) {
    write(IPVS_CMD_GET_DEST, &writer) { Self.writeService(key, nil, &$0) }
  }

  /// Writes a change.
  package func write(_ operation: TableOperation, _ writer: inout MessageWriter) {
    write(operation.command, &writer) { message in
      switch operation {
      case .addService(let key, let attributes), .editService(let key, let attributes):
        Self.writeService(key, attributes, &message)
      case .removeService(let key):
        Self.writeService(key, nil, &message)
      case .addDestination(let key, let endpoint, let attributes),
        .editDestination(let key, let endpoint, let attributes):
        Self.writeService(key, nil, &message)
        Self.writeDestination(endpoint, attributes, &message)
      case .removeDestination(let key, let endpoint):
        Self.writeService(key, nil, &message)
        Self.writeDestination(endpoint, nil, &message)
      case .flush:
        break
      }
    }
  }

  private static func writeService(
    _ key: ServiceKey, _ attributes: ServiceAttributes?, _ message: inout MessageWriter
  ) {
    message.nest(DirectorAttribute.service) { service in
      service.put(ServiceAttribute.family, UInt16(key.family.number))
      switch key {
      case .endpoint(let transport, let endpoint):
        service.put(ServiceAttribute.transport, transport.rawValue)
        service.put(ServiceAttribute.address, RawOctets(union(endpoint.address)))
        service.put(ServiceAttribute.port, NetworkOrder(endpoint.port))
      case .firewallMark(let mark, _):
        service.put(ServiceAttribute.firewallMark, mark)
      }
      guard let attributes else { return }
      service.put(ServiceAttribute.scheduler, attributes.scheduler)
      service.put(ServiceAttribute.engine, attributes.persistenceEngine)
      service.put(ServiceAttribute.flags, ServiceFlags(attributes.flags))
      service.put(ServiceAttribute.timeout, attributes.persistenceTimeout)
      service.put(ServiceAttribute.mask, RawOctets(mask(attributes.persistenceMask, key.family)))
    }
  }

  private static func writeDestination(
    _ endpoint: Endpoint, _ attributes: DestinationAttributes?, _ message: inout MessageWriter
  ) {
    message.nest(DirectorAttribute.destination) { destination in
      destination.put(DestinationAttribute.address, RawOctets(union(endpoint.address)))
      destination.put(DestinationAttribute.port, NetworkOrder(endpoint.port))
      destination.put(DestinationAttribute.family, UInt16(endpoint.address.family.number))
      guard let attributes else { return }
      destination.put(DestinationAttribute.forwarding, attributes.forwarding.number)
      destination.put(DestinationAttribute.weight, attributes.weight)
      destination.put(DestinationAttribute.upperThreshold, attributes.upperThreshold)
      destination.put(DestinationAttribute.lowerThreshold, attributes.lowerThreshold)
      guard case .tunnel(let tunnel) = attributes.forwarding else { return }
      destination.put(DestinationAttribute.tunnelType, tunnel.type)
      destination.put(DestinationAttribute.tunnelPort, NetworkOrder(tunnel.port))
      destination.put(DestinationAttribute.tunnelFlags, tunnel.flags)
    }
  }

  /// union nf_inet_addr: always sixteen octets.
  private static func union(_ address: IPAddress) -> [UInt8] {
    address.octets + [UInt8](repeating: 0, count: 16 - address.octets.count)
  }

  private static func mask(_ mask: UInt32, _ family: AddressFamily) -> [UInt8] {
    var octets: [UInt8] = []
    switch family {
    case .ipv4: octets.append(number: mask)
    case .ipv6: mask.append(to: &octets)
    }
    return octets
  }
}

extension TableOperation {
  /// IPVS_CMD_*
  var command: Int {
    switch self {
    case .addService: IPVS_CMD_NEW_SERVICE
    case .editService: IPVS_CMD_SET_SERVICE
    case .removeService: IPVS_CMD_DEL_SERVICE
    case .addDestination: IPVS_CMD_NEW_DEST
    case .editDestination: IPVS_CMD_SET_DEST
    case .removeDestination: IPVS_CMD_DEL_DEST
    case .flush: IPVS_CMD_FLUSH
    }
  }
}

extension ForwardingMethod {
  /// IP_VS_CONN_F_MASQ and so on.
  var number: UInt32 {
    switch self {
    case .masquerade: 0
    case .localNode: 1
    case .tunnel: 2
    case .directRouting: 3
    case .bypass: 4
    }
  }
}
