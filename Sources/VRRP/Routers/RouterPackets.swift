import Machines
import Wire

/// Adverts as they were sent, to be sent again.
struct PreparedAdverts: Hashable {
  var priority: UInt8
  var packets: [OutgoingPacket]
}

// Adverts: writing one's own, and accepting those of others.
extension RouterMachine {
  /// The adverts to be sent now: one to the group, or one to each peer.
  mutating func adverts(priority: UInt8, at now: Moment) -> [OutgoingPacket] {
    if let prepared, prepared.priority == priority { return prepared.packets }
    guard let source = inputs.source else { return [] }
    let packets = makeAdverts(priority: priority, from: source, at: now)
    if !settings.authentication.changesEachPacket { prepared = PreparedAdverts(priority: priority, packets: packets) }
    return packets
  }

  /// What packets look like depends on settings and facts, which have changed.
  mutating func forgetPackets() {
    (believed, prepared) = (nil, nil)
  }

  private mutating func makeAdverts(priority: UInt8, from source: IPAddress, at now: Moment) -> [OutgoingPacket] {
    var message = Advertisement(
      version: settings.version, virtualRouter: settings.virtualRouter, priority: priority,
      intervalField: Advertisement.intervalField(settings.interval, version: settings.version),
      addresses: settings.addresses.map(\.address))
    if settings.version == .two {
      message.authenticationType = settings.authentication.typeNumber
      if case .password(let password) = settings.authentication { message.authenticationData = password }
    }
    let trailer = signature(of: message, from: source, at: now)
    return settings.targets.map { destination, timeToLive in
      let packet = OutgoingPacket(
        interface: settings.interface, transport: settings.authentication.transport, source: source,
        destination: destination, timeToLive: timeToLive,
        payload: message.encoded(
          source: source, destination: destination, form: settings.checksumForm, trailer: trailer))
      return signed(packet, at: now)
    }
  }

  /// The packet with an authentication header, where one is configured.
  private mutating func signed(_ packet: OutgoingPacket, at now: Moment) -> OutgoingPacket {
    guard case .header(let key) = settings.authentication, case .v4(let source) = packet.source,
      case .v4(let destination) = packet.destination
    else { return packet }
    var packet = packet
    let sequence = authentication.nextHeaderSequence(at: wallTime(at: now))
    // Never zero, because the kernel would choose another.
    let identification = UInt16(truncatingIfNeeded: sequence) | 1
    let header = IPv4Header(
      source: source, destination: destination, transport: AuthenticationHeader.transport,
      timeToLive: packet.timeToLive, identification: identification,
      payloadLength: AuthenticationHeader.length + packet.payload.count)
    packet.identification = identification
    packet.payload = AuthenticationHeader.payload(signing: packet.payload, header: header, key: key, sequence: sequence)
    return packet
  }

  /// The HMAC trailer of an advert, empty where none is configured. It does not cover the destination, so that one does
  /// for all peers.
  private mutating func signature(of message: Advertisement, from source: IPAddress, at now: Moment) -> [UInt8] {
    guard case .trailer(let trailer) = settings.authentication, trailer.mode != .receiveOnly,
      let secret = trailer.keys[trailer.activeKey]
    else { return [] }
    let sequence = authentication.nextSequence(
      at: wallTime(at: now), window: trailer.effectiveWindow(interval: settings.interval))
    let octets = message.encoded(source: source, destination: source)
    return MessageTrailer(
      signing: octets[...], from: source, key: trailer.activeKey, secret: secret, sequence: sequence
    ).encoded
  }

  private func wallTime(at now: Moment) -> WallTime {
    WallTime(nanoseconds: now.nanoseconds.addingReportingOverflow(inputs.wallClockOffset).partialValue)
  }

  /// The advert in a packet, when it is to be believed; else the packet is counted and, within limits, reported.
  mutating func accept(
    _ packet: ReceivedPacket, isMaster: Bool, knownMaster: IPAddress?, at now: Moment
  ) -> Advertisement? {
    do throws(RejectReason) {
      let verdict = try verdict(on: packet, at: now)
      counters.advertsReceived &+= 1
      if verdict.hasOtherChecksumForm { counters.otherChecksumForms &+= 1 }
      if isMaster || settings.checksEveryAddressList || packet.source != knownMaster {
        noteAddresses(verdict, from: packet.source, at: now)
      } else if !foreignSpeakers.isEmpty {
        foreignSpeakers.removeAll { $0.address == packet.source && $0.isRefused }
      }
      return verdict.advert
    } catch {
      counters.count(error)
      note(error, from: packet.source, at: now)
      return nil
    }
  }

  private mutating func verdict(
    on packet: ReceivedPacket, at now: Moment
  ) throws(RejectReason) -> PacketJudge.Verdict {
    if let believed, believed.covers(packet) { return believed.verdict }
    let verdict = try judge(at: now).judge(packet, authentication: &authentication)
    believed = PacketJudge.Memory(packet, verdict, under: settings.authentication)
    return verdict
  }

  private func judge(at now: Moment) -> PacketJudge {
    PacketJudge(settings: settings, ownAddress: inputs.source, wallTime: wallTime(at: now))
  }

  private mutating func noteAddresses(_ verdict: PacketJudge.Verdict, from source: IPAddress, at now: Moment) {
    guard !verdict.namesOurAddresses else {
      // Somebody has mended it.
      if !foreignSpeakers.isEmpty { foreignSpeakers.removeAll { $0.address == source } }
      return
    }
    remember(source, .addresses(verdict.advert.addresses), at: now)
    counters.addressListErrors &+= 1
    if limits.pass(.addressList, at: now) != nil { effects.append(.report(.addressListDiffers(from: source))) }
  }

  private mutating func note(_ reason: RejectReason, from source: IPAddress, at now: Moment) {
    remember(source, .refused(reason), at: now)
    if let suppressed = limits.pass(.rejected(reason), at: now) {
      effects.append(.report(.rejected(reason, from: source, suppressed: suppressed)))
    }
  }

  private mutating func remember(_ source: IPAddress, _ difference: ForeignSpeaker.Difference, at now: Moment) {
    if let index = foreignSpeakers.firstIndex(where: { $0.address == source }) {
      foreignSpeakers[index].difference = difference
      foreignSpeakers[index].lastHeard = now
      foreignSpeakers[index].count &+= 1
    } else {
      // Bounded: a ninth replaces the one that was silent for the longest time.
      if foreignSpeakers.count >= 8,
        let oldest = foreignSpeakers.indices.min(by: { foreignSpeakers[$0].lastHeard < foreignSpeakers[$1].lastHeard })
      {
        foreignSpeakers.remove(at: oldest)
      }
      foreignSpeakers.append(ForeignSpeaker(address: source, difference: difference, lastHeard: now, count: 1))
    }
  }
}
