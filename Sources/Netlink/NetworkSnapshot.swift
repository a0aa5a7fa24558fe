internal import CNetlink
internal import Wire
package import World

/// Something the kernel reports about the network.
package enum NetworkEvent: Hashable, Sendable {
  case link(Link)
  case linkGone(Link)
  case address(AddressMessages.Report)
  case addressGone(AddressMessages.Report)
  /// `replaces`: in place of the one with the same identity.
  case route(Route, replaces: Bool)
  case routeGone(Route)
  case rule(Rule)
  case ruleGone(Rule)

  /// Reads an event; nil for what does not concern us.
  package init?(_ message: Message) throws(MessageFault) {
    switch Int(message.type) {
    case RTM_NEWLINK:
      guard let link = try LinkMessages.read(message) else { return nil }
      self = .link(link)
    case RTM_DELLINK:
      guard let link = try LinkMessages.read(message) else { return nil }
      self = .linkGone(link)
    case RTM_NEWADDR:
      guard let report = try AddressMessages.read(message) else { return nil }
      self = .address(report)
    case RTM_DELADDR:
      guard let report = try AddressMessages.read(message) else { return nil }
      self = .addressGone(report)
    case RTM_NEWROUTE:
      let replaces = message.has(NLM_F_REPLACE)
      guard replaces || RouteMessages.origin(of: message) == Origin.virtualRouter,
        let route = try RouteMessages.read(message)
      else { return nil }
      self = .route(route, replaces: replaces)
    case RTM_DELROUTE:
      guard RouteMessages.origin(of: message) == Origin.virtualRouter, let route = try RouteMessages.read(message)
      else { return nil }
      self = .routeGone(route)
    case RTM_NEWRULE:
      guard let rule = try RuleMessages.read(message), rule.origin == Origin.virtualRouter else { return nil }
      self = .rule(rule)
    case RTM_DELRULE:
      guard let rule = try RuleMessages.read(message), rule.origin == Origin.virtualRouter else { return nil }
      self = .ruleGone(rule)
    default:
      return nil
    }
  }
}

/// What is known of the host's network: links and addresses of all, routes and rules of ours.
package struct NetworkSnapshot: Hashable, Sendable {
  /// What tells addresses apart in the kernel.
  struct AddressKey: Hashable, Sendable {
    let interface: Int32
    let prefix: AddressPrefix
    let peer: IPAddress?
  }

  /// All links, by index.
  package private(set) var links: [Int32: Link] = [:]
  private(set) var addressesByKey: [AddressKey: InterfaceAddress] = [:]
  /// Our routes.
  package private(set) var routes: Set<Route> = []
  /// Our rules.
  package private(set) var rules: Set<Rule> = []
  /// Whether routes may have gone without a word: with a link that went down, or with an address, the kernel drops
  /// IPv4 routes silently.
  package private(set) var mayHaveLostRoutes = false

  /// Nothing.
  package init() {}

  /// All addresses, in no particular order.
  package var addresses: [InterfaceAddress] { Array(addressesByKey.values) }

  /// Takes an event in and returns what it changed; nothing for what was known already.
  package mutating func apply(_ event: NetworkEvent) -> [NetworkChange] {
    switch event {
    case .link(let link):
      let old = links.updateValue(link, forKey: link.index)
      if old?.isUp == true, !link.isUp { noteSilentLoss() }
      return old == link ? [] : [.linkChanged(link)]
    case .linkGone(let link):
      guard links.removeValue(forKey: link.index) != nil else { return [] }
      noteSilentLoss()
      let gone = addressesByKey.filter { $0.key.interface == link.index }
      for key in gone.keys { addressesByKey[key] = nil }
      return gone.values.map { .addressRemoved($0) } + [.linkRemoved(index: link.index)]
    case .address(let report):
      let old = addressesByKey.updateValue(report.address, forKey: AddressKey(report))
      return old == report.address ? [] : [.addressAdded(report.address)]
    case .addressGone(let report):
      guard let old = addressesByKey.removeValue(forKey: AddressKey(report)) else { return [] }
      noteSilentLoss()
      return [.addressRemoved(old)]
    case .route(let route, let replaces):
      return apply(route, replaces: replaces)
    case .routeGone(let route):
      routes.remove(route)
      return [.routeRemoved(route)]
    case .rule(let rule):
      rules.insert(rule)
      return []
    case .ruleGone(let rule):
      rules.remove(rule)
      return [.ruleRemoved(rule)]
    }
  }

  private mutating func noteSilentLoss() {
    if !routes.isEmpty { mayHaveLostRoutes = true }
  }

  private mutating func apply(_ route: Route, replaces: Bool) -> [NetworkChange] {
    let isOurs = route.origin == Origin.virtualRouter
    var lost: [Route] = []
    if replaces, !routes.isEmpty {
      lost = routes.filter { $0.family == route.family && $0.identity == route.identity }
      routes.subtract(lost)
    }
    if isOurs { routes.insert(route) }
    return isOurs ? [] : lost.map { .routeRemoved($0) }
  }

  /// Takes in our routes as they are now and returns those that have gone.
  package mutating func replaceRoutes(_ now: Set<Route>) -> [NetworkChange] {
    let gone = routes.subtracting(now)
    routes = now
    mayHaveLostRoutes = false
    let remaining = Set(now.map(\.identity))
    return gone.filter { !remaining.contains($0.identity) }.map { .routeRemoved($0) }
  }

  /// What changes from this snapshot to a later one.
  package func changes(to new: NetworkSnapshot) -> [NetworkChange] {
    var changes: [NetworkChange] = []
    for (key, address) in addressesByKey where new.addressesByKey[key] == nil {
      changes.append(.addressRemoved(address))
    }
    for index in links.keys where new.links[index] == nil { changes.append(.linkRemoved(index: index)) }
    for (index, link) in new.links where links[index] != link { changes.append(.linkChanged(link)) }
    for (key, address) in new.addressesByKey where addressesByKey[key] != address {
      changes.append(.addressAdded(address))
    }
    var routesNow = self
    changes += routesNow.replaceRoutes(new.routes)
    changes += rules.subtracting(new.rules).map { .ruleRemoved($0) }
    return changes
  }
}

extension NetworkSnapshot.AddressKey {
  init(_ report: AddressMessages.Report) {
    self.init(interface: report.address.interface, prefix: report.address.prefix, peer: report.peer)
  }
}
