package import VRRP
import World

/// What is there whatever the state of any router (`static_ipaddress`, `static_routes`, `static_rules`).
package struct StaticSettings: Hashable, Sendable {
  /// An address, a route or a rule.
  package enum Content: Hashable, Sendable {
    case address(VirtualAddress)
    case route(VirtualRoute)
    case rule(VirtualRule)
  }

  /// One of them.
  package struct Item: Hashable, Sendable {
    /// What it is; an address names its interface.
    package var content: Content
    /// The `track_group` whose instances are at fault while the item is not there.
    package var trackGroup: String?

    /// An item that nobody tracks unless a group is named.
    package init(_ content: Content, trackGroup: String? = nil) {
      self.content = content
      self.trackGroup = trackGroup
    }
  }

  /// All items in the order of the configuration.
  package var items: [Item]

  /// Items in this order.
  package init(_ items: [Item] = []) { self.items = items }

  /// The groups that somebody tracks.
  package var trackGroups: Set<String> { Set(items.compactMap(\.trackGroup)) }

  /// Whether there are routes or rules, which have to be watched.
  var hasRoutesOrRules: Bool {
    items.contains {
      switch $0.content {
      case .address: false
      case .route, .rule: true
      }
    }
  }
}

extension StaticSettings {
  /// What the items are on this host.
  struct Resolved {
    /// Those whose interfaces are there.
    var all: [Holding] = []
    /// Those that nobody puts back.
    var untracked: Set<Holding> = []
    /// What each group tracks.
    var tracked: [String: Set<Holding>] = [:]
    /// Groups with an item whose interface is not there, or is down under a route.
    var incomplete: Set<String> = []
  }

  /// What the items are with these links.
  func resolved(_ links: some Sequence<Link>) -> Resolved {
    let links = Array(links)
    let indexes = Dictionary(links.map { ($0.name, $0.index) }, uniquingKeysWith: { first, _ in first })
    let tables = Dictionary(
      links.compactMap { link in link.routingTable.map { (link.name, $0) } }, uniquingKeysWith: { first, _ in first })
    let up = Set(links.filter(\.isUp).map(\.index))
    var result = Resolved()
    for item in items {
      let holding: Holding?
      let isTracked: Bool
      switch item.content {
      case .address(let address):
        holding = address.interface.flatMap { indexes[$0] }.map { .address(address.specification(interface: $0)) }
        isTracked = address.isTracked
      case .route(let route):
        // The kernel takes no route over an interface that is down, and drops those that were there.
        holding = route.resolved(indexes, tables: tables)
          .flatMap { $0.nextHops.allSatisfy { $0.interface.map(up.contains) ?? true } ? .route($0) : nil }
        isTracked = route.isTracked
      case .rule(let rule): (holding, isTracked) = (.rule(rule.rule), rule.isTracked)
      }
      guard let holding else {
        if let group = item.trackGroup { result.incomplete.insert(group) }
        continue
      }
      result.all.append(holding)
      if !isTracked { result.untracked.insert(holding) }
      if let group = item.trackGroup { result.tracked[group, default: []].insert(holding) }
    }
    return result
  }
}
