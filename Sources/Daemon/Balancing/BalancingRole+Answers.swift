import Balancing
import ControlProtocol
import LinuxWorld
import Machines
import VirtualServices
import Wire
import World

// What control clients ask of the balancing role.
extension BalancingRole {
  /// The kernel's table as it was read for clients, which need not have it newer than this.
  struct TableReading {
    static let age = Duration.seconds(1)
    let table: [ServiceKey: TableService]
    let moment: Moment
  }

  /// How many servers are described in one turn of the loop, about a millisecond's work.
  private static let serversPerTurn = 50

  /// Answers a question of control.
  func answer(_ identifier: UInt64, _ text: String) {
    guard let request = try? ControlRequest(JSON(parsing: text.utf8)) else { return reply(identifier, "null") }
    switch request {
    case .status: describe(identifier) { _ in true }
    case .why(let name): describe(identifier) { $0.isCalled(name) }
    case .ipvs: reply(identifier, tableDocument.description)
    case .server(let order): reply(identifier, (order.isEdit ? edit(order) : carryOut(order)).description)
    case .services(let names): replyWithServices(identifier, names)
    case .events, .metrics, .reload, .failover, .recording: reply(identifier, "null")
    }
  }

  func reply(_ identifier: UInt64, _ text: String, isLast: Bool = true) {
    send(.control, .answer(identifier: identifier, role: .balancing, text: text, isLast: isLast))
  }

  // MARK: Status

  private func describe(_ identifier: UInt64, where isWanted: (ServiceSnapshot) -> Bool) {
    guard let director else { return reply(identifier, "{}") }
    let snapshot = director.assumeIsolated { $0.snapshot() }
    let kernel = (try? readTable()) ?? [:]
    let tail = (snapshot.members + [JSON.Member("edits", editDocument)]).map { ",\(JSON.string($0.name)):\($0.value)" }
      .joined()
    reply(identifier, "{\"services\":[", isLast: false)
    describe(snapshot.services.filter(isWanted)[...], kernel, identifier, separator: "", tail: "]\(tail)}")
  }

  /// Describes services, a few in each turn.
  private func describe(
    _ services: ArraySlice<ServiceSnapshot>, _ kernel: [ServiceKey: TableService], _ identifier: UInt64,
    separator: String, tail: String
  ) {
    var (text, separator, servers, rest) = ("", separator, 0, services)
    while servers < Self.serversPerTurn, let service = rest.popFirst() {
      text += separator + service.document(at: reactor.now, kernel: kernel).description
      separator = ","
      servers += 1 + service.servers.count
    }
    guard !rest.isEmpty else { return reply(identifier, text + tail) }
    reply(identifier, text, isLast: false)
    reactor.later { [rest, separator] in
      self.assumeIsolated { $0.describe(rest, kernel, identifier, separator: separator, tail: tail) }
    }
  }

  // MARK: The table

  private func readTable() throws(SystemFailure) -> [ServiceKey: TableService] {
    if let reading = tableReading, reactor.now - reading.moment < TableReading.age { return reading.table }
    let table = try table.read()
    tableReading = TableReading(table: table, moment: reactor.now)
    return table
  }

  private var tableDocument: JSON {
    do {
      let lines = SmallFile.beginning("/proc/net/ip_vs", 100)?.split(separator: 10)
      let version = lines?.first.map { String(decoding: $0, as: UTF8.self) }
      return TableDocument.document(try table.read(), version: version)
    } catch {
      return .failure("\(error)")
    }
  }

  // MARK: keepalived's file

  /// Has control write the state to a file.
  func dump(_ kind: DumpKind) {
    guard kind == .data, let director else { return }
    let snapshot = director.assumeIsolated { $0.snapshot() }
    send(.control, .write(.checkerData, text: KeepalivedCheckerData.text(snapshot)))
  }

  // MARK: Orders

  /// An order that the supervisor kept for this process, which may come before the configuration.
  func restore(_ order: ServerOrder) {
    if order.isEdit { return edits.restore(order) }
    guard director != nil else { return earlyOrders.append(order) }
    _ = carryOut(order)
  }

  /// Tells a director that has not begun of the orders that stand.
  func restoreOrders(_ services: [VirtualServiceSettings]) {
    for order in earlyOrders {
      guard let (service, server) = services.find(order) else { continue }
      tell(.serverOrdered(service.identity, server, OperatorOrder(order.action)))
    }
    earlyOrders = []
  }

  private func carryOut(_ order: ServerOrder) -> JSON {
    let services = director?.assumeIsolated { $0.snapshot() }.services.map(\.settings) ?? []
    guard let (service, server) = services.find(order) else {
      let isKnown = services.contains { $0.isCalled(order.service) }
      return .failure(
        isKnown ? "\(order.service) has no server called \(order.server)" : "there is no service \(order.service)")
    }
    tell(.serverOrdered(service.identity, server, OperatorOrder(order.action)))
    tableReading = nil
    let kept = ServerOrder(
      service: service.identity.description, server: server.description, action: order.action)
    send(.supervisor, .serverOrder(kept))
    return .object(kept.members)
  }
}

extension OperatorOrder {
  /// What an action means for a server; nil for nothing in particular.
  fileprivate init?(_ action: ServerOrder.Action) {
    switch action {
    case .drain: self = .weight(0)
    case .weight(let weight): self = .weight(weight)
    case .disable: self = .disabled
    case .enable, .add, .remove: return nil
    }
  }
}

extension [VirtualServiceSettings] {
  /// The service and the server that an order means.
  fileprivate func find(_ order: ServerOrder) -> (VirtualServiceSettings, Endpoint)? {
    for service in self where service.isCalled(order.service) {
      let server = service.servers.first {
        $0.endpoint.description == order.server || service.identity.text(of: $0.endpoint) == order.server
      }
      if let server { return (service, server.endpoint) }
    }
    return nil
  }
}

extension VirtualServiceSettings {
  /// Whether it is meant by a name: as logs write it, or just an address and port of its own.
  func isCalled(_ name: String) -> Bool {
    if identity.description == name { return true }
    return keys.contains { key in
      switch key {
      case .endpoint(_, let endpoint): endpoint.description == name
      case .firewallMark: false
      }
    }
  }
}

extension ServiceSnapshot {
  /// Whether it, or one of its servers, is meant by a name.
  fileprivate func isCalled(_ name: String) -> Bool {
    settings.isCalled(name)
      || servers.contains { $0.endpoint.description == name || settings.identity.text(of: $0.endpoint) == name }
  }
}
