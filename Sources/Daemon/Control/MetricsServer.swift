import ControlProtocol
package import LinuxWorld
import Machines
import Wire
import World

/// Makes the metrics' text out of the status, and serves it at metrics_address.
///
/// The text is made in a thread of its own, once for all who ask within a second, or within ten times as long as the
/// making took.
final class MetricsServer {
  private static let shortestAge = Duration.seconds(1)
  private static let effortFactor = 10
  /// How many scrapers may be served at a time; all of them are sent the same copy of the text.
  private static let mostClients = 64

  private struct Edition {
    var octets: [UInt8]
    var freshUntil: Moment
  }

  private let reactor: Reactor
  private let status: SharedStatus
  private let warn: (String) -> Void
  private var listener: HTTPListener?
  private var address: String?
  private var editions: [MetricsForm: Edition] = [:]
  private var waiting: [MetricsForm: [([UInt8]?) -> Void]] = [:]

  init(_ reactor: Reactor, _ status: SharedStatus, warn: @escaping (String) -> Void) {
    self.reactor = reactor
    self.status = status
    self.warn = warn
  }

  /// Serves at the address of a configuration, or nowhere.
  func apply(_ new: String?) {
    guard new != address else { return }
    listener?.close()
    listener = nil
    address = new
    guard let new else { return }
    guard let place = HTTPListener.Place(metricsAddress: new) else {
      return warn("metrics_address: \(new) is neither ADDRESS:PORT nor unix:PATH; no metrics are served")
    }
    nonisolated(unsafe) let server = self
    do {
      listener = try HTTPListener(reactor, at: place, limit: Self.mostClients) { request, completion in
        unsafe server.serve(request, completion)
      }
      if case .tcp(let endpoint) = place, !endpoint.address.isLoopback {
        warn("metrics_address: whoever reaches \(endpoint) can read the metrics")
      }
    } catch {
      warn("no metrics are served: \(error)")
    }
  }

  func close() { listener?.close() }

  private func serve(_ request: HTTPRequest, _ completion: @escaping @Sendable (HTTPAnswer) -> Void) {
    switch request.path {
    case "/metrics":
      let form = MetricsForm(accept: request.accept)
      use(form) { octets in
        completion(
          octets.map { HTTPAnswer(status: 200, contentType: form.contentType, body: $0) }
            ?? .line(503, "the daemon is busy"))
      }
    case "/": completion(.line(200, "Understudy serves its metrics at /metrics"))
    default: completion(.line(404, "there is only /metrics"))
    }
  }

  /// Calls back with the text, at once or when it has been made; nil when the daemon is too busy.
  func use(_ form: MetricsForm, _ completion: @escaping ([UInt8]?) -> Void) {
    if let edition = editions[form], reactor.now < edition.freshUntil { return completion(edition.octets) }
    waiting[form, default: []].append(completion)
    guard waiting[form]?.count == 1 else { return }
    status.use { [self] text in
      guard let text else { return finish(form, nil) }
      let began = reactor.now
      nonisolated(unsafe) let server = self
      BackgroundWork.run(
        on: reactor,
        { (try? JSON(parsing: text.utf8)).map { Array(MetricsText.text($0, form).utf8) } },
        { octets in unsafe server.made(form, octets, since: began) })
    }
  }

  private func made(_ form: MetricsForm, _ octets: [UInt8]?, since began: Moment) {
    if let octets {
      let age = max(Self.shortestAge, (reactor.now - began) * Self.effortFactor)
      editions[form] = Edition(octets: octets, freshUntil: reactor.now + age)
    }
    finish(form, octets)
  }

  private func finish(_ form: MetricsForm, _ octets: [UInt8]?) {
    let completions = waiting.removeValue(forKey: form) ?? []
    for completion in completions { completion(octets) }
  }
}

extension HTTPListener.Place {
  /// The place that metrics_address names: "127.0.0.1:9650", "[::1]:9650" or "unix:/run/understudy/metrics.sock".
  package init?(metricsAddress text: String) {
    if text.hasPrefix("unix:") {
      let path = String(text.dropFirst(5))
      guard path.hasPrefix("/") else { return nil }
      self = .unix(path)
      return
    }
    guard let colon = text.lastIndex(of: ":"), let port = UInt16(text[text.index(after: colon)...]), port > 0 else {
      return nil
    }
    var host = text[..<colon]
    if host.hasPrefix("["), host.hasSuffix("]") { host = host.dropFirst().dropLast() }
    guard let address = IPAddress(String(host)) else { return nil }
    self = .tcp(Endpoint(address, port: port))
  }
}

extension IPAddress {
  /// Whether it is an address of this host that others cannot reach.
  fileprivate var isLoopback: Bool {
    switch self {
    case .v4(let address): address.rawValue >> 24 == 127
    case .v6(let address): address.rawValue == 1
    }
  }
}
