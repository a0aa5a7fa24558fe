package import ConfigurationLanguage
import Failover
package import VRRP
import Wire

extension RouterSettings {
  /// How long a new master's announcements wait for the services that come with the master state: long enough for a
  /// batch of thousands, short enough that nobody notices when the balancing role is just being restarted.
  static let patienceWithServices = Duration.milliseconds(250)

  /// The settings of an instance of the configuration.
  ///
  /// The conversion happens here and nowhere else: the configuration's types say what was written, these say what the
  /// machine works with. `busy` are the configuration's `routersWithServices`, for those who have them at hand.
  package init(_ instance: VRRPInstance, in configuration: Configuration, busy: Set<String>? = nil) {
    self.init(
      name: instance.name, virtualRouter: instance.virtualRouterID, interface: instance.interface,
      version: instance.version == .v3 ? .three : .two, family: instance.family)
    priority = instance.priority
    interval = instance.advertInterval
    startsAsMaster = instance.state == .master
    preempts = instance.preempts
    preemptDelay = instance.preemptDelay
    downTimerAdverts = instance.behaviour.downTimerAdverts
    authentication = VRRP.Authentication(instance)
    let transport = instance.transport
    delivery  // Unicast words without a peer make a multicast router, as with keepalived, unless that is to be a fault.
    =
      transport.isUnicast && (!transport.peers.isEmpty || transport.faultsWithoutPeers)
      ? .unicast(
        peers: transport.peers.map {
          Peer($0.address, timeToLive: min($0.minimumTTL, $0.maximumTTL)...max($0.minimumTTL, $0.maximumTTL))
        }, timeToLive: transport.timeToLive ?? 255)
      : .multicast(
        group: transport.multicastGroup.family == instance.family
          ? transport.multicastGroup : Self.standardGroup(instance.family))
    source = transport.sourceAddress
    tracksSource = transport.tracksSourceAddress
    tracksInterface = !instance.ignoresOwnInterface
    addresses = instance.addresses.map(VirtualAddress.init)
    excludedAddresses = instance.excludedAddresses.map(VirtualAddress.init)
    announcements = VRRP.AnnouncementSettings(instance, in: configuration)
    trackers = instance.tracking.trackers
    let staticGroups = StaticSettings(configuration).trackGroups
    trackers += configuration.trackGroups
      .filter { $0.instances.contains(instance.name) && staticGroups.contains($0.name) }
      .map { Tracker(.trackGroup, $0.name) }
    answersLowerPriority = !instance.behaviour.lowerPriorityNoAdvert
    advertisesWhenYielding = instance.behaviour.higherPrioritySendAdvert
    startupDelay = configuration.globals.vrrp.startupDelay
    checksumForm = instance.behaviour.v3ChecksumAsV2 ? .messageOnly : .pseudoHeader
    if transport.oldUnicastChecksum == true, isUnicast { checksumForm = .groupHeader }
    if !instance.preempts { stallPriority = instance.behaviour.timerExpiredBackup.map { UInt8(clamping: $0) } }
    checksEveryAddressList = !instance.behaviour.skipsAddressCheck
    checksUnicastSource = transport.checksUnicastSource
    needsPeers = transport.faultsWithoutPeers
    ownerIgnoresAdverts = instance.behaviour.ownerIgnoresAdverts
    let waits = (busy ?? configuration.routersWithServices).contains(instance.name)
    announcesAfterServices = waits ? Self.patienceWithServices : nil
  }
}

extension VRRP.Authentication {
  /// How the instance's adverts are authenticated. Keys in files have been read by whoever carried the configuration; an
  /// instance whose active key is missing does not sign.
  fileprivate init(_ instance: VRRPInstance) {
    if let hmac = instance.hmac {
      var keys: [UInt8: [UInt8]] = [:]
      for key in hmac.keys {
        if case .octets(let octets) = key.source { keys[key.identifier] = octets }
      }
      guard let active = hmac.activeKey ?? hmac.keys.first?.identifier, keys[active] != nil else {
        self = .none
        return
      }
      self = .trailer(
        TrailerSettings(
          keys: keys, activeKey: active, mode: TrailerSettings.Mode(hmac.mode),
          replayProtection: hmac.replayProtection == .time ? .time : .monotonic, window: hmac.timeWindow))
      return
    }
    switch instance.authentication?.scheme {
    case .password: self = .password(instance.authentication?.password ?? [])
    case .header: self = .header(key: instance.authentication?.password ?? [])
    case nil: self = .none
    }
  }
}

extension TrailerSettings.Mode {
  fileprivate init(_ mode: HMACAuthentication.Mode) {
    switch mode {
    case .enforce: self = .enforce
    case .permissive: self = .permissive
    case .receiveOnly: self = .receiveOnly
    }
  }
}

extension VRRP.AnnouncementSettings {
  fileprivate init(_ instance: VRRPInstance, in configuration: Configuration) {
    self.init()
    let written = instance.announcements
    secondBlockDelay = written.masterDelay
    repeats = written.masterRepeat
    refreshPeriod = written.masterRefresh
    refreshRepeats = written.masterRefreshRepeat
    lowerPriorityDelay = written.lowerPriorityDelay
    lowerPriorityRepeats = written.lowerPriorityRepeat
    if written.extraInterfacePeriod > .zero {
      otherInterfaces = OtherInterfaces(
        period: written.extraInterfacePeriod, includesAll: written.extraInterfaceAll)
    }
  }
}

extension VirtualAddress {
  /// An address of the configuration.
  init(_ address: ConfiguredAddress) {
    self.init(address.prefix, interface: address.interface, label: address.label)
    broadcast =
      switch address.broadcast {
      case nil: .none
      case .address(let address): .address(address)
      case .hostBitsSet: .hostBitsSet
      case .hostBitsClear: .hostBitsCleared
      }
    peer = address.peer
    scope = address.scope
    let options: [(Bool, UInt32)] = [
      (address.isHome, 0x10), (address.managesTemporaryAddresses, 0x100), (address.hasNoPrefixRoute, 0x200),
      (address.joinsMulticastGroup, 0x400),
    ]
    flags = options.reduce(0) { $1.0 ? $0 | $1.1 : $0 }
    // The word "-nodad" asks for the detection that is otherwise left out.
    detectsDuplicates = address.skipsDuplicateDetection
    if let lifetime = address.preferredLifetime {
      preferredLifetime = .seconds(UInt32(clamping: lifetime.components.seconds))
    }
    isTracked = !address.isUntracked
  }
}

extension Tracking {
  /// What is tracked, as the machine has it.
  package var trackers: [Tracker] {
    func make(_ kind: Tracker.Kind, _ objects: [TrackedObject]) -> [Tracker] {
      objects.map { Tracker(kind, $0.name, weight: $0.weight, isReversed: $0.reverse) }
    }
    return make(.interface, interfaces) + make(.script, scripts) + make(.file, files) + make(.process, processes)
      + make(.bfd, bfdSessions)
  }
}
