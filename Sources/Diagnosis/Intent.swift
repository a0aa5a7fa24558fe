package import Wire

/// What the configuration wants of the host, as far as the host can fail it.
package struct Intent: Hashable, Sendable {
  /// A virtual router.
  package struct Router: Hashable, Sendable {
    package var name: String
    /// The interface it speaks on; nil for unicast by routing.
    package var interface: String?
    package var virtualRouter: UInt8
    package var version: Int
    package var family: AddressFamily
    /// The addresses in its adverts.
    package var addresses: [IPAddress]
    /// Where adverts go; nil for unicast.
    package var group: IPAddress?
    /// Whether it has a virtual MAC interface, and its name if one is configured.
    package var usesVirtualMAC: Bool
    package var virtualInterface: String?
    /// Whether adverts are signed with the time (auth_hmac).
    package var needsClock: Bool
    /// The IP protocol of the adverts: 112, or 51.
    package var transport: UInt8

    /// A router that speaks by multicast.
    package init(
      name: String, interface: String?, virtualRouter: UInt8, version: Int = 2, family: AddressFamily = .ipv4,
      addresses: [IPAddress] = [], group: IPAddress?, usesVirtualMAC: Bool = false, virtualInterface: String? = nil,
      needsClock: Bool = false, transport: UInt8 = 112
    ) {
      self.name = name
      self.interface = interface
      self.virtualRouter = virtualRouter
      self.version = version
      self.family = family
      self.addresses = addresses
      self.group = group
      self.usesVirtualMAC = usesVirtualMAC
      self.virtualInterface = virtualInterface
      self.needsClock = needsClock
      self.transport = transport
    }
  }

  /// How packets reach real servers.
  package enum Forwarding: String, Hashable, Sendable, CaseIterable {
    case nat = "NAT"
    case directRouting = "DR"
    case tunnel = "TUN"
  }

  /// A real server.
  package struct Server: Hashable, Sendable {
    package var endpoint: Endpoint
    package var forwarding: Forwarding

    /// A server.
    package init(_ endpoint: Endpoint, _ forwarding: Forwarding) {
      self.endpoint = endpoint
      self.forwarding = forwarding
    }
  }

  /// A virtual service.
  package struct Service: Hashable, Sendable {
    package var name: String
    package var family: AddressFamily
    /// Its addresses; none for firewall marks.
    package var addresses: [IPAddress]
    package var scheduler: String
    package var isPersistent: Bool
    package var servers: [Server]

    /// A service.
    package init(
      name: String, family: AddressFamily = .ipv4, addresses: [IPAddress], scheduler: String = "wlc",
      isPersistent: Bool = false, servers: [Server] = []
    ) {
      self.name = name
      self.family = family
      self.addresses = addresses
      self.scheduler = scheduler
      self.isPersistent = isPersistent
      self.servers = servers
    }

    /// The ways its packets go.
    var forwardings: Set<Forwarding> { Set(servers.map(\.forwarding)) }
  }

  package var routers: [Router]
  package var services: [Service]

  /// What a configuration wants.
  package init(routers: [Router] = [], services: [Service] = []) {
    self.routers = routers
    self.services = services
  }

  /// All virtual addresses, of routers and services.
  package var virtualAddresses: Set<IPAddress> {
    Set(routers.flatMap(\.addresses) + services.flatMap(\.addresses))
  }
}
