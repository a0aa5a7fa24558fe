import Wire

/// Virtual servers, their servers and checks.
extension Completion {
  mutating func completeServices() {
    let groups = Dictionary(
      configuration.virtualServerGroups.map { ($0.name, $0) }, uniquingKeysWith: { first, _ in first })
    var services = configuration.virtualServers
    configuration.virtualServers = []
    var seen: Set<ServiceName> = []
    var write = 0
    for read in services.indices {
      let title = Self.title(of: services[read].identity)
      // Taken out of the array, so that thousands of servers are changed in place.
      var service = services[read]
      services[read].realServers = []
      guard completeServers(&service, title, groups) else { continue }
      completeScheduling(&service, title, groups)
      completeQuorum(&service, title)
      completeSorryServer(&service, title)
      inherit(&service)
      let name = ServiceName(identity: service.identity, transport: service.transport, family: service.family)
      if seen.insert(name).inserted {
        services[write] = service
        write += 1
      } else {
        report(
          .duplicate, .error, .faulty, "\(title) is there already; the second one is dropped", service.origin, 14)
      }
    }
    services.removeSubrange(write...)
    configuration.virtualServers = services
    tellOfUnverifiedCertificates()
  }

  /// What must be unique among services.
  private struct ServiceName: Hashable {
    var identity: VirtualServer.Identity
    var transport: VirtualServer.TransportProtocol?
    var family: AddressFamily?
  }

  static func title(of identity: VirtualServer.Identity) -> String {
    "virtual_server " + ServerGroupSyntax.words(identity).joined(separator: " ")
  }

  // MARK: Servers

  /// Drops servers that cannot be; false when none is left.
  private mutating func completeServers(
    _ service: inout VirtualServer, _ title: String, _ groups: [String: VirtualServerGroup]
  ) -> Bool {
    var isMixed = false
    if case .group(let name) = service.identity {
      if let group = groups[name] {
        isMixed = Self.families(of: group).count > 1
        if !isMixed { service.family = service.family ?? Self.families(of: group).first }
      } else {
        report(
          .unknownReference, .error, .none, "there is no virtual_server_group '\(name)'", service.origin, 14,
          suggestion: parser.suggestion(for: name, among: groups.keys.sorted()))
      }
    }
    var servers = service.realServers
    service.realServers = []
    var seen: Set<Endpoint> = []
    seen.reserveCapacity(servers.count)
    var write = 0
    for read in servers.indices {
      servers[read].$forwarding.inherit(service.forwarding)
      let server = servers[read].endpoint
      if let family = service.family, family != server.address.family {
        var isTunnel = false
        if case .tunnel = servers[read].forwarding { isTunnel = true }
        if !isTunnel {
          report(
            .familyMismatch, .error, .faulty,
            "\(server.address) is not \(family.title) like \(title); the server is dropped", servers[read].origin, 11)
          continue
        }
      } else if service.family == nil, !isMixed {
        service.family = server.address.family
      }
      completePort(&servers[read], service, title, groups)
      guard seen.insert(servers[read].endpoint).inserted else {
        report(
          .duplicate, .error, .faulty,
          "\(title) has the server \(servers[read].endpoint) already; the second is dropped",
          servers[read].origin, 11)
        continue
      }
      if write != read { servers.swapAt(write, read) }
      write += 1
    }
    servers.removeSubrange(write...)
    service.realServers = servers
    guard servers.isEmpty, !parser.options.keepsEmptyServices else { return true }
    // A warning: programs that write configurations mean it when the last server of a service is gone.
    report(.emptyService, .warning, .faulty, "\(title) has no real server and is dropped", service.origin, 14)
    return false
  }

  private static func families(of group: VirtualServerGroup) -> Set<AddressFamily> {
    Set(
      group.entries.compactMap { entry in
        switch entry {
        case .addresses(let first, _, _): first.family
        case .firewallMark(_, let family): family
        }
      })
  }

  /// The port of a server: that of the service where it must or may be.
  private mutating func completePort(
    _ server: inout RealServer, _ service: VirtualServer, _ title: String, _ groups: [String: VirtualServerGroup]
  ) {
    let port = server.endpoint.port
    switch service.identity {
    case .endpoint(let endpoint):
      if port == 0 {
        server.endpoint.port = endpoint.port
      } else if server.forwarding != .nat, port != endpoint.port {
        report(
          .portMismatch, .warning, .faulty,
          "\(server.forwarding.title) does not change the port; \(server.endpoint) gets that of \(title)",
          server.origin, 11)
        server.endpoint.port = endpoint.port
      }
    case .firewallMark:
      if port != 0, server.forwarding != .nat {
        report(
          .portMismatch, .warning, .faulty,
          "\(server.forwarding.title) does not change the port; that of \(server.endpoint) is not used", server.origin,
          11)
        server.endpoint.port = 0
      }
    case .group(let name):
      guard server.forwarding != .nat, port != 0, let group = groups[name] else { return }
      let others = group.entries.contains { entry in
        switch entry {
        case .addresses(_, _, let entryPort): entryPort != port
        case .firewallMark: true
        }
      }
      if others {
        report(
          .portMismatch, .warning, .faulty,
          "\(server.forwarding.title) does not change the port, but \(name) has entries without port \(port)",
          server.origin, 11)
      }
    }
  }

