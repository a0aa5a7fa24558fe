package import VRRP
package import Wire
package import World

/// A route of `virtual_routes` or `static_routes`.
package struct VirtualRoute: Hashable, Sendable {
  /// The route, with the `interface` of its next hops left nil.
  package var route: Route
  /// The names of the interfaces of the next hops, in their order; nil where none is named.
  package var interfaces: [String?]
  /// The name of the VRF whose table the route goes into.
  package var vrf: String?
  /// Whether it is put back when somebody else removes it (not `no_track`).
  package var isTracked: Bool

  /// A route whose next hops leave by the named interfaces.
  package init(_ route: Route, interfaces: [String?] = [], isTracked: Bool = true) {
    self.route = route
    self.interfaces = interfaces
    self.isTracked = isTracked
  }
}

/// A rule of `virtual_rules` or `static_rules`.
package struct VirtualRule: Hashable, Sendable {
  /// The rule.
  package var rule: Rule
  /// Whether it is put back when somebody else removes it (not `no_track`).
  package var isTracked: Bool

  /// A rule.
  package init(_ rule: Rule, isTracked: Bool = true) {
    self.rule = rule
    self.isTracked = isTracked
  }
}

/// The settings of a sync group, or of a router that stands alone.
package struct GroupSettings: Hashable, Sendable {
  /// A router of the group with what it holds beside addresses while it is master.
  package struct Member: Hashable, Sendable {
    /// The protocol's settings.
    package var router: RouterSettings
    /// `virtual_routes`.
    package var routes: [VirtualRoute]
    /// `virtual_rules`.
    package var rules: [VirtualRule]
    /// The interface made for the router on top of its own (`use_vmac`, `use_ipvlan`), which carries the addresses.
    package var virtualLink: VirtualLinkSpecification?
    /// The VRF in which a router without interface speaks (`vrf`).
    package var vrf: String?
    /// Whether adverts go through the interface below nevertheless (`vmac_xmit_base`).
    package var transmitsOnBase = false
    /// Interfaces made for single addresses (`use_vmac_addr`, `use_vmac` of an address); several may share one.
    package var addressLinks: [IPAddress: VirtualLinkSpecification] = [:]

    /// A router.
    package init(_ router: RouterSettings, routes: [VirtualRoute] = [], rules: [VirtualRule] = []) {
      self.router = router
      self.routes = routes
      self.rules = rules
    }
  }

  /// For how long an interface has to be up, or down, before it counts as such (`interface_up_down_delays`).
  package struct LinkDelays: Hashable, Sendable {
    /// The delay of good news.
    package var up: Duration
    /// The delay of bad news.
    package var down: Duration

    /// Delays of a link.
    package init(up: Duration, down: Duration) {
      self.up = up
      self.down = down
    }
  }

  /// The name of the sync group; nil for a router that stands alone.
  package var name: String?
  /// The members, each with a name of its own.
  package var members: [Member]
  /// What the group tracks for all its members.
  package var trackers: [Tracker]
  /// `sync_group_tracking_weight`.
  package var appliesWeights: Bool
  /// The virtual addresses of all groups of this host: none of them is ever taken for the source of adverts.
  package var virtualAddressesOfHost: Set<IPAddress>
  /// Delays of interfaces by name; the others have none.
  package var linkDelays: [String: LinkDelays]
  /// The gaps between announcements.
  package var announcementGaps = AnnouncementGaps()
  /// How many announcements are sent in one turn of the loop, at least 1.
  package var announcementsPerTurn: Int
  /// How many addresses, routes and rules are written in one turn of the loop, at least 1.
  package var operationsPerTurn: Int

  /// A sync group, or with `name` nil a router that stands alone.
  package init(
    name: String? = nil, members: [Member], trackers: [Tracker] = [], appliesWeights: Bool = false,
    virtualAddressesOfHost: Set<IPAddress> = []
  ) {
    self.name = name
    self.members = members
    self.trackers = trackers
    self.appliesWeights = appliesWeights
    self.virtualAddressesOfHost = virtualAddressesOfHost
    linkDelays = [:]
    announcementsPerTurn = 64
    operationsPerTurn = 128
  }

  /// A router that stands alone.
  package init(_ router: RouterSettings) {
    self.init(members: [Member(router)])
  }

  /// What the protocol's machine is told of these settings.
  package var protocolSettings: SyncGroupSettings {
    SyncGroupSettings(
      name: name, routers: members.map(\.router), trackers: trackers, appliesWeights: appliesWeights)
  }
}
