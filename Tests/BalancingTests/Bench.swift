import Balancing
import Machines
import VirtualServices
import Wire
import World

/// Values the tests of this target share.
enum Sample {
  static let virtual = Endpoint(.v4(IPv4Address(198, 51, 100, 10)), port: 80)
  static let key = ServiceKey.endpoint(.tcp, virtual)
  static let one = address(1)
  static let two = address(2)
  static let sorry = address(99)

  static func address(_ number: Int, port: UInt16 = 80) -> Endpoint {
    Endpoint(.v4(IPv4Address(rawValue: 0xC000_0200 + UInt32(number))), port: port)
  }

  static let schedule = CheckSchedule(
    delayLoop: .seconds(6), retry: 1, delayBeforeRetry: .seconds(1), warmup: .zero, connectTimeout: .seconds(2))

  static func probe(_ number: Int, _ kind: ProbeKind = .tcp) -> ProbeSettings {
    ProbeSettings(kind, of: address(number), schedule: schedule)
  }

  static func server(_ number: Int, weight: UInt32 = 1, _ kinds: ProbeKind...) -> RealServerSettings {
    let kinds = kinds.isEmpty ? [.tcp] : kinds
    return RealServerSettings(
      address(number), forwarding: .masquerade, weight: weight, checks: kinds.map { CheckSettings(probe(number, $0)) })
  }

  static func service(_ servers: RealServerSettings..., port: UInt16 = 80) -> VirtualServiceSettings {
    let endpoint = Endpoint(virtual.address, port: port)
    return VirtualServiceSettings(
      .endpoint(.tcp, endpoint), keys: [.endpoint(.tcp, endpoint)],
      attributes: ServiceAttributes(scheduler: "rr", persistenceMask: 0xFFFF_FFFF), servers: servers)
  }
}

/// What was reported. Used by one thread only.
final class Reports: @unchecked Sendable {
  var all: [BalancingReport] = []

  var lines: [String] { all.compactMap(\.logLine) }
  var fifo: [String] { all.compactMap(\.fifoLine) }
  var mails: [MailText] { all.compactMap(\.mail) }
  var runs: [ScriptRun] {
    all.compactMap { if case .runCheck(let run, _, _) = $0 { run } else { nil } }
  }
  var installed: [Bool] {
    all.compactMap { if case .servicesInstalled(_, let complete) = $0 { complete } else { nil } }
  }
}

/// A director in a world the test controls.
struct Bench {
  let loop = TestLoop()
  let connector: TestConnector
  let table = TestTable()
  let reports = Reports()
  let director: Director

  init(_ settings: DirectorSettings) {
    connector = TestConnector(loop)
    let reports = reports
    director = Director(
      settings: settings, loop: loop, connector: connector, table: table, seed: 7, report: { reports.all.append($0) })
  }

  init(_ services: VirtualServiceSettings...) {
    self.init(DirectorSettings(services: services))
  }

  func deliver(_ event: DirectorEvent) {
    director.assumeIsolated { $0.deliver(event) }
    loop.turn()
  }

  /// Starts the director and lets it do what it does at once.
  func start(masters: [String: Bool] = [:], local: Set<IPAddress>? = []) {
    deliver(.started(masters: masters, localAddresses: local))
  }

  func stop() {
    director.assumeIsolated { $0.stop {} }
  }

  var snapshot: DirectorSnapshot { director.assumeIsolated { $0.snapshot() } }
}
