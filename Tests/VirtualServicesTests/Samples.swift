import Machines
import VirtualServices
import Wire

/// Values the tests of this target share.
enum Sample {
  static let start = Moment.origin
  static let virtual = Endpoint(.v4(IPv4Address(198, 51, 100, 10)), port: 80)
  static let key = ServiceKey.endpoint(.tcp, virtual)
  static let attributes = ServiceAttributes(scheduler: "rr", persistenceMask: 0xFFFF_FFFF)
  static let sorry = Endpoint(.v4(IPv4Address(192, 0, 2, 99)), port: 80)

  static func address(_ number: Int, port: UInt16 = 80) -> Endpoint {
    Endpoint(.v4(IPv4Address(rawValue: 0xC000_0200 + UInt32(number))), port: port)
  }

  static func check(_ number: Int, alpha: Bool = false) -> CheckSettings {
    CheckSettings(ProbeSettings(.tcp, of: address(number)), alpha: alpha)
  }

  static func server(
    _ number: Int, weight: UInt32 = 1, alpha: Bool = false, inhibits: Bool = false
  ) -> RealServerSettings {
    var server = RealServerSettings(
      address(number), forwarding: .masquerade, weight: weight, checks: [check(number, alpha: alpha)])
    server.inhibits = inhibits
    server.notify = NotifySettings(
      up: NotifyCommand(arguments: ["/up"]), down: NotifyCommand(arguments: ["/down"]), sendsMail: true)
    return server
  }

  static func service(_ servers: [RealServerSettings], sorry: Bool = false) -> VirtualServiceSettings {
    var service = VirtualServiceSettings(
      .endpoint(.tcp, virtual), keys: [key], attributes: attributes, servers: servers)
    if sorry { service.sorryServer = SorryServerSettings(Self.sorry, forwarding: .masquerade) }
    return service
  }

  /// A running service that is to be in the kernel, with verdicts that are not known yet.
  static func machine(_ settings: VirtualServiceSettings, policy: ReportPolicy = ReportPolicy()) -> ServiceMachine {
    var machine = ServiceMachine(settings, verdicts: [], policy: policy, at: start)
    _ = machine.handle(.presenceChanged(.present(.noRouter)), at: start)
    _ = machine.handle(.started, at: start)
    return machine
  }

  static let good = CheckState(.good, since: start)
  static let failed = CheckState(.failed(CheckFailure(.answer, "connection refused")), since: start)
}

extension Moment {
  /// So many seconds after the origin.
  static func seconds(_ number: Double) -> Moment {
    Moment(nanoseconds: Int64(number * 1e9))
  }
}

extension ServiceMachine {
  /// The weights the table should hold by address.
  var weights: [Endpoint: UInt32] {
    (desired(Sample.key)?.destinations ?? [:]).mapValues(\.weight)
  }

  /// The reports of an event.
  mutating func reports(_ event: Event, at now: Moment = Sample.start) -> [ServiceReport] {
    handle(event, at: now).compactMap { if case .report(let report) = $0 { report } else { nil } }
  }
}
