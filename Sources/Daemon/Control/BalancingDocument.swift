package import Balancing
package import ControlProtocol
package import Machines
package import VirtualServices
import Wire

extension DirectorSnapshot {
  /// What control clients are told of the director itself, as the members after the services.
  package var members: [JSON.Member] {
    [
      JSON.Member("probes", .integer(Int64(probes))), JSON.Member("probing", .integer(Int64(probing))),
      JSON.Member("commands_written", .integer(Int64(writes.total))),
      JSON.Member("commands_failed", .integer(Int64(writes.failures))),
      JSON.Member("commands_pending", .integer(Int64(pendingCommands))),
      JSON.Member("failures", .array(failures.map(JSON.string))),
    ]
  }
}

extension ServiceSnapshot {
  /// What control clients are told of a service. `kernel` is the table as it was last read.
  package func document(at now: Moment, kernel: [ServiceKey: TableService]) -> JSON {
    .object([
      JSON.Member("name", .string(settings.identity.description)),
      JSON.Member("address", place.map(JSON.string) ?? .null),
      JSON.Member("protocol", transport.map { .integer(Int64($0)) } ?? .null),
      JSON.Member("scheduler", .string(settings.attributes.scheduler)),
      JSON.Member("router", settings.router.map(JSON.string) ?? .null),
      JSON.Member("presence", .string(presence.text)),
      JSON.Member(
        "quorum",
        .object([
          JSON.Member("up", .boolean(quorumIsUp)),
          JSON.Member("needed", .integer(Int64(settings.quorum))),
          JSON.Member("live", .integer(Int64(clamping: liveWeight))),
          JSON.Member("for", .number((now - quorumSince).inSeconds)),
        ])),
      JSON.Member("sorry_active", .boolean(sorryIsActive)),
      JSON.Member("traffic", TrafficCount(of: self, in: kernel)?.document ?? .null),
      JSON.Member("servers", .array(servers.indices.map { server($0, at: now, kernel) })),
    ])
  }

  /// The address and port of a service that has just one.
  private var place: String? {
    guard case .endpoint(_, let endpoint) = settings.identity else { return nil }
    return endpoint.description
  }

  /// The number of the transport protocol.
  private var transport: UInt16? {
    guard case .endpoint(let transport, _) = settings.keys.first else { return nil }
    return transport.rawValue
  }

  private func server(_ place: Int, at now: Moment, _ kernel: [ServiceKey: TableService]) -> JSON {
    let server = servers[place]
    return .object([
      JSON.Member("name", .string(server.endpoint.description)),
      JSON.Member("text", .string(settings.identity.text(of: server.endpoint))),
      JSON.Member("up", .boolean(server.isUp)),
      JSON.Member("for", .number((now - server.since).inSeconds)),
      JSON.Member("weight", .integer(Int64(server.weight))),
      JSON.Member("order", server.order.map { .string($0.words) } ?? .null),
      JSON.Member("table_weight", server.tableWeight.map { .integer(Int64($0)) } ?? .null),
      JSON.Member("traffic", TrafficCount(of: self, server: place, in: kernel)?.document ?? .null),
      JSON.Member("checks", .array(server.checks.map { $0.document(at: now) })),
    ])
  }
}

extension CheckSnapshot {
  fileprivate func document(at now: Moment) -> JSON {
    .object([
      JSON.Member("check", .string(text)),
      JSON.Member("state", .string(state.words)),
      JSON.Member("good", state.standing == .notYet ? .null : .boolean(state.isGood(unlessKnown: true))),
      JSON.Member("for", .number((now - state.since).inSeconds)),
      JSON.Member("misses", .integer(Int64(misses))),
      JSON.Member("next", nextTry.map { .number(($0 - now).inSeconds) } ?? .null),
      JSON.Member("last", lastTry.map { .number((now - $0).inSeconds) } ?? .null),
      JSON.Member("successes", .integer(Int64(clamping: history.successes))),
      JSON.Member("failures", .integer(Int64(clamping: history.failures))),
      JSON.Member("seconds", .number(history.total.inSeconds)),
      JSON.Member("classes", .array(history.classes.map { .integer(Int64(clamping: $0)) })),
    ])
  }
}

extension OperatorOrder {
  /// The order in words.
  var words: String {
    switch self {
    case .weight(0): "drain"
    case .weight(let weight): "weight \(weight)"
    case .disabled: "disabled"
    }
  }
}

extension CheckState {
  /// The verdict in words.
  fileprivate var words: String {
    switch standing {
    case .notYet: "not checked yet"
    case .good: "good"
    case .failed(let failure): failure.text
    }
  }
}

/// What the kernel counts, added up over the places of a service or a server in its table.
private struct TrafficCount {
  var active: UInt64 = 0
  var inactive: UInt64 = 0
  var counters = TableCounters()

  /// The traffic of a service; nil when it is not in the table.
  init?(of service: ServiceSnapshot, in kernel: [ServiceKey: TableService]) {
    let entries = service.settings.keys.compactMap { kernel[$0] }
    guard !entries.isEmpty else { return nil }
    for entry in entries {
      add(entry.counters)
      for destination in entry.destinations.values { add(destination) }
    }
  }

  /// The traffic of a server; nil when it is not in the table.
  init?(of service: ServiceSnapshot, server place: Int, in kernel: [ServiceKey: TableService]) {
    guard service.settings.servers.indices.contains(place) else { return nil }
    let server = service.settings.servers[place]
    let entries = service.settings.keys.compactMap { key in
      kernel[key]?.destinations[server.forwarding.destination(of: server.endpoint, in: key)]
    }
    guard !entries.isEmpty else { return nil }
    for entry in entries {
      add(entry.counters)
      add(entry)
    }
  }

  private mutating func add(_ destination: TableDestination) {
    active &+= UInt64(destination.activeConnections)
    inactive &+= UInt64(destination.inactiveConnections)
  }

  private mutating func add(_ more: TableCounters) {
    counters.connections &+= more.connections
    counters.incomingPackets &+= more.incomingPackets
    counters.outgoingPackets &+= more.outgoingPackets
    counters.incomingBytes &+= more.incomingBytes
    counters.outgoingBytes &+= more.outgoingBytes
  }

  var document: JSON {
    .object(
      [
        JSON.Member("active", .integer(Int64(clamping: active))),
        JSON.Member("inactive", .integer(Int64(clamping: inactive))),
      ] + counters.members)
  }
}

extension TableCounters {
  /// The counters as clients get them.
  var members: [JSON.Member] {
    [
      ("connections", connections), ("in_packets", incomingPackets), ("out_packets", outgoingPackets),
      ("in_bytes", incomingBytes), ("out_bytes", outgoingBytes),
    ].map { JSON.Member($0.0, .integer(Int64(clamping: $0.1))) }
  }
}
