import Daemon
import Failover
import Machines
import SimulatedWorld
import VRRP
import VirtualServices
import Wire
import World

extension Mutant {
  /// Makes the programs of all nodes wrong.
  func infect(_ cluster: Cluster) {
    for node in cluster.nodes {
      switch self {
      case .hastyTimer, .lazyTimer, .withoutSkew, .wallClock, .actsBeforeListening: infectTime(node)
      case .missedTie, .stubborn, .deafToFarewell, .lateAdvert, .acceptsDamage: infectPackets(node)
      case .alwaysPreempts, .deafToTrackers, .splitGroup: infectSettings(node)
      case .withoutAnnouncement, .keptAddress, .blindToLinks, .failOpen, .keptEntries: infectWorld(node)
      case .silentEnd, .forgetful, .beginsAnew, .lostNotice, .hiddenMaster: infectProcess(node)
      }
    }
  }

  // MARK: Time

  private func infectTime(_ node: Node) {
    switch self {
    case .hastyTimer:
      change(node) { $0.downTimerAdverts -= 1 }
    case .lazyTimer:
      change(node) { $0.downTimerAdverts += 1 }
    case .withoutSkew: skipWaiting(node)
    case .wallClock: node.tampering.drift = { [unowned node] in node.host.clock.jumped }
    case .actsBeforeListening: node.tampering.ringsBeforeReading = true
    case _: break
    }
  }

  /// Whenever a backup would wait for its skew time, time has passed already.
  private func skipWaiting(_ node: Node) {
    let skipped = Skipped()
    node.tampering.drift = { skipped.duration }
    node.tampering.alarm = { [unowned node] wanted, now in
      let views = node.cluster.judge.views[node.index].filter { $0.settings != nil }
      let skew = views.compactMap {
        $0.settings?.skew(priority: $0.effectivePriority, masterInterval: $0.longestInterval)
      }
      if views.allSatisfy({ $0.state == .backup && $0.releasedAt != nil }), let longest = skew.max(),
        wanted - now <= longest, wanted > now
      {
        skipped.duration += wanted - now
      }
      return wanted
    }
  }

  // MARK: Packets

  private func infectPackets(_ node: Node) {
    node.tampering.receiving = { [self, unowned node] advert in
      let view = node.cluster.judge.addressed(node.index, advert.payload, advert.source.family)
      guard let view, advert.payload.count > 2 else { return advert }
      let priority = advert.payload[advert.payload.startIndex + 2]
      switch self {
      case .missedTie: return view.isMaster && priority == view.effectivePriority ? nil : advert
      case .stubborn: return view.isMaster && priority >= view.effectivePriority ? nil : advert
      case .deafToFarewell: return priority == 0 ? nil : advert
      case .acceptsDamage: return repaired(advert)
      case _: return advert
      }
    }
    guard self == .lateAdvert else { return }
    node.tampering.sending = { [unowned node] advert in
      let view = node.cluster.judge.addressed(node.index, advert.payload[...], advert.source.family)
      return view?.state == .backup ? nil : advert
    }
  }

  /// A packet of version 2 whose checksum is right whatever happened to it.
  private func repaired(_ advert: ReceivedAdvert) -> ReceivedAdvert {
    guard advert.payload.count >= 8, advert.payload.first == 0x21 else { return advert }
    var advert = advert
    var octets = Array(advert.payload)
    (octets[6], octets[7]) = (0, 0)
    var sum: UInt32 = 0
    for (place, octet) in octets.enumerated() { sum += place % 2 == 0 ? UInt32(octet) << 8 : UInt32(octet) }
    while sum > 0xFFFF { sum = (sum & 0xFFFF) + sum >> 16 }
    (octets[6], octets[7]) = (UInt8(truncatingIfNeeded: ~sum >> 8), UInt8(truncatingIfNeeded: ~sum))
    advert.payload = octets[...]
    return advert
  }

  // MARK: Settings

  private func infectSettings(_ node: Node) {
    switch self {
    case .alwaysPreempts: change(node) { $0.preempts = true }
    case .deafToTrackers: change(node) { $0.trackers = [] }
    case .splitGroup:
      node.alteration.settings = { settings in
        var split = settings
        (split.groups, split.order) = ([:], [])
        for key in settings.order {
          for member in settings.groups[key]?.members ?? [] {
            let addresses = settings.groups[key]?.virtualAddressesOfHost ?? []
            split.groups[member.router.name] = GroupSettings(members: [member], virtualAddressesOfHost: addresses)
            split.order.append(member.router.name)
          }
        }
        return split
      }
    case _: break
    }
  }

  private func change(_ node: Node, _ body: @escaping (inout RouterSettings) -> Void) {
    node.alteration.settings = { settings in
      var changed = settings
      for (key, group) in settings.groups {
        for place in group.members.indices {
          var router = group.members[place].router
          body(&router)
          changed.groups[key]?.members[place].router = router
        }
      }
      return changed
    }
  }

  // MARK: Kernel and servers

  private func infectWorld(_ node: Node) {
    let tampering = node.tampering
    switch self {
    case .withoutAnnouncement: tampering.announcing = { _ in false }
    case .keptAddress:
      tampering.applying = { operation in
        guard case .removeAddress = operation else { return true }
        return false
      }
    case .blindToLinks:
      tampering.telling = { change in
        guard case .linkChanged = change else { return true }
        return false
      }
    case .failOpen:
      tampering.connecting = { _, event in
        guard case .failed = event else { return event }
        return .connected
      }
    case .keptEntries:
      tampering.commanding = { operation in
        switch operation {
        case .removeService, .removeDestination: false
        case .addService, .editService, .addDestination, .editDestination, .flush: true
        }
      }
    case _: break
    }
  }

  // MARK: Processes

  private func infectProcess(_ node: Node) {
    switch self {
    case .silentEnd: node.alteration.leavesSilently = true
    case .forgetful: node.alteration.forgetsMemory = true
    case .beginsAnew: node.alteration.beginsAnew = true
    case .hiddenMaster: node.alteration.hidesMasters = true
    case .lostNotice:
      node.alteration.loses = { report in
        guard case .router(_, .transition(let transition)) = report else { return false }
        return transition.from == .master && transition.to == .backup
      }
    case _: break
    }
  }
}

/// How much time a process believes to have passed that did not.
private final class Skipped {
  var duration = Duration.zero
}
