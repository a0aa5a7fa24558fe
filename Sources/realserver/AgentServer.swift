import CLinux
import Dialogues
import Glibc
import Machines
import Wire
import World

/// Says one line to everybody who connects, and measures once per second. What others send is discarded; a connection is
/// kept until the other side has closed it, at most for `patience`, since closing at once could make the line be lost.
struct AgentServer {
  private static let mostConnections = 128
  private static let patience = Duration.seconds(3)
  private static let readable: UInt32 = 0x1  // EPOLLIN

  private struct Caller {
    let descriptor: Int32
    let until: Moment
  }

  private let poller: Int32
  private let listeners: [Int32]
  private let state: AgentState
  private var gauge: AgentGauge
  private var callers: [Caller] = []
  private var measured: Moment?
  private var lastTrouble: [String] = []

  init(_ endpoints: [Endpoint], _ gauge: AgentGauge, _ state: AgentState) throws(Trouble) {
    self.gauge = gauge
    self.state = state
    linux_ignore_broken_pipes()
    poller = linux_epoll_create()
    var listeners: [Int32] = []
    for endpoint in endpoints {
      let listener = linux_listen(endpoint.forKernel, 128)
      guard listener >= 0, linux_epoll_control(poller, 1, listener, Self.readable, UInt64(listener)) >= 0 else {
        throw Self.trouble("listen", -listener, "\(endpoint)")
      }
      listeners.append(listener)
    }
    self.listeners = listeners
    // A damaged state file is better known before anybody asks.
    _ = try state.read()
  }

  /// Serves for ever.
  mutating func run() throws(Trouble) {
    var events = [linux_event](repeating: linux_event(), count: Int(linux_epoll_capacity))
    while true {
      measureIfDue()
      let count = unsafe linux_epoll_wait(poller, &events, Int32(events.count), 500)
      guard count >= 0 else { throw Self.trouble("epoll_wait", -count, "") }
      for event in events.prefix(Int(count)) {
        let descriptor = Int32(truncatingIfNeeded: event.token)
        if listeners.contains(descriptor) { welcome(descriptor) } else { listen(to: descriptor) }
      }
      let now = Self.now
      for caller in callers where caller.until <= now { dismiss(caller.descriptor) }
    }
  }

  private static func trouble(_ call: String, _ code: Int32, _ subject: String) -> Trouble {
    let reason = unsafe String(cString: linux_error_text(code))
    return Trouble(SystemFailure(call: call, code: code, subject: subject, reason: reason))
  }

  private static var now: Moment { Moment(nanoseconds: linux_monotonic_time()) }

  private mutating func measureIfDue() {
    let now = Self.now
    if let measured, now - measured < .seconds(1) { return }
    measured = now
    do {
      gauge.observe(try LoadMeasurement.now(), at: now)
    } catch {
      tell(error)
    }
  }

  private mutating func welcome(_ listener: Int32) {
    // As many as there is room for; others wait in the kernel's queue.
    while true {
      if callers.count >= Self.mostConnections, let oldest = callers.first { dismiss(oldest.descriptor) }
      let descriptor = linux_accept(listener)
      guard descriptor >= 0 else { return }
      let octets = Array((line() + "\n").utf8)
      let sent = unsafe linux_send(descriptor, octets, octets.count)
      guard sent == octets.count, linux_epoll_control(poller, 1, descriptor, Self.readable, UInt64(descriptor)) >= 0
      else {
        close(descriptor)
        continue
      }
      shutdown(descriptor, Int32(SHUT_WR))
      callers.append(Caller(descriptor: descriptor, until: Self.now + Self.patience))
    }
  }

  /// Without a readable state the host is not known to be ready: no new connections.
  private mutating func line() -> String {
    do {
      return try state.read().line(percentage: gauge.percentage)
    } catch {
      tell(error)
      return AgentReply.Administration.drain.line(percentage: gauge.percentage)
    }
  }

  /// Discards what a caller says; it goes when it has said all.
  private mutating func listen(to descriptor: Int32) {
    var octets = [UInt8](repeating: 0, count: 4_096)
    let count = unsafe linux_receive(descriptor, &octets, octets.count)
    if count > 0 || count == -Int(EAGAIN) { return }
    dismiss(descriptor)
  }

  private mutating func dismiss(_ descriptor: Int32) {
    guard let place = callers.firstIndex(where: { $0.descriptor == descriptor }) else { return }
    callers.remove(at: place)
    close(descriptor)
  }

  /// Trouble that goes on is told once.
  private mutating func tell(_ trouble: Trouble) {
    guard trouble.lines != lastTrouble else { return }
    lastTrouble = trouble.lines
    trouble.report()
  }
}

/// How busy this host is.
enum LoadMeasurement {
  static func now() throws(Trouble) -> ServerLoad {
    guard let text = try SmallText.read("/proc/loadavg"), let average = text.split(separator: " ").first,
      let load = Double(average)
    else { throw Trouble("/proc/loadavg says nothing about the load") }
    return ServerLoad(
      perProcessor: load / Double(max(1, sysconf(Int32(_SC_NPROCESSORS_ONLN)))), connections: try connections())
  }

  /// Established TCP connections of this network namespace: CurrEstab of the two lines "Tcp:" in /proc/net/snmp.
  private static func connections() throws(Trouble) -> Int {
    let lines = (try SmallText.read("/proc/net/snmp") ?? "").split(separator: "\n").filter { $0.hasPrefix("Tcp:") }
      .map { $0.split(separator: " ") }
    guard lines.count == 2, let column = lines[0].firstIndex(of: "CurrEstab"), column < lines[1].count,
      let count = Int(lines[1][column])
    else { throw Trouble("/proc/net/snmp says nothing about connections") }
    return count
  }
}

extension Endpoint {
  fileprivate var forKernel: linux_endpoint {
    switch address {
    case .v4(let address): linux_endpoint(high: 0, low: UInt64(address.rawValue), scope: 0, port: port, family: 4)
    case .v6(let address):
      linux_endpoint(
        high: UInt64(truncatingIfNeeded: address.rawValue >> 64), low: UInt64(truncatingIfNeeded: address.rawValue),
        scope: 0, port: port, family: 6)
    }
  }
}
