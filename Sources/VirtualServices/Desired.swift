import Wire

// What the kernel's table should hold for a service: a pure function of its servers' states and its quorum.

extension ServiceMachine {
  /// What the table should hold for one of its keys; nil when the service is not to be on this host.
  ///
  /// Ask only while the presence is decided.
  package func desired(_ key: ServiceKey) -> ServiceImage? {
    guard case .present = presence else { return nil }
    var image = ServiceImage(attributes: settings.attributes(for: key))
    image.destinations.reserveCapacity(settings.servers.count + 1)
    if let sorry = settings.sorryServer, let attributes = desiredSorryServer {
      image.put(attributes, at: sorry.forwarding.destination(of: sorry.endpoint, in: key))
    }
    for (place, server) in settings.servers.enumerated() {
      guard let attributes = desiredServer(place) else { continue }
      image.put(attributes, at: server.forwarding.destination(of: server.endpoint, in: key))
    }
    for (endpoint, drain) in drains {
      let attributes = DestinationAttributes(
        forwarding: drain.server.forwarding, weight: 0, upperThreshold: drain.server.upperThreshold,
        lowerThreshold: drain.server.lowerThreshold)
      image.put(attributes, at: drain.server.forwarding.destination(of: endpoint, in: key))
    }
    return image
  }

  /// How a server should stand in the table; nil for not at all.
  package func desiredServer(_ place: Int) -> DestinationAttributes? {
    guard servers.indices.contains(place) else { return nil }
    let (settings, state) = (self.settings.servers[place], servers[place])
    let works = state.isUp && !sorryIsActive
    guard works || settings.inhibits else { return nil }
    return DestinationAttributes(
      forwarding: settings.forwarding, weight: works ? weight(place) : 0, upperThreshold: settings.upperThreshold,
      lowerThreshold: settings.lowerThreshold)
  }

  /// The weight of a server that works. A slow start is no use when nobody else does the work.
  private func weight(_ place: Int) -> UInt32 {
    let weight = servers[place].weight
    guard let ramp = ramps[place], liveWeight > UInt64(liveWeights[place]) else { return weight }
    return ramp.weight(weight)
  }

  /// How the sorry server should stand in the table; nil for not at all.
  package var desiredSorryServer: DestinationAttributes? {
    guard let sorry = settings.sorryServer, sorryIsActive || sorry.inhibits else { return nil }
    return DestinationAttributes(forwarding: sorry.forwarding, weight: sorryIsActive ? 1 : 0)
  }
}

extension ServiceImage {
  /// Of two servers in one place the first that works counts.
  fileprivate mutating func put(_ attributes: DestinationAttributes, at endpoint: Endpoint) {
    if let present = destinations[endpoint], present.weight > 0 || attributes.weight == 0 { return }
    destinations[endpoint] = attributes
  }
}

extension VirtualServiceSettings {
  /// Whether two servers, or a server and the sorry server, share a place in the table under one of the keys.
  var hasSharedPlaces: Bool {
    keys.contains { key in
      var places = Set<Endpoint>(minimumCapacity: servers.count + 1)
      if let sorry = sorryServer { places.insert(sorry.forwarding.destination(of: sorry.endpoint, in: key)) }
      return servers.contains { !places.insert($0.forwarding.destination(of: $0.endpoint, in: key)).inserted }
    }
  }

  /// The servers, by place, that an adopted kernel does not use under one of the keys it holds: missing, or there
  /// with weight 0 because they were inhibited. They start as down, so that adopting changes nothing.
  func serversOutOfUse(in adopted: [ServiceKey: ServiceImage]) -> Set<Int> {
    var places = Set<Int>()
    for key in keys {
      guard let image = adopted[key] else { continue }
      for (place, server) in servers.enumerated() {
        let present = image.destinations[server.forwarding.destination(of: server.endpoint, in: key)]
        if present == nil || (server.inhibits && server.weight > 0 && present?.weight == 0) { places.insert(place) }
      }
    }
    return places
  }

  /// Whether an adopted kernel uses the sorry server.
  func sorryIsInUse(in adopted: [ServiceKey: ServiceImage]) -> Bool {
    guard let sorry = sorryServer else { return false }
    return keys.contains { key in
      let place = sorry.forwarding.destination(of: sorry.endpoint, in: key)
      return (adopted[key]?.destinations[place]?.weight ?? 0) > 0
    }
  }
}
