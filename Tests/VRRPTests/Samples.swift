import Machines
import VRRP
import Wire

/// Octets from hexadecimal text with blanks between them.
func octets(_ text: String) -> [UInt8] {
  text.split(separator: " ").compactMap { UInt8($0, radix: 16) }
}

func address(_ text: String) -> IPAddress {
  IPAddress(text) ?? .v4(.any)
}

func at(_ seconds: Double) -> Moment { .origin + .seconds(seconds) }

extension RouterSettings {
  /// Router V1, VRID 51, with one virtual address; version 3 and priority 100 unless changed.
  static func sample(
    _ name: String = "V1", virtualRouter: UInt8 = 51, version: Version = .three, priority: UInt8 = 100,
    change: (inout RouterSettings) -> Void = { _ in }
  ) -> RouterSettings {
    var settings = RouterSettings(name: name, virtualRouter: virtualRouter, interface: "eth0", version: version)
    settings.priority = priority
    settings.addresses = [VirtualAddress(AddressPrefix(host: address("192.168.1.10")))]
    change(&settings)
    return settings
  }
}

/// An advert of another router for the sample, as it arrives.
struct Sender {
  var source = address("192.168.1.2")
  var destination = address("224.0.0.18")
  var version = RouterSettings.Version.three
  var virtualRouter: UInt8 = 51
  var priority: UInt8 = 100
  var interval: UInt16?
  var addresses = [address("192.168.1.10")]
  var authenticationType: UInt8 = 0
  var authenticationData: [UInt8] = []
  var form = RouterSettings.ChecksumForm.pseudoHeader
  var timeToLive: UInt8? = 255
  var isEcho = true

  var payload: [UInt8] {
    Advertisement(
      version: version, virtualRouter: virtualRouter, priority: priority,
      intervalField: interval ?? (version == .two ? 1 : 100), addresses: addresses,
      authenticationType: authenticationType, authenticationData: authenticationData
    ).encoded(source: source, destination: destination, form: form)
  }

  var packet: ReceivedPacket { packet(payload) }

  func packet(_ payload: [UInt8]) -> ReceivedPacket {
    var header: [UInt8] = []
    if case .v4(let from) = source, case .v4(let to) = destination {
      header = IPv4Header(source: from, destination: to, transport: 112, payloadLength: payload.count).encoded
    }
    return ReceivedPacket(
      source: source, destination: destination, timeToLive: timeToLive, header: header[...], payload: payload[...])
  }
}

let ownAddress = address("192.168.1.1")

extension RouterInputs {
  /// A running interface with the address 192.168.1.1.
  static var sample: RouterInputs { RouterInputs(source: ownAddress) }
}

extension GroupMachine {
  /// A lone router that has started at the origin.
  static func started(_ settings: RouterSettings, inputs: RouterInputs = .sample) -> GroupMachine {
    var group = GroupMachine(settings: SyncGroupSettings(name: nil, routers: [settings]))
    _ = group.handle(.started(inputs: [settings.name: inputs], memories: []), at: .origin)
    return group
  }

  /// A lone router that became master by its timer; the moment is returned too.
  static func master(_ settings: RouterSettings, inputs: RouterInputs = .sample) -> (GroupMachine, Moment) {
    var group = started(settings, inputs: inputs)
    let now = group.nextDeadline ?? .origin
    _ = group.handle(.deadlineReached, at: now)
    return (group, now)
  }

  /// The only router.
  var router: RouterMachine { routers[0] }

  mutating func hear(_ sender: Sender, at now: Moment) -> [GroupEffect] {
    handle(.packetReceived(sender.packet, router: routers[0].settings.name), at: now)
  }
}

extension [GroupEffect] {
  /// The priorities of the adverts sent.
  var sentPriorities: [UInt8] {
    compactMap { effect in
      if case .router(_, .sendAdvert(let packet)) = effect { packet.payload[2] } else { nil }
    }
  }

  /// The transitions reported for routers.
  var transitions: [Transition] {
    compactMap { effect in
      if case .report(_, .transition(let transition)) = effect { transition } else { nil }
    }
  }

  /// The repeats of the announcements ordered.
  var announcements: [Int] {
    compactMap { effect in
      if case .router(_, .announce(let repeats, _)) = effect { repeats } else { nil }
    }
  }

  /// Whether the effect is ordered for the router V1.
  func orders(_ effect: RouterEffect) -> Bool { contains(.router("V1", effect)) }
}
