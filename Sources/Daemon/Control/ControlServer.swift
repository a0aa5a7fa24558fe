import ConfigurationLanguage
import ControlProtocol
import Glibc
package import LinuxWorld
import Machines
import World

/// Answers control clients: one JSON text per line in, one out. See ControlProtocol for the form.
///
/// What a client asks about VRRP and services is asked of the roles that know; see `RoleQuestions`.
package final class ControlServer {
  /// What a configuration says about the control socket.
  package struct Settings: Equatable {
    /// The roles that can be asked.
    package var roles: [Role] = []
    /// The socket's path: one for each instance and network namespace.
    package var path = ControlSocket.path
    /// The number of the group that may read.
    package var group: UInt32?
    /// metrics_address.
    package var metrics: String?

    /// No role to be asked, and the usual path.
    package init() {}
  }

  private static let patienceWithReload = Duration.seconds(30)
  /// How many clients may be connected, how many of them are root's, and how many of them may follow events.
  package static let mostClients = 128
  private static let rootsClients = 16
  private static let mostFollowers = 32

  private struct Follower {
    let client: ControlClient
    let name: String?
  }

  private let reactor: Reactor
  private let warn: (String) -> Void
  private let patience: Duration
  private let questions: RoleQuestions
  private let status: SharedStatus
  private let metrics: MetricsServer
  private var settings: Settings?
  private var listener: UnixListener?
  private var history = EventHistory()
  private var followers: [Follower] = []
  private var counts: [String: Int64] = [:]
  /// What clients are told of mails and of what is posted.
  var mailDocument: () -> JSON = { .null }
  var webhookDocument: () -> JSON = { .null }

  /// A server that listens from its first settings on.
  ///
  /// - Parameters:
  ///   - patience: how long a client may take for each request
  ///   - warn: takes a line for the log
  ///   - ask: puts a question to a role, which answers through `answered`
  package init(
    _ reactor: Reactor, patience: Duration = .seconds(30), warn: @escaping (String) -> Void,
    ask: @escaping (Role, UInt64, String) -> Void
  ) {
    self.reactor = reactor
    self.warn = warn
    self.patience = patience
    questions = RoleQuestions(reactor, send: ask)
    status = SharedStatus(reactor, questions)
    metrics = MetricsServer(reactor, status, warn: warn)
    nonisolated(unsafe) let server = self
    status.ownDocument = { unsafe server.ownDocument }
  }

  /// A piece of a role's answer has come.
  package func answered(_ number: UInt64, _ role: Role, _ text: String, isLast: Bool) {
    questions.answered(number, role, text, isLast: isLast)
  }

  /// Takes over the settings of a configuration.
  package func apply(_ new: Settings) {
    if settings?.roles != new.roles { status.roles = new.roles }
    if listener == nil || settings?.path != new.path { listen(new.path) }
    if settings?.group != new.group || settings?.path != new.path { permit(new.group) }
    metrics.apply(new.metrics)
    settings = new
    status.invalidate()
  }

  private func listen(_ path: String) {
    listener?.close()
    listener = nil
    nonisolated(unsafe) let server = self
    if path.hasPrefix(ControlSocket.directory) {
      unsafe _ = mkdir(ControlSocket.directory, 0o755)
      unsafe _ = chmod(ControlSocket.directory, 0o755)
    }
    do {
      // The listener calls on the loop, where the server lives.
      listener = try UnixListener(
        reactor, path: path, limit: Self.mostClients, reserve: Self.rootsClients, patience: patience,
        refusals: UnixListener.Refusals(
          tooLong: ControlReply.failure("a request has at most \(ControlClient.longestLine) octets").line,
          tooSlow: ControlReply.failure("no whole request came within \(patience)").line,
          tooMany: ControlReply.failure("too many clients are connected").line)
      ) { client, line in
        unsafe server.receive(line, from: client)
      }
    } catch {
      warn("no control socket: \(error)")
    }
  }

  private func permit(_ group: UInt32?) {
    do {
      try listener?.permit(group: group)
    } catch {
      warn("the control socket is for root only: \(error)")
    }
  }

  /// Stops listening and hangs up on all clients.
  package func close() {
    listener?.close()
    metrics.close()
  }

  private func receive(_ line: [UInt8], from client: ControlClient) {
    do {
      let request = try ControlRequest(JSON(parsing: line))
      guard isAllowed(request, client) else {
        count("denied")
        return refuse(client, "\"\(request.word)\" is not permitted to you")
      }
      count(request.word)
      carryOut(request, client)
    } catch let error as ControlError {
      count("malformed")
      refuse(client, error.description)
    } catch {
      count("malformed")
      refuse(client, "this is no JSON text")
    }
  }

  private func isAllowed(_ request: ControlRequest, _ client: ControlClient) -> Bool {
    let isReader = settings?.group.map(client.isMember) ?? false
    return request.isPermitted(user: client.credentials.user, daemon: geteuid(), isReader: isReader)
  }

  private func count(_ what: String) { counts[what, default: 0] &+= 1 }

  private func refuse(_ client: ControlClient, _ reason: String) {
    client.send(ControlReply.failure(reason).line)
    client.close()
  }

  private func succeed(_ client: ControlClient, _ result: String) {
    client.send(ControlReply.line(result: result))
  }

  private func carryOut(_ request: ControlRequest, _ client: ControlClient) {
    switch request {
    case .status:
      status.useReply { line in
        if let line { client.send(line) } else { self.refuse(client, Self.busy) }
      }
    case .why(let name): explain(name, request, client)
    case .events(let limit, let name, let follows): tell(client, limit, name, follows: follows)
    case .ipvs: pass(request, to: .balancing, client, patience: .seconds(5))
    case .metrics:
      metrics.use(.prometheus) { octets in
        guard let octets else { return self.refuse(client, Self.busy) }
        self.succeed(client, JSON.string(String(decoding: octets, as: UTF8.self)).description)
      }
    case .reload: pass(request, to: .supervisor, client, patience: Self.patienceWithReload)
    case .server, .services: pass(request, to: .balancing, client, patience: .seconds(5))
    case .failover: pass(request, to: .election, client)
    case .recording: pass(request, to: .election, client, patience: .seconds(20))
    }
  }

  private static let busy = "the daemon is busy with other clients; try again"

  /// Everything about one thing, with what happened to it last.
  private func explain(_ name: String, _ request: ControlRequest, _ client: ControlClient) {
    let isAsked = questions.ask(settings?.roles ?? [], request) { answers in
      let own = JSON.object([JSON.Member("events", .array(self.history.last(10, about: name).map(\.json)))])
      self.succeed(client, SharedStatus.document(answers, own: own, time: self.reactor.wallTime.seconds))
    }
    if !isAsked { refuse(client, Self.busy) }
  }

  /// Has one role carry something out, and passes its answer on.
  private func pass(
    _ request: ControlRequest, to role: Role, _ client: ControlClient, patience: Duration = .seconds(2)
  ) {
    guard role == .supervisor || settings?.roles.contains(role) ?? false else {
      return refuse(client, "the configuration gives the \(role.name) role nothing to do")
    }
    let isAsked = questions.ask([role], request, patience: patience) { answers in
      if !request.onlyReads { self.status.invalidate() }
      guard let text = answers.texts[role] else {
        return self.refuse(client, "the \(role.name) role gave no answer in time")
      }
      guard let answer = try? JSON(parsing: text.utf8), let reason = answer["error"]?.string else {
        return self.succeed(client, text)
      }
      let findings = (answer["findings"]?.array ?? []).compactMap(\.string)
      self.refuse(client, ([reason] + findings).joined(separator: "\n"))
    }
    if !isAsked { refuse(client, Self.busy) }
  }
}

