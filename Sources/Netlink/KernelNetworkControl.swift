internal import CNetlink
internal import Glibc
internal import Synchronization
package import World

/// Writes addresses, routes and rules of the network namespace in which it was made.
package final class KernelNetworkControl: NetworkControl {
  private let session: Mutex<NetlinkSession>

  /// Opens the way to the kernel.
  package init() throws(SystemFailure) {
    session = Mutex(try NetlinkSession(.route))
  }

  /// How often an answer of the kernel was not understood, by reason.
  package var faults: [MessageFault: Int] { session.withLock { $0.faults } }

  /// Sends the operations in as few datagrams as possible; the kernel carries them out in order.
  package func apply(_ operations: [NetworkOperation]) -> [SystemFailure?] {
    let refusals = session.withLock { session in
      session.batch(count: operations.count) { place, writer in operations[place].write(&writer) }
    }
    var outcomes = [SystemFailure?](repeating: nil, count: operations.count)
    for (place, refusal) in refusals where !operations[place].tolerates(refusal.code) {
      outcomes[place] = refusal.failure(of: operations[place].call, on: operations[place].subject)
    }
    return outcomes
  }
}

extension NetworkOperation {
  func write(_ writer: inout MessageWriter) {
    switch self {
    case .addAddress(let address): AddressMessages.writeAddition(address, &writer)
    case .removeAddress(let address): AddressMessages.writeRemoval(address, &writer)
    case .addRoute(let route): RouteMessages.writeAddition(route, &writer)
    case .removeRoute(let route): RouteMessages.writeRemoval(route, &writer)
    case .addRule(let rule): RuleMessages.writeAddition(rule, &writer)
    case .removeRule(let rule): RuleMessages.writeRemoval(rule, &writer)
    }
  }

  /// Whether the error means that all is already as wanted.
  func tolerates(_ code: Int32) -> Bool {
    switch self {
    case .addAddress, .addRoute, .addRule: code == EEXIST
    case .removeAddress: code == EADDRNOTAVAIL || code == ENODEV
    case .removeRoute: code == ESRCH || code == ENODEV
    case .removeRule: code == ENOENT
    }
  }

  /// The name of the request in the kernel.
  var call: String {
    switch self {
    case .addAddress: "RTM_NEWADDR"
    case .removeAddress: "RTM_DELADDR"
    case .addRoute: "RTM_NEWROUTE"
    case .removeRoute: "RTM_DELROUTE"
    case .addRule: "RTM_NEWRULE"
    case .removeRule: "RTM_DELRULE"
    }
  }

  /// What the request is about.
  var subject: String {
    switch self {
    case .addAddress(let address), .removeAddress(let address):
      "\(address.prefix) on \(Self.name(ofInterface: address.interface))"
    case .addRoute(let route), .removeRoute(let route):
      "\(route.destination) in table \(route.table)"
        + (route.nextHops.first?.gateway.map { " via \($0)" } ?? "")
    case .addRule(let rule), .removeRule(let rule):
      (rule.priority.map { "\($0): " } ?? "") + "from \(rule.from.map { "\($0)" } ?? "all")"
        + (rule.to.map { " to \($0)" } ?? "") + " table \(rule.table)"
    }
  }

  private static func name(ofInterface index: Int32) -> String {
    var name = [CChar](repeating: 0, count: 16)  // IF_NAMESIZE
    guard unsafe if_indextoname(UInt32(bitPattern: index), &name) != nil else { return "interface \(index)" }
    return String(decoding: name.prefix { $0 != 0 }.map { UInt8(bitPattern: $0) }, as: UTF8.self)
  }
}
