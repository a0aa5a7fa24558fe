import ControlProtocol
import Failover
import LinuxWorld
import Logging
import Machines
import VRRP
import Wire
import World

// What control clients ask of the election role.
extension ElectionRole {
  /// How many groups are described in one turn of the loop. A description takes some tens of microseconds; an advert
  /// that falls due meanwhile goes out before the next few.
  private static let groupsPerTurn = 4
  /// Longer than a master looks for a successor.
  private static let handoverTime = Duration.milliseconds(250)

  /// Answers a question of control.
  func answer(_ identifier: UInt64, _ text: String) {
    guard let request = try? ControlRequest(JSON(parsing: text.utf8)) else { return reply(identifier, "null") }
    switch request {
    case .status: describe(settings.order[...], identifier, isFirst: true)
    case .why(let name): describe(keys(of: name)[...], identifier, isFirst: true)
    case .failover(let name, ends: false): handOver(name, identifier)
    case .failover(let name, ends: true): reply(identifier, endHandover(name).description)
    case .recording: tellRecording(identifier)
    case .events, .ipvs, .metrics, .reload, .server, .services: reply(identifier, "null")
    }
  }

  /// Describes groups, a few in each turn, and then the scripts.
  private func describe(_ keys: ArraySlice<String>, _ identifier: UInt64, isFirst: Bool) {
    var text = isFirst ? "{\"groups\":[" : ""
    var separator = isFirst ? "" : ","
    for key in keys.prefix(Self.groupsPerTurn) {
      // A reload may have removed it since the first turn.
      guard let snapshot = groups[key]?.assumeIsolated({ $0.snapshot() }) else { continue }
      text += separator + snapshot.document(at: reactor.now).description
      separator = ","
    }
    let rest = keys.dropFirst(Self.groupsPerTurn)
    // Whatever is missing, something stands before a comma.
    if isFirst, separator.isEmpty, !rest.isEmpty { text += "null" }
    guard !rest.isEmpty else { return reply(identifier, text + "],\"scripts\":\(scriptsDocument)}") }
    reply(identifier, text, isLast: false)
    reactor.later { self.assumeIsolated { $0.describe(rest, identifier, isFirst: false) } }
  }

  private var scriptsDocument: JSON {
    .array(
      scripts.sorted { $0.key < $1.key }.map { name, task in
        .object([
          JSON.Member("name", .string(name)), JSON.Member("running", .boolean(task.machine.isRunning)),
          JSON.Member("good", task.machine.value == .unknown ? .null : .boolean(task.machine.value == .up)),
        ])
      })
  }

  private func reply(_ identifier: UInt64, _ text: String, isLast: Bool = true) {
    send(.control, .answer(identifier: identifier, role: .election, text: text, isLast: isLast))
  }

  /// The keys of the group of this name, or of the one whose member has it.
  private func keys(of name: String) -> [String] {
    settings.order.filter { key in
      guard let group = settings.groups[key] else { return false }
      return group.name == name || group.members.contains { $0.router.name == name }
    }
  }

  private func group(of name: String) -> FailoverGroup? { keys(of: name).first.flatMap { groups[$0] } }

  /// Sends a master away, and answers when it has found a successor or given up looking for one.
  private func handOver(_ name: String, _ identifier: UInt64) {
    guard let group = group(of: name) else { return reply(identifier, JSON.unknownInstance(name).description) }
    let before = group.assumeIsolated { $0.snapshot() }
    guard before.routers.contains(where: { $0.state == .master }) else {
      let reason = "\(name) is \(before.state.rawValue) here; only a MASTER can hand over"
      return reply(identifier, JSON.failure(reason).description)
    }
    group.handOver()
    handovers[identifier]?.set(nil)
    let alarm = reactor.alarm { self.assumeIsolated { $0.tellHandover(of: group, name, identifier) } }
    handovers[identifier] = alarm
    alarm.set(reactor.now + Self.handoverTime)
  }

  private func tellHandover(of group: FailoverGroup, _ name: String, _ identifier: UInt64) {
    handovers[identifier] = nil
    let routers = group.assumeIsolated { $0.snapshot() }.routers
    guard !routers.contains(where: { $0.state == .master }) else {
      return reply(identifier, JSON.failure("\(name) did not hand over: something else happened meanwhile").description)
    }
    let members = routers.map { router in
      let successor: IPAddress? = if case .steppedDown(let address) = router.cause { address } else { nil }
      return JSON.object([
        JSON.Member("name", .string(router.settings.name)),
        JSON.Member("to", successor.map { .string($0.description) } ?? .null),
      ])
    }
    reply(
      identifier,
      JSON.object([
        JSON.Member("handed_over", .array(routers.map { .string($0.settings.name) })),
        JSON.Member("routers", .array(members)),
      ]).description)
  }

  /// Lets a former master be master again if it is the best.
  private func endHandover(_ name: String) -> JSON {
    guard let group = group(of: name) else { return .unknownInstance(name) }
    group.endHandover()
    return .object([JSON.Member("ended", .string(name))])
  }

  /// Tells control, and through it whoever looks or follows.
  func tellControl(_ report: FailoverReport) {
    let about: [String] =
      switch report {
      case .router(let name, _), .group(let name, _): [name]
      case .failed(let router, _, _): [router]
      }
    send(
      .control,
      .event(EventNotice(role: .election, level: report.level.rawValue, about: about, text: report.text)))
  }
}

extension JSON {
  /// An answer that says why there is none.
  static func failure(_ reason: String) -> JSON { .object([Member("error", .string(reason))]) }

  /// The answer to a name that nothing has.
  static func unknownInstance(_ name: String) -> JSON {
    failure("there is no instance and no sync group called \(name)")
  }
}
