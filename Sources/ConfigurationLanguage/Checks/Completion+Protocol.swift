import Wire

/// What versions, strict mode and the state at start allow.
extension Completion {
  mutating func completeProtocol(_ instance: inout VRRPInstance) {
    completeInterval(&instance)
    completeAuthentication(&instance)
    completePreemption(&instance)
    completeTransport(&instance)
    if instance.behaviour.isStrict { enforceStrictMode(&instance) }
    if instance.behaviour.ownerIgnoresAdverts, instance.priority != 255,
      instance.behaviour.$ownerIgnoresAdverts.isWritten
    {
      instance.behaviour.ownerIgnoresAdverts = false
    }
  }

  private mutating func completeInterval(_ instance: inout VRRPInstance) {
    let microseconds = instance.advertInterval.wholeMicroseconds
    switch instance.version {
    case .v2:
      guard microseconds % 1_000_000 != 0 else { return }
      let seconds = max(1, (microseconds + 500_000) / 1_000_000)
      report(
        .versionLimit, .error, .faulty,
        "version 2 has whole seconds between adverts; \(instance.name) takes \(seconds)", instance.origin, 13)
      instance.advertInterval = .seconds(seconds)
    case .v3:
      let most = 40_950_000
      let rounded = min(most, max(10_000, (microseconds + 5_000) / 10_000 * 10_000))
      if microseconds > most {
        report(
          .versionLimit, .error, .faulty,
          "version 3 has at most 40.95 seconds between adverts; \(instance.name) takes that", instance.origin, 13)
      }
      instance.advertInterval = .microseconds(rounded)
    }
  }

  private mutating func completeAuthentication(_ instance: inout VRRPInstance) {
    if var hmac = instance.hmac {
      if let active = hmac.activeKey, hmac.keys.contains(where: { $0.identifier == active }) {
        hmac.$timeWindow.inherit(max(.seconds(5), instance.advertInterval * 3))
        instance.hmac = hmac
        instance.authentication = nil
      } else {
        report(
          .incomplete, .error, .faulty, "auth_hmac has no active_key that is one of its keys and is dropped",
          hmac.origin, 9)
        instance.hmac = nil
      }
    }
    guard let block = instance.authentication else { return }
    guard block.scheme != nil else {
      if !block.password.isEmpty {
        report(
          .incomplete, .warning, .none, "authentication of \(instance.name) has no auth_type and no effect",
          block.origin, 14)
      }
      instance.authentication = nil
      return
    }
    let reason: (DiagnosticCode, String)? =
      if instance.version == .v3 {
        (.versionLimit, "version 3 has no authentication; that of \(instance.name) is ignored")
      } else if instance.behaviour.isStrict {
        (.strictMode, "strict mode has no authentication; that of \(instance.name) is ignored")
      } else if block.password.isEmpty {
        (.incomplete, "authentication of \(instance.name) has no auth_pass and is ignored")
      } else {
        nil
      }
    if let (code, message) = reason {
      report(code, .error, .faulty, message, block.origin, 14)
      instance.authentication = nil
    } else if block.scheme == .header, instance.state == .master, instance.priority != 255 {
      report(
        .contradiction, .error, .faulty,
        "with AH only the owner of the addresses starts as MASTER; \(instance.name) starts as BACKUP", block.origin, 14)
      instance.state = .backup
    }
  }

  private mutating func completePreemption(_ instance: inout VRRPInstance) {
    let isMaster = instance.state == .master
    if !instance.preempts, isMaster || instance.priority == 255 {
      // A warning, as are the next: programs that write configurations say such things on every director.
      report(
        .contradiction, .warning, .faulty,
        "nopreempt has no effect on \(instance.name), which \(isMaster ? "starts as MASTER" : "owns its addresses")",
        instance.origin, 13, notes: ["give both sides state BACKUP"])
      instance.preempts = true
    }
    guard instance.preemptDelay > .zero else { return }
    let reason: (DiagnosticCode, String)? =
      if isMaster {
        (.contradiction, "preempt_delay has no effect on \(instance.name), which starts as MASTER")
      } else if !instance.preempts {
        (.contradiction, "preempt_delay has no effect on \(instance.name), which has nopreempt")
      } else if instance.behaviour.isStrict {
        (.strictMode, "strict mode has no preempt_delay; that of \(instance.name) is ignored")
      } else {
        nil
      }
    if let (code, message) = reason {
      report(code, .warning, .faulty, message, instance.origin, 13)
      instance.preemptDelay = .zero
    }
  }

