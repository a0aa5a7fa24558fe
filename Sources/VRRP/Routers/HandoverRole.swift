package import Machines
package import Wire

// Planned handover: how a master finds its successor, and how a backup becomes it (see AboutVRRP.swift).
extension RouterMachine {
  /// How long a master waits for offers. It goes on as master meanwhile, so that the time costs nothing.
  private static var patience: Duration { .milliseconds(100) }
  /// How long an offer is good for: longer than anybody's patience, shorter than anybody's memory of it.
  private static var offerLifetime: Duration { .seconds(1) }

  /// An operator wants another router to take over: ask who could.
  mutating func requestHandover(at now: Moment) {
    guard case .master(var master) = state, master.handover == nil else { return }
    let number = UInt64(bitPattern: now.nanoseconds)
    master.handover = RouterState.Handover(ask: number, deadline: now + Self.patience)
    state = .master(master)
    say(.ask, ask: number, offer: 0)
  }

  mutating func handoverReceived(_ packet: ReceivedPacket, at now: Moment) {
    guard isFromNeighbour(packet),
      let message = HandoverMessage(
        packet.payload, source: packet.source, authentication: settings.authentication),
      message.version == settings.version, message.virtualRouter == settings.virtualRouter
    else { return }
    switch (message.kind, state) {
    case (.ask, .backup(let backup)): makeOffer(message.ask, to: packet.source, backup, at: now)
    case (.offer, .master(var master)):
      guard message.ask == master.handover?.ask else { return }
      let offer = RouterState.Offer(number: message.offer, address: packet.source, priority: message.priority)
      master.handover?.consider(offer)
      state = .master(master)
    case (.order, .backup(let backup)): obey(message, from: packet.source, backup, at: now)
    case (.ask, .master), (.offer, .backup), (.order, .master), (_, .initialize), (_, .fault): break
    }
  }

  /// The same rules as for adverts: by multicast from this very link, by unicast from a peer.
  private func isFromNeighbour(_ packet: ReceivedPacket) -> Bool {
    guard packet.source != inputs.source, packet.destination.isMulticast != settings.isUnicast else { return false }
    switch settings.delivery {
    case .multicast: return packet.timeToLive == 255
    case .unicast(let peers, _): return peers.contains { $0.address == packet.source }
    }
  }

  /// Only the master that is followed is answered: nobody else has anything to hand over.
  private mutating func makeOffer(
    _ ask: UInt64, to source: IPAddress, _ backup: RouterState.Backup, at now: Moment
  ) {
    guard backup.master?.address == source else { return }
    var backup = backup
    let number = UInt64(bitPattern: now.nanoseconds)
    backup.standingOffer = RouterState.StandingOffer(number: number, to: source, until: now + Self.offerLifetime)
    state = .backup(backup)
    say(.offer, ask: ask, offer: number)
  }

  /// The master wants this router: it claims at once, without the skew time.
  private mutating func obey(
    _ message: HandoverMessage, from source: IPAddress, _ backup: RouterState.Backup, at now: Moment
  ) {
    guard let offer = backup.standingOffer, offer.number == message.offer, offer.to == source, now <= offer.until
    else { return }
    var backup = backup
    backup.standingOffer = nil
    backup.hasSteppedDown = false
    backup.handedOverBy = source
    backup.claims = true
    state = .backup(backup)
  }

  /// The time for offers is over: the best one is taken. Without any the standard's way is left: priority 0, and the
  /// backups' skew times.
  mutating func concludeHandover(_ handover: RouterState.Handover, at now: Moment) {
    if let best = handover.best { say(.order, ask: handover.ask, offer: best.number) }
    stepDown(to: handover.best, at: now)
  }

  /// The operator ends the time in which a lower master is left alone.
  mutating func endHandover() {
    guard case .backup(var backup) = state else { return }
    backup.hasSteppedDown = false
    state = .backup(backup)
  }

  private mutating func say(_ kind: HandoverMessage.Kind, ask: UInt64, offer: UInt64) {
    guard let source = inputs.source else { return }
    let message = HandoverMessage(
      kind, version: settings.version, virtualRouter: settings.virtualRouter, priority: effectivePriority, ask: ask,
      offer: offer
    ).encoded(source: source, authentication: settings.authentication)
    for (destination, timeToLive) in settings.targets {
      effects.append(
        .sendHandover(
          OutgoingPacket(
            interface: settings.interface, transport: HandoverMessage.transport, source: source,
            destination: destination, timeToLive: timeToLive, payload: message)))
    }
  }
}

extension RouterState {
  /// A handover that a master has begun.
  package struct Handover: Hashable, Sendable {
    /// Names the ask.
    package var ask: UInt64
    /// When the best offer is taken.
    package var deadline: Moment
    /// The best offer so far.
    package var best: Offer?

    /// By priority and then by address, as the standard ranks routers.
    mutating func consider(_ offer: Offer) {
      guard let best, (best.priority, best.address) >= (offer.priority, offer.address) else { return self.best = offer }
    }
  }

  /// What a backup has offered.
  package struct Offer: Hashable, Sendable {
    package var number: UInt64
    package var address: IPAddress
    package var priority: UInt8
  }

  /// An offer as its maker remembers it.
  package struct StandingOffer: Hashable, Sendable {
    package var number: UInt64
    package var to: IPAddress
    package var until: Moment
  }
}
