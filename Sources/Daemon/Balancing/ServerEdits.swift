package import ConfigurationLanguage
package import ControlProtocol
import VirtualServices
import Wire

/// Why servers are not added or removed.
package enum ServerEditError: Error, Hashable, Sendable, CustomStringConvertible {
  case noService(String)
  case noServer(String, service: String)
  case notAnEndpoint(String)
  case present(String, service: String)
  case otherFamily(String, service: String)
  case otherPort(String, service: String)
  case last(String, service: String)

  package var description: String {
    switch self {
    case .noService(let name): "there is no service \(name)"
    case .noServer(let server, let service): "\(service) has no server called \(server)"
    case .notAnEndpoint(let text): "\(text) is neither ADDRESS:PORT nor, for IPv6, [ADDRESS]:PORT"
    case .present(let server, let service): "\(service) has the server \(server) already"
    case .otherFamily(let server, let service): "\(server) is not of the family of \(service)"
    case .otherPort(let server, let service):
      "\(server) must have the port of \(service): only masquerading (lvs_method NAT) changes ports"
    case .last(let server, let service):
      "\(server) is the last server of \(service); `server disable` takes it out of the table"
    }
  }
}

/// The servers that an operator added or removed since the configuration was read.
///
/// They are kept as orders, the last one about each server, and carried out anew whenever the configuration is at hand:
/// a balancing role that is restarted gets them back from the supervisor.
package struct ServerEdits: Equatable, Sendable {
  /// The orders in the order of the additions.
  package private(set) var orders: [ServerOrder] = []

  /// No edits.
  package init() {}

  /// Takes an order back that was carried out before. One that no longer fits has no effect.
  package mutating func restore(_ order: ServerOrder) {
    orders.removeAll { $0.service == order.service && $0.server == order.server }
    orders.append(order)
  }

  /// Carries out an order and returns it as it is kept, with the full names of service and server, and with the server of
  /// the file whose settings a new one has.
  package mutating func carryOut(
    _ order: ServerOrder, on file: Configuration
  ) throws(ServerEditError) -> ServerOrder {
    let edited = applied(to: file)
    let services = edited.services
    guard let place = services.firstIndex(where: { $0.isCalled(order.service) }) else {
      throw .noService(order.service)
    }
    let (identity, service) = (services[place].identity, edited.virtualServers[place])
    let kept: ServerOrder
    switch order.action {
    case .add(let weight, let like):
      let server = try newServer(order.server, of: service, identity)
      let model = try like.map { (name) throws(ServerEditError) in
        try settings(of: name, service, identity, file.virtualServers[place])
      }
      kept = ServerOrder(
        service: identity.description, server: server.description, action: .add(weight: weight, like: model))
    case .remove:
      guard let server = service.server(called: order.server, identity) else {
        throw .noServer(order.server, service: identity.description)
      }
      guard service.realServers.count > 1 else {
        throw .last(server.endpoint.description, service: identity.description)
      }
      kept = ServerOrder(service: identity.description, server: server.endpoint.description, action: .remove)
    case .drain, .weight, .disable, .enable: return order
    }
    restore(kept)
    return kept
  }

  /// The configuration with all edits.
  package func applied(to file: Configuration) -> Configuration {
    guard !orders.isEmpty else { return file }
    var edited = file
    let names = Dictionary(
      file.services.enumerated().map { ($1.identity.description, $0) }, uniquingKeysWith: { first, _ in first })
    for order in orders {
      guard let place = names[order.service] else { continue }
      apply(order, to: &edited.virtualServers[place], as: file.virtualServers[place])
    }
    return edited
  }

  /// The text of services with all edits: of those with these names, without names of those that have edits.
  package func text(of names: [String], in file: Configuration) throws(ServerEditError) -> String {
    let edited = applied(to: file)
    let services = edited.services
    for name in names where !services.contains(where: { $0.isCalled(name) }) { throw .noService(name) }
    let touched = Set(orders.map(\.service))
    let wanted = edited.virtualServers.indices.filter { place in
      names.isEmpty
        ? touched.contains(services[place].identity.description) : names.contains { services[place].isCalled($0) }
    }
    return Configuration.canonical(wanted.map { edited.virtualServers[$0] })
  }

  private func apply(_ order: ServerOrder, to service: inout VirtualServer, as written: VirtualServer) {
    guard let server = Endpoint(order.server, defaultPort: 0) else { return }
    switch order.action {
    case .add(let weight, let like):
      // A server of the file that was removed comes back as it was.
      let model =
        like.map { name in written.realServers.first { $0.endpoint.description == name } }
        ?? written.realServers.first { $0.endpoint == server } ?? written.realServers.first
      guard var new = model?.copy(at: server) else { return }
      if let weight { new.weight = Int(weight) }
      service.realServers.removeAll { $0.endpoint == server }
      service.realServers.append(new)
    case .remove: service.realServers.removeAll { $0.endpoint == server }
    case .drain, .weight, .disable, .enable: return
    }
    service.quorum = written.quorum
    service.hysteresis = written.hysteresis
    service.limitQuorum()
  }

  /// Where a new server is; without a port it has that of its service.
  private func newServer(
    _ text: String, of service: VirtualServer, _ identity: ServiceIdentity
  ) throws(ServerEditError) -> Endpoint {
    var port: UInt16 = 0
    if case .endpoint(let place) = service.identity { port = place.port }
    guard let server = Endpoint(text, defaultPort: port) else { throw .notAnEndpoint(text) }
    if service.realServers.contains(where: { $0.endpoint == server }) {
      throw .present(server.description, service: identity.description)
    }
    let method = service.realServers.first?.forwarding ?? service.forwarding
    var isTunnel = false
    if case .tunnel = method { isTunnel = true }
    if let family = service.family, family != server.address.family, !isTunnel {
      throw .otherFamily(server.description, service: identity.description)
    }
    if case .endpoint(let place) = service.identity, method != .nat, server.port != place.port {
      throw .otherPort(server.description, service: identity.description)
    }
    return server
  }

  /// The name of the server of the file that has the settings of a server, which may have been added like another.
  private func settings(
    of name: String, _ service: VirtualServer, _ identity: ServiceIdentity, _ written: VirtualServer
  ) throws(ServerEditError) -> String {
    guard let model = service.server(called: name, identity) ?? written.server(called: name, identity) else {
      throw .noServer(name, service: identity.description)
    }
    if written.realServers.contains(where: { $0.endpoint == model.endpoint }) { return model.endpoint.description }
    let order = orders.last { $0.service == identity.description && $0.server == model.endpoint.description }
    guard case .add(_, let root) = order?.action else { return model.endpoint.description }
    return root ?? written.realServers.first?.endpoint.description ?? model.endpoint.description
  }
}

extension VirtualServer {
  fileprivate func server(called name: String, _ identity: ServiceIdentity) -> RealServer? {
    realServers.first { $0.endpoint.description == name || identity.text(of: $0.endpoint) == name }
  }
}

extension Endpoint {
  /// "192.0.2.1:80" or "[2001:db8::1]:80"; an address alone gets the default port.
  fileprivate init?(_ text: String, defaultPort: UInt16) {
    if let address = IPAddress(text) {
      self.init(address, port: defaultPort)
      return
    }
    guard let colon = text.lastIndex(of: ":"), let port = UInt16(text[text.index(after: colon)...]) else { return nil }
    var host = text[..<colon]
    if host.hasPrefix("["), host.hasSuffix("]") { host = host.dropFirst().dropLast() }
    guard let address = IPAddress(host) else { return nil }
    self.init(address, port: port)
  }
}
