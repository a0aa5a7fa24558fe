import Machines
import Wire
package import World

/// How well a segment carries frames.
package struct LineQuality: Hashable, Sendable {
  /// The shortest way from one end to the other.
  package var delay = Duration.microseconds(40)
  /// What is added by chance; more than the gap between two frames reorders them.
  package var jitter = Duration.microseconds(60)
  /// The share of frames that get lost.
  package var loss = 0.0
  /// The share of frames that arrive twice.
  package var duplication = 0.0
  /// The share of frames with a wrong bit.
  package var corruption = 0.0

  /// A quiet local network.
  package init() {}
}

/// An Ethernet. Frames go to everybody plugged in, unless something is in the way.
package final class SimulatedSegment: @unchecked Sendable {
  struct Plug {
    let host: SimulatedHost
    let index: Int32
  }

  /// A way that no frame passes.
  private struct Way: Hashable {
    var from: String
    var to: String
  }

  /// What travels.
  enum Frame {
    case advert(OutgoingAdvert, transport: UInt8)
    case announcement(Announcement)
  }

  /// Its name, for the trace.
  package let name: String
  /// How well it carries frames.
  package var quality = LineQuality() {
    didSet { (delay, jitter) = (quality.delay.wholeNanoseconds, quality.jitter.wholeNanoseconds) }
  }
  /// Of the quality, in nanoseconds.
  private var delay: Int64 = 40_000
  private var jitter: Int64 = 60_000
  let timeline: Timeline
  private(set) var plugs: [Plug] = []
  private var neighbours: [SimulatedNeighbour] = []
  private var blocked: Set<Way> = []
  private var isBlocking = false
  private var chance: SeededGenerator

  /// A segment with nothing plugged in.
  package init(_ name: String, _ timeline: Timeline) {
    self.name = name
    self.timeline = timeline
    chance = timeline.chance("segment \(name)")
  }

  func attach(_ host: SimulatedHost, _ index: Int32) { plugs.append(Plug(host: host, index: index)) }

  func detach(_ host: SimulatedHost, _ index: Int32) {
    plugs.removeAll { $0.host === host && $0.index == index }
  }

  /// Plugs in a client.
  package func attach(_ neighbour: SimulatedNeighbour) { neighbours.append(neighbour) }

  // MARK: What is in the way

  /// Lets frames from one to another pass, or not; both by name.
  package func block(from: String, to: String, _ isBlocked: Bool = true) {
    if isBlocked { blocked.insert(Way(from: from, to: to)) } else { blocked.remove(Way(from: from, to: to)) }
    isBlocking = !blocked.isEmpty
  }

  /// Lets all frames pass again.
  package func unblock() { (blocked, isBlocking) = ([], false) }

  /// Whether frames from one to another pass at all, as far as the segment is concerned.
  package func passes(from: String, to: String) -> Bool {
    !isBlocking || !blocked.contains(Way(from: from, to: to))
  }

  // MARK: Frames

  func transmit(_ frame: Frame, from host: SimulatedHost, index: Int32) {
    guard host.links[index]?.isRunning == true else { return }
    for plug in plugs where plug.host !== host {
      guard passes(from: host.name, to: plug.host.name) else {
        lose(frame, plug.host.name)
        continue
      }
      carry(frame, to: plug)
    }
    guard case .announcement(let announcement) = frame else { return }
    for neighbour in neighbours where passes(from: host.name, to: neighbour.name) && !isLost() {
      let now = timeline.now
      timeline.plan(after: latency()) { [timeline] in
        neighbour.learn(announcement, announcedAt: now, at: timeline.now)
      }
    }
  }

  private func carry(_ frame: Frame, to plug: Plug) {
    guard !isLost() else { return lose(frame, plug.host.name) }
    let copies = draw(quality.duplication) ? 2 : 1
    for _ in 0..<copies {
      guard case .advert(let advert, let transport) = frame else { continue }
      var received = ReceivedAdvert(
        source: advert.source, destination: advert.destination, timeToLive: advert.timeToLive,
        header: advert.header(transport: transport), payload: advert.payload[...])
      let isIntact = !draw(quality.corruption)
      if !isIntact { damage(&received) }
      timeline.plan(after: latency()) {
        plug.host.receive(received, index: plug.index, transport: transport, isIntact: isIntact)
      }
    }
  }

  private func lose(_ frame: Frame, _ receiver: String) {
    guard case .advert(let advert, _) = frame else { return }
    timeline.trace.note(
      .lost, at: timeline.now, Trace.digest(receiver.utf8),
      text: "\(name) lost advert of \(advert.source) to \(receiver)")
  }

  private func latency() -> Duration {
    .nanoseconds(delay + (jitter > 0 ? Int64(chance.next() % UInt64(jitter)) : 0))
  }

  func isLost() -> Bool { draw(quality.loss) }

  /// How long a frame and its answer take.
  func roundTrip() -> Duration { latency() + latency() }

  private func draw(_ share: Double) -> Bool {
    share > 0 && Double.random(in: 0..<1, using: &chance) < share
  }

  private func damage(_ advert: inout ReceivedAdvert) {
    guard !advert.payload.isEmpty else { return }
    let place = Int(chance.next() % UInt64(advert.payload.count))
    advert.payload[advert.payload.startIndex + place] ^= 1 << UInt8(chance.next() % 8)
  }
}

extension OutgoingAdvert {
  /// The IPv4 header the kernel puts before the packet. Only what is signed needs it; otherwise it is empty, as for IPv6.
  fileprivate func header(transport: UInt8) -> ArraySlice<UInt8> {
    guard transport == 51, case .v4(let source) = source, case .v4(let destination) = destination else { return [] }
    return IPv4Header(
      source: source, destination: destination, transport: transport, timeToLive: timeToLive,
      identification: identification ?? 1, payloadLength: payload.count
    ).encoded[...]
  }
}

extension SimulatedSegment {
  /// A packet from somebody who is not one of us.
  package func inject(_ advert: ReceivedAdvert, transport: UInt8 = 112) {
    for plug in plugs {
      timeline.plan(after: quality.delay) {
        plug.host.receive(advert, index: plug.index, transport: transport, isIntact: false)
      }
    }
  }
}
