import CNetlink
package import Wire
package import World

/// Routes in messages of rtnetlink.
package enum RouteMessages {
  private static let onLink: UInt32 = 4  // RTNH_F_ONLINK

  /// Asks for the routes of a family with an origin (RTM_GETROUTE). Kernels before 4.20 answer with all routes.
  package static func writeDump(_ family: AddressFamily, origin: UInt8, _ writer: inout MessageWriter) {
    writer.message(type: UInt16(RTM_GETROUTE), flags: UInt16(NLM_F_REQUEST)) { message in
      for field in [family.number, 0, 0, 0, 0, origin, 0, 0] { message.number(field) }
      message.number(UInt32(0))
    }
  }

  /// Adds a route (RTM_NEWROUTE): the same again is EEXIST, and one that differs stands beside those of others.
  package static func writeAddition(_ route: Route, _ writer: inout MessageWriter) {
    let place: Int32 =
      switch route.placement {
      case .first: 0
      case .last: NLM_F_APPEND
      case .only: NLM_F_EXCL
      }
    writer.message(type: UInt16(RTM_NEWROUTE), flags: UInt16(NLM_F_REQUEST | NLM_F_CREATE | place)) { message in
      write(route, scope: route.scope, &message)
      writeMetrics(route, &message)
      message.put(RouteAttribute.preference, route.preference)
      message.put(RouteAttribute.expiry, route.expiry)
      message.put(RouteAttribute.propagation, route.propagatesTimeToLive.map { $0 ? 1 : 0 })
    }
  }

  /// Removes a route (RTM_DELROUTE) of any scope.
  package static func writeRemoval(_ route: Route, _ writer: inout MessageWriter) {
    writer.message(type: UInt16(RTM_DELROUTE), flags: UInt16(NLM_F_REQUEST)) { message in
      write(route, scope: 255, &message)  // RT_SCOPE_NOWHERE
    }
  }

  private static func write(_ route: Route, scope: UInt8, _ message: inout MessageWriter) {
    message.number(route.family.number)
    message.number(route.destination.length)
    message.number(route.source?.length ?? 0)
    message.number(route.typeOfService)
    message.number(UInt8(exactly: route.table) ?? 0)
    message.number(route.origin)
    message.number(scope)
    message.number(route.type)
    message.number(route.nextHops.count == 1 && route.nextHops[0].isOnLink ? onLink : 0)
    if route.destination.length > 0 {
      message.put(RouteAttribute.destination, route.destination.withoutHostBits.address)
    }
    message.put(RouteAttribute.source, route.source?.withoutHostBits.address)
    message.put(RouteAttribute.table, route.table > UInt32(UInt8.max) ? route.table : nil)
    message.put(RouteAttribute.priority, route.priority)
    message.put(RouteAttribute.preferredSource, route.preferredSource)
    message.put(RouteAttribute.realms, route.realms)
    message.put(RouteAttribute.nextHopObject, route.nextHopObject)
    if route.nextHops.count == 1 {
      write(route.nextHops[0], of: route.family, &message)
    } else if !route.nextHops.isEmpty {
      message.nest(RouteAttribute.writtenNextHops) { list in
        for hop in route.nextHops { writeEntry(hop, of: route.family, &list) }
      }
    }
  }

  /// Attributes of a next hop.
  private static func write(_ hop: Route.NextHop, of family: AddressFamily, _ message: inout MessageWriter) {
    if let gateway = hop.gateway {
      if gateway.family == family {
        message.put(RouteAttribute.gateway, gateway)
      } else {
        var octets: [UInt8] = []
        UInt16(gateway.family.number).append(to: &octets)
        message.put(RouteAttribute.via, RawOctets(octets + gateway.octets))
      }
    }
    message.put(RouteAttribute.outputInterface, hop.interface)
    if let encapsulation = hop.encapsulation { encapsulation.write(&message) }
  }

  /// struct rtnexthop and its attributes.
  private static func writeEntry(_ hop: Route.NextHop, of family: AddressFamily, _ message: inout MessageWriter) {
    message.counted { entry in
      entry.number(UInt8(hop.isOnLink ? onLink : 0))
      entry.number(UInt8(clamping: hop.weight - 1))
      entry.number(hop.interface ?? 0)
      var hop = hop
      hop.interface = nil
      write(hop, of: family, &entry)
      entry.put(RouteAttribute.realms, hop.realms)
    }
  }

  private static func writeMetrics(_ route: Route, _ message: inout MessageWriter) {
    guard !route.metrics.isEmpty || route.congestionControl != nil else { return }
    message.nest(RouteAttribute.metrics) { nest in
      for (number, value) in route.metrics.sorted(by: { $0.key < $1.key }) {
        nest.put(Attribute<UInt32>(Int(number)), value)
      }
      nest.put(RouteAttribute.congestionControl, route.congestionControl)
    }
  }
}