// Events
extension ControlServer {
  /// Something happened: it is kept, and told to whoever follows.
  package func happened(_ notice: EventNotice) {
    let event = history.append(
      time: reactor.wallTime.nanoseconds, role: notice.role.name, level: notice.level, about: notice.about,
      text: notice.text)
    guard !followers.isEmpty else { return }
    for follower in followers where follower.client.outgoingCount > ControlClient.enoughOutgoing {
      refuse(follower.client, "you read too slowly")
    }
    followers.removeAll { !$0.client.isConnected || $0.client.outgoingCount > ControlClient.enoughOutgoing }
    let line = ControlReply.line(result: event.json.description)
    for follower in followers where follower.name.map({ event.about.contains($0) }) ?? true {
      follower.client.send(line)
    }
  }

  private func tell(_ client: ControlClient, _ limit: Int, _ name: String?, follows: Bool) {
    let events = history.last(limit, about: name).map(\.json)
    guard follows else {
      return succeed(client, JSON.object([JSON.Member("events", .array(events))]).description)
    }
    followers.removeAll { !$0.client.isConnected }
    guard followers.count < Self.mostFollowers else { return refuse(client, "too many clients follow events already") }
    client.keepListening()
    for event in events { succeed(client, event.description) }
    followers.append(Follower(client: client, name: name))
  }

  /// What clients are told of this role.
  private var ownDocument: JSON {
    .object([
      JSON.Member("clients", .integer(Int64(listener?.count ?? 0))),
      JSON.Member("followers", .integer(Int64(followers.count))),
      JSON.Member("events", .integer(Int64(clamping: history.count))),
      JSON.Member(
        "requests", .object(counts.sorted { $0.key < $1.key }.map { JSON.Member($0.key, .integer($0.value)) })),
      JSON.Member("mails", mailDocument()), JSON.Member("webhook", webhookDocument()),
    ])
  }
}
