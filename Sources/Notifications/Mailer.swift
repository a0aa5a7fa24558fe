package import Dialogues
package import Machines
package import Wire
package import World

/// Sends the daemon's mails, one after the other, without anything else waiting for them.
package actor Mailer {
  /// Whom to send mails to, and through whom.
  package struct Settings: Hashable, Sendable {
    /// The relay, an address or a host name; nil sends nothing.
    package var server: String?
    /// The relay's port.
    package var port: UInt16
    /// The name in HELO.
    package var heloName: String
    /// The sender, perhaps with a name.
    package var sender: String
    /// The recipients; none means that nothing is sent.
    package var recipients: [String]
    /// The label of this machine in front of each subject (router_id).
    package var routerIdentifier: String
    /// For the connection and for each reply.
    package var timeout: Duration
    /// TLS and the password.
    package var security: MailSecurity

    /// Settings of a relay.
    package init(
      server: String?, port: UInt16, heloName: String, sender: String, recipients: [String],
      routerIdentifier: String, timeout: Duration, security: MailSecurity = MailSecurity()
    ) {
      self.server = server
      self.port = port
      self.heloName = heloName
      self.sender = sender
      self.recipients = recipients
      self.routerIdentifier = routerIdentifier
      self.timeout = timeout
      self.security = security
    }

    /// A relay that gets a password is one whose certificate is right.
    var tls: TLSSettings { TLSSettings(serverName: server, verifies: true) }

    var isComplete: Bool { server != nil && !recipients.isEmpty }
  }

  /// What the mailer needs from the host.
  package struct Services: Sendable {
    /// Looks a host name up without waiting; calls back on the loop.
    package var resolve: @Sendable (String, @escaping @Sendable (IPAddress?) -> Void) -> Void
    /// How many seconds local time is ahead of UTC at a time.
    package var zone: @Sendable (WallTime) -> Int
    /// Takes a line for the log; true for a warning.
    package var log: @Sendable (String, Bool) -> Void

    /// What the host offers.
    package init(
      resolve: @escaping @Sendable (String, @escaping @Sendable (IPAddress?) -> Void) -> Void,
      zone: @escaping @Sendable (WallTime) -> Int, log: @escaping @Sendable (String, Bool) -> Void
    ) {
      self.resolve = resolve
      self.zone = zone
      self.log = log
    }
  }

  private let loop: any Loop
  private let connector: any Connector
  private let services: Services
  private var settings: Settings
  private var queue = DeliveryQueue<MailNotice>()
  private var alarm: (any Alarm)?
  private var submission: MailSubmission?
  private var connection: (any Connection)?
  /// Counts submissions, so that what is late from an earlier one is not taken for this one's.
  private var attempt = 0
  private var tally = DeliveryCounts()
  private var finished: (@Sendable () -> Void)?
  private var finishBy: Moment?

  package nonisolated var unownedExecutor: UnownedSerialExecutor {
    unsafe loop.executor.asUnownedSerialExecutor()
  }

  /// A mailer with nothing to send.
  package init(_ loop: any Loop, _ connector: any Connector, _ settings: Settings, _ services: Services) {
    self.loop = loop
    self.connector = connector
    self.settings = settings
    self.services = services
  }

  /// Takes over new settings; what waits is sent by them.
  package func apply(_ new: Settings) { settings = new }

  /// What became of mails.
  package var counts: DeliveryCounts {
    var counts = tally
    counts.waiting = queue.count
    return counts
  }

  /// Sends a mail, if mails are configured.
  package func mail(_ notice: MailNotice) {
    guard settings.isComplete else { return }
    handle(.added(notice))
  }

  /// Sends what waits, but not for longer than a second, and calls back.
  package func finish(_ completion: @escaping @Sendable () -> Void) {
    finished = completion
    finishBy = loop.now + .seconds(1)
    settle()
  }

  private func handle(_ event: DeliveryQueue<MailNotice>.Event) {
    if event == .delivered { tally.sent &+= 1 }
    for effect in queue.handle(event, at: loop.now) {
      switch effect {
      case .deliver(let notice): submit(notice)
      case .giveUp(let notice, let reason):
        tally.givenUp &+= 1
        services.log("mail \"\(notice.subject)\" is given up: \(reason)", true)
      case .postpone(let notice, let reason, let until):
        tally.postponed &+= 1
        services.log(
          "mail \"\(notice.subject)\" could not be sent (\(reason)); again in \(Int((until - loop.now).inSeconds.rounded())) s",
          true)
      }
    }
    settle()
  }

  /// Sets the alarm, and ends when that is wanted and possible.
  private func settle() {
    let alarm = self.alarm ?? loop.alarm { self.assumeIsolated { $0.rang() } }
    self.alarm = alarm
    alarm.set([queue.nextDeadline, submission?.nextDeadline, finishBy].compactMap { $0 }.min())
    guard let finished, let finishBy, submission == nil && attemptIsOver || loop.now >= finishBy else { return }
    self.finished = nil
    self.finishBy = nil
    alarm.set(nil)
    connection?.close()
    finished()
  }

  /// Whether nothing is being sent or waits to be sent at once.
  private var attemptIsOver: Bool { queue.count == 0 || queue.nextDeadline != nil }

  private func rang() {
    if submission != nil { converse(.deadlineReached) }
    handle(.deadlineReached)
  }

  private func submit(_ notice: MailNotice) {
    attempt += 1
    let number = attempt
    let mail = Mail(
      from: settings.sender, recipients: settings.recipients,
      subject: "[\(settings.routerIdentifier)] \(notice.subject)", body: notice.body,
      date: mailDate(notice.date, offset: services.zone(notice.date)))
    guard let server = settings.server else {
      return loop.later { self.assumeIsolated { $0.handle(.failed(reason: "no server", isPermanent: true)) } }
    }
    let dialogue = MailSubmission(
      mail, heloName: settings.heloName, security: settings.security, timeout: settings.timeout, from: loop.now)
    if let address = IPAddress(server) {
      connect(to: address, dialogue)
    } else {
      services.resolve(server) { address in
        self.assumeIsolated { mailer in
          guard mailer.attempt == number else { return }
          guard let address else {
            return mailer.handle(.failed(reason: "the name \(server) cannot be resolved", isPermanent: false))
          }
          mailer.connect(to: address, dialogue)
        }
      }
    }
  }

  private func connect(to address: IPAddress, _ dialogue: MailSubmission) {
    let number = attempt
    submission = dialogue
    let request = ConnectionRequest(
      to: Endpoint(address, port: settings.port),
      over: settings.security.transport == .immediate ? .tls(settings.tls) : .tcp)
    connection = connector.open(request) { event in
      self.assumeIsolated { mailer in
        guard mailer.attempt == number, mailer.submission != nil else { return }
        mailer.converse(DialogueEvent(event))
        mailer.settle()
      }
    }
    settle()
  }

  private func converse(_ event: DialogueEvent) {
    guard var dialogue = submission else { return }
    let effects = dialogue.handle(event, at: loop.now)
    submission = dialogue
    for effect in effects {
      switch effect {
      case .send(let octets): connection?.send(octets)
      case .secure: connection?.secure(settings.tls)
      case .finish: end(dialogue.outcome)
      }
    }
  }

  private func end(_ outcome: MailOutcome?) {
    connection?.close()
    connection = nil
    submission = nil
    switch outcome {
    case .accepted(let refused):
      if !refused.isEmpty {
        services.log("the mail server refused the recipients \(refused.joined(separator: ", "))", true)
      }
      handle(.delivered)
    case .temporary(let reason): handle(.failed(reason: reason, isPermanent: false))
    case .permanent(let reason): handle(.failed(reason: reason, isPermanent: true))
    case nil: handle(.failed(reason: "the conversation ended early", isPermanent: false))
    }
  }
}