  // MARK: Service

  private mutating func completeScheduling(
    _ service: inout VirtualServer, _ title: String, _ groups: [String: VirtualServerGroup]
  ) {
    let origin = service.origin
    if case .firewallMark = service.identity {
      if service.transport != nil {
        report(
          .contradiction, .warning, .faulty, "a firewall mark takes every protocol; that of \(title) is ignored",
          origin,
          14)
      }
      service.transport = nil
    } else if service.transport == nil {
      report(
        .defaulted, .warning, .faulty, "\(title) has no protocol; UDP is taken", origin, 14, suggestion: "protocol TCP")
      service.transport = .udp
    }
    if !service.$scheduler.isWritten {
      report(.defaulted, .warning, .faulty, "\(title) has no lvs_sched; wlc is taken", origin, 14)
    }
    if !service.$forwarding.isWritten {
      let isNeeded = service.realServers.contains { !$0.$forwarding.isWritten }
      if isNeeded { report(.defaulted, .warning, .faulty, "\(title) has no lvs_method; NAT is taken", origin, 14) }
    }
    if service.schedulerFlags.contains(.onePacket), service.transport != .udp, service.transport != nil {
      report(.contradiction, .error, .faulty, "ops of \(title) needs UDP and is ignored", origin, 14)
      service.schedulerFlags.remove(.onePacket)
    }
    if service.persistenceTimeout == nil, takesEveryPort(service, groups) {
      report(
        .contradiction, .warning, .faulty,
        "\(title) takes every port, which needs persistence; it is switched on (360 s)",
        origin, 14, suggestion: "persistence_timeout SECONDS")
      service.persistenceTimeout = .seconds(360)
    }
  }

  private func takesEveryPort(_ service: VirtualServer, _ groups: [String: VirtualServerGroup]) -> Bool {
    switch service.identity {
    case .endpoint(let endpoint): endpoint.port == 0
    case .firewallMark: false
    case .group(let name):
      groups[name]?.entries.contains { entry in
        switch entry {
        case .addresses(_, _, let port): port == 0
        case .firewallMark: false
        }
      } ?? false
    }
  }

  private mutating func completeQuorum(_ service: inout VirtualServer, _ title: String) {
    var total = 0
    for position in service.realServers.indices {
      service.realServers[position].$weight.inherit(service.weight)
      total = min(total + service.realServers[position].weight, Int(Int32.max))
    }
    if service.quorum > max(1, total) {
      let reachable = max(1, total)
      report(
        .quorumUnreachable, .warning, .faulty,
        "the servers of \(title) weigh \(total), less than the quorum of \(service.quorum); \(reachable) is taken",
        service.origin, 14)
      service.quorum = reachable
    }
    if service.hysteresis >= service.quorum, service.hysteresis > 0 {
      report(
        .contradiction, .warning, .faulty,
        "the hysteresis of \(title) is not less than its quorum; \(service.quorum - 1) is taken", service.origin, 14)
      service.hysteresis = service.quorum - 1
    }
  }

  private mutating func completeSorryServer(_ service: inout VirtualServer, _ title: String) {
    guard var sorry = service.sorryServer else { return }
    sorry.$forwarding.inherit(service.forwarding)
    var isTunnel = false
    if case .tunnel = sorry.forwarding { isTunnel = true }
    if let family = service.family, family != sorry.endpoint.address.family, !isTunnel {
      report(
        .familyMismatch, .error, .faulty, "the sorry server of \(title) is not \(family.title) and is dropped",
        sorry.origin)
      service.sorryServer = nil
      return
    }
    switch service.identity {
    case .endpoint(let endpoint):
      if sorry.endpoint.port == 0 {
        sorry.endpoint.port = endpoint.port
      } else if sorry.forwarding != .nat, sorry.endpoint.port != endpoint.port {
        report(
          .portMismatch, .warning, .faulty,
          "\(sorry.forwarding.title) does not change the port; the sorry server gets that of \(title)", sorry.origin)
        sorry.endpoint.port = endpoint.port
      }
    case .firewallMark:
      if sorry.endpoint.port != 0, sorry.forwarding != .nat {
        report(
          .portMismatch, .warning, .faulty,
          "\(sorry.forwarding.title) does not change the port; that of the sorry server is not used", sorry.origin)
        sorry.endpoint.port = 0
      }
    case .group: break
    }
    service.sorryServer = sorry
  }
}

extension ForwardingMethod {
  /// The keyword.
  var title: String {
    switch self {
    case .nat: "NAT"
    case .directRouting: "DR"
    case .tunnel: "TUN"
    }
  }
}