  private mutating func completeTransport(_ instance: inout VRRPInstance) {
    var transport = instance.transport
    var seen: Set<IPAddress> = []
    transport.peers.removeAll { peer in
      if seen.insert(peer.address).inserted { return false }
      report(
        .duplicate, .warning, .none, "\(instance.name) has the peer \(peer.address) already", peer.origin,
        peer.address.description.utf8.count)
      return true
    }
    if transport.peers.isEmpty {
      let speaksOfUnicast = transport.isUnicast || transport.timeToLive != nil
      if speaksOfUnicast, !transport.faultsWithoutPeers {
        report(
          .contradiction, .warning, .faulty,
          "\(instance.name) speaks of unicast but has no unicast_peer; it uses multicast", instance.origin, 13,
          suggestion: "mcast_src_ip in place of unicast_src_ip")
      }
      if !transport.faultsWithoutPeers { transport.isUnicast = false }
      transport.timeToLive = nil
    } else {
      transport.isUnicast = true
    }
    if transport.tracksSourceAddress, transport.sourceAddress == nil {
      report(
        .contradiction, .error, .faulty, "track_src_ip of \(instance.name) has no source address to watch",
        instance.origin, 13)
      transport.tracksSourceAddress = false
    }
    instance.transport = transport
  }

  private mutating func enforceStrictMode(_ instance: inout VRRPInstance) {
    func reset(_ message: String, _ completion: inout Completion) {
      completion.report(
        .strictMode, .error, .faulty, "\(message), says strict mode; \(instance.name) is set to that", instance.origin,
        13)
    }
    if instance.state == .master, instance.priority != 255 {
      reset("only the owner of the addresses (priority 255) starts as MASTER", &self)
      instance.state = .backup
    }
    if instance.behaviour.$downTimerAdverts.isWritten, instance.behaviour.downTimerAdverts != 3 {
      reset("three adverts are missed before a takeover", &self)
    }
    instance.behaviour.downTimerAdverts = 3
    if instance.behaviour.higherPrioritySendAdvert {
      reset("no advert is sent before giving way", &self)
      instance.behaviour.higherPrioritySendAdvert = false
    }
    instance.behaviour.lowerPriorityNoAdvert = true
    if instance.announcements.$lowerPriorityRepeat.isWritten, instance.announcements.lowerPriorityRepeat > 0 {
      reset("nothing is announced after an advert of lower priority", &self)
    }
    instance.announcements.lowerPriorityDelay = .zero
    instance.announcements.lowerPriorityRepeat = 0
    if instance.transmitsOnBase {
      reset("adverts go over the MAC VLAN", &self)
      instance.transmitsOnBase = false
    }
  }

  /// MAC VLANs and the like.
  mutating func completeLinks(_ instance: inout VRRPInstance, _ names: inout [String: String]) {
    if var vmac = instance.vmac {
      if vmac.lacksLastOctet, let address = vmac.hardwareAddress {
        vmac.hardwareAddress = HardwareAddress(rawValue: address.rawValue | UInt64(instance.virtualRouterID))
        vmac.lacksLastOctet = false
      }
      if let name = vmac.name, let other = names.updateValue(instance.name, forKey: name) {
        report(
          .duplicate, .error, .faulty, "\(other) uses the interface name \(name) already; another is generated",
          vmac.origin, 8)
        vmac.name = nil
      }
      instance.vmac = vmac
      if instance.transport.isUnicast, !instance.transmitsOnBase {
        report(
          .contradiction, .warning, .faulty,
          "unicast adverts of a MAC VLAN go over the interface below; \(instance.name) is set to that", vmac.origin, 8,
          suggestion: "vmac_xmit_base")
        instance.transmitsOnBase = true
      }
      if instance.promotesSecondaries {
        report(
          .withoutEffect, .warning, .faulty, "promote_secondaries is set for MAC VLANs in any case", instance.origin,
          13)
        instance.promotesSecondaries = false
      }
    } else if instance.transmitsOnBase, instance.ipvlan == nil {
      report(
        .contradiction, .warning, .none, "vmac_xmit_base has no effect on \(instance.name), which has no MAC VLAN",
        instance.origin, 13)
    }
  }
}

extension Duration {
  /// The duration in microseconds, rest cut off.
  var wholeMicroseconds: Int {
    let (seconds, attoseconds) = components
    return Int(seconds) * 1_000_000 + Int(attoseconds / 1_000_000_000_000)
  }
}
