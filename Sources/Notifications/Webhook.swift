package import Dialogues
import Machines
package import Wire
package import World

/// Posts the daemon's news to a web service (notify_webhook), one after the other, without anything else waiting.
package actor Webhook {
  /// News to be posted.
  package struct Item: Hashable, Sendable {
    /// For the log.
    package var title: String
    /// The JSON text.
    package var body: String

    /// News.
    package init(title: String, body: String) {
      self.title = title
      self.body = body
    }
  }

  /// What it needs from the host.
  package struct Services: Sendable {
    /// Looks a host name up without waiting; calls back on the loop.
    package var resolve: @Sendable (String, @escaping @Sendable (IPAddress?) -> Void) -> Void
    /// Takes a warning for the log.
    package var warn: @Sendable (String) -> Void

    /// What the host offers.
    package init(
      resolve: @escaping @Sendable (String, @escaping @Sendable (IPAddress?) -> Void) -> Void,
      warn: @escaping @Sendable (String) -> Void
    ) {
      self.resolve = resolve
      self.warn = warn
    }
  }

  private static let timeout = Duration.seconds(10)

  private let loop: any Loop
  private let connector: any Connector
  private let services: Services
  private let agent: String
  private var address: WebAddress?
  private var queue = DeliveryQueue<Item>()
  private var alarm: (any Alarm)?
  private var post: WebhookPost?
  private var connection: (any Connection)?
  /// Counts attempts, so that what is late from an earlier one is not taken for this one's.
  private var attempt = 0
  private var tally = DeliveryCounts()
  private var finished: (@Sendable () -> Void)?
  private var finishBy: Moment?

  package nonisolated var unownedExecutor: UnownedSerialExecutor {
    unsafe loop.executor.asUnownedSerialExecutor()
  }

  /// A webhook that posts nothing until it has an address. `agent` is what it calls itself.
  package init(_ loop: any Loop, _ connector: any Connector, agent: String, _ services: Services) {
    self.loop = loop
    self.connector = connector
    self.agent = agent
    self.services = services
  }

  /// What became of news.
  package var counts: DeliveryCounts {
    var counts = tally
    counts.waiting = queue.count
    return counts
  }

  /// Posts to this address from now on; nil posts nothing.
  package func apply(_ address: WebAddress?) { self.address = address }

  /// Posts news, if there is an address.
  package func post(_ item: Item) {
    guard address != nil else { return }
    handle(.added(item))
  }

  /// Posts what waits, but not for longer than a second, and calls back.
  package func finish(_ completion: @escaping @Sendable () -> Void) {
    finished = completion
    finishBy = loop.now + .seconds(1)
    settle()
  }

  private func handle(_ event: DeliveryQueue<Item>.Event) {
    if event == .delivered { tally.sent &+= 1 }
    for effect in queue.handle(event, at: loop.now) {
      switch effect {
      case .deliver(let item): deliver(item)
      case .giveUp(let item, let reason):
        tally.givenUp &+= 1
        services.warn("webhook: \(item.title) is given up: \(reason)")
      case .postpone(let item, let reason, let until):
        tally.postponed &+= 1
        let pause = Int((until - loop.now).inSeconds.rounded())
        services.warn("webhook: \(item.title) could not be posted (\(reason)); again in \(pause) s")
      }
    }
    settle()
  }

  private func settle() {
    let alarm = self.alarm ?? loop.alarm { self.assumeIsolated { $0.rang() } }
    self.alarm = alarm
    alarm.set([queue.nextDeadline, post?.nextDeadline, finishBy].compactMap { $0 }.min())
    guard let finished, let finishBy else { return }
    let isIdle = post == nil && (queue.count == 0 || queue.nextDeadline != nil)
    guard isIdle || loop.now >= finishBy else { return }
    self.finished = nil
    self.finishBy = nil
    alarm.set(nil)
    connection?.close()
    finished()
  }

  private func rang() {
    if post != nil { converse(.deadlineReached) }
    handle(.deadlineReached)
  }

  private func deliver(_ item: Item) {
    attempt += 1
    let number = attempt
    guard let target = address else {
      return loop.later { self.assumeIsolated { $0.handle(.failed(reason: "no address", isPermanent: true)) } }
    }
    let dialogue = WebhookPost(
      Array(item.body.utf8), to: target, agent: agent, timeout: Self.timeout, from: loop.now)
    if let host = IPAddress(target.host) { return connect(to: host, target, dialogue) }
    services.resolve(target.host) { host in
      self.assumeIsolated { webhook in
        guard webhook.attempt == number else { return }
        guard let host else {
          return webhook.handle(.failed(reason: "the name \(target.host) cannot be resolved", isPermanent: false))
        }
        webhook.connect(to: host, target, dialogue)
      }
    }
  }

  private func connect(to host: IPAddress, _ target: WebAddress, _ dialogue: WebhookPost) {
    let number = attempt
    post = dialogue
    let tls = TLSSettings(serverName: target.host, verifies: true)
    let request = ConnectionRequest(
      to: Endpoint(host, port: target.port), over: target.isSecure ? .tls(tls) : .tcp)
    connection = connector.open(request) { event in
      self.assumeIsolated { webhook in
        guard webhook.attempt == number, webhook.post != nil else { return }
        webhook.converse(DialogueEvent(event))
        webhook.settle()
      }
    }
    settle()
  }

  private func converse(_ event: DialogueEvent) {
    guard var dialogue = post else { return }
    let effects = dialogue.handle(event, at: loop.now)
    post = dialogue
    for effect in effects {
      switch effect {
      case .send(let octets): connection?.send(octets)
      case .secure: break
      case .finish: end(dialogue.outcome)
      }
    }
  }

  private func end(_ outcome: PostOutcome?) {
    connection?.close()
    connection = nil
    post = nil
    switch outcome {
    case .accepted: handle(.delivered)
    case .temporary(let reason): handle(.failed(reason: reason, isPermanent: false))
    case .permanent(let reason): handle(.failed(reason: reason, isPermanent: true))
    case nil: handle(.failed(reason: "the conversation ended early", isPermanent: false))
    }
  }
}