extension RouteMessages {
  /// The origin in a message of type RTM_NEWROUTE or RTM_DELROUTE; nil when it is too short. It is looked at first,
  /// since most routes of a router are not ours.
  package static func origin(of message: Message) -> UInt8? {
    message.payload.dropFirst(5).first
  }

  /// Reads a message of type RTM_NEWROUTE or RTM_DELROUTE; nil for other families and for cached routes.
  package static func read(_ message: Message) throws(MessageFault) -> Route? {
    var reader = HostReader(message.payload)
    let fixed = Array(try reader.octets(8))
    let flags: UInt32 = try reader.field()
    guard let family = AddressFamily(number: fixed[0]), flags & 0x200 == 0 else { return nil }  // RTM_F_CLONED
    let attributes = try AttributeSet(parsing: reader.rest)
    let destination = try attributes.value(RouteAttribute.destination)
    var route = Route(family: family, destination: try family.prefix(destination, length: fixed[1]))
    if let source = try attributes.value(RouteAttribute.source) {
      route.source = try family.prefix(source, length: fixed[2])
    }
    route.typeOfService = fixed[3]
    route.table = try attributes.value(RouteAttribute.table) ?? UInt32(fixed[4])
    route.origin = fixed[5]
    route.scope = fixed[6]
    route.type = fixed[7]
    route.priority = try attributes.value(RouteAttribute.priority)
    route.preferredSource = try attributes.value(RouteAttribute.preferredSource)
    route.realms = try attributes.value(RouteAttribute.realms)
    route.nextHopObject = try attributes.value(RouteAttribute.nextHopObject)
    route.nextHops = try nextHops(attributes, isOnLink: flags & onLink != 0)
    try readMetrics(attributes, &route)
    if family == .ipv6, let preference = try attributes.value(RouteAttribute.preference), preference != 0 {
      route.preference = preference
    }
    return route
  }

  private static func nextHops(
    _ attributes: AttributeSet, isOnLink: Bool
  ) throws(MessageFault) -> [Route.NextHop] {
    guard let list = try attributes.value(RouteAttribute.nextHops)?.octets else {
      let interface = try attributes.value(RouteAttribute.outputInterface)
      let gateway = try gateway(attributes)
      guard gateway != nil || interface != nil else { return [] }
      return [Route.NextHop(gateway: gateway, interface: interface, isOnLink: isOnLink)]
    }
    var hops: [Route.NextHop] = []
    var rest = list
    while !rest.isEmpty {
      var reader = HostReader(rest)
      let length: UInt16 = try reader.field()
      let flags: UInt8 = try reader.field()
      let weight: UInt8 = try reader.field()
      let interface: Int32 = try reader.field()
      guard length >= 8, Int(length) <= rest.count else { throw .badAttributeLength }
      let attributes = try AttributeSet(parsing: rest.prefix(Int(length)).dropFirst(8))
      hops.append(
        Route.NextHop(
          gateway: try gateway(attributes), interface: interface == 0 ? nil : interface, weight: Int(weight) + 1,
          isOnLink: UInt32(flags) & onLink != 0))
      rest = rest.dropFirst(Int(length) + MessageWriter.padding(after: Int(length)))
    }
    return hops
  }

  private static func gateway(_ attributes: AttributeSet) throws(MessageFault) -> IPAddress? {
    if let gateway = try attributes.value(RouteAttribute.gateway) { return gateway }
    guard let via = try attributes.value(RouteAttribute.via)?.octets else { return nil }
    guard let gateway = IPAddress(octets: via.dropFirst(2)) else { throw .badAttributeValue }
    return gateway
  }

  private static func readMetrics(_ attributes: AttributeSet, _ route: inout Route) throws(MessageFault) {
    guard let metrics = try attributes.value(RouteAttribute.metrics) else { return }
    for (number, octets) in metrics.all where number != RouteAttribute.congestionControl.number {
      guard let value = UInt32(attribute: octets) else { throw .badAttributeValue }
      route.metrics[number] = value
    }
    route.congestionControl = try metrics.value(RouteAttribute.congestionControl)
  }
}
