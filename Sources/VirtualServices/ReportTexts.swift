// All words about services and servers that reach logs, mails and FIFOs. The mails and FIFO lines are keepalived's,
// because people and programs filter on them.

import Wire

extension ServiceReport {
  /// One line for the log.
  package var logLine: String {
    switch self {
    case .checkChanged(let change): change.logLine
    case .serverChanged(let change): change.logLine
    case .weightChanged(let change):
      "Weight of \(change.service.text(of: change.server)) in VS \(change.service): \(change.from) -> \(change.to)"
    case .quorumChanged(let change): "\(change.arithmetic) for VS \(change.service)"
    }
  }

  /// Whether it is bad news.
  package var isBad: Bool {
    switch self {
    case .checkChanged(let change): !change.state.isGood(unlessKnown: true)
    case .serverChanged(let change): !change.isUp
    case .weightChanged: false
    case .quorumChanged(let change): !change.isUp
    }
  }

  /// The mail, when one is wanted.
  package var mail: MailText? {
    switch self {
    case .checkChanged(let change): change.sendsMail ? change.mail : nil
    case .serverChanged(let change): change.sendsMail ? change.mail : nil
    case .weightChanged: nil
    case .quorumChanged(let change): change.sendsMail ? change.mail : nil
    }
  }

  /// The line for lvs_notify_fifo and notify_fifo, without its newline and the NUL octet that follows it.
  package var fifoLine: String? {
    switch self {
    case .checkChanged, .weightChanged: nil
    case .serverChanged(let change):
      "RS \(change.service.text(of: change.server)) \(change.service) \(change.isUp ? "UP" : "DOWN")"
    case .quorumChanged(let change): "VS \(change.service) \(change.isUp ? "UP" : "DOWN")"
    }
  }

  /// The script to run.
  package var command: NotifyCommand? {
    switch self {
    case .checkChanged, .weightChanged: nil
    case .serverChanged(let change): change.command
    case .quorumChanged(let change): change.command
    }
  }
}

private func serverSubject(_ service: ServiceIdentity, _ server: String, isUp: Bool) -> String {
  "Realserver \(server) of virtual server \(service) - \(isUp ? "UP" : "DOWN")"
}

extension CheckChange {
  fileprivate var logLine: String {
    let subject = "\(probe.text) of \(service.text(of: server)) in VS \(service)"
    switch state.standing {
    case .notYet: return "\(subject) has no result yet"
    case .good: return state.detail.isEmpty ? "\(subject) succeeded" : "\(subject) succeeded: \(state.detail)"
    case .failed(let failure): return "\(subject) failed: \(failure.text)"
    }
  }

  fileprivate var mail: MailText {
    MailText(
      subject: serverSubject(service, service.text(of: server), isUp: serverIsUp),
      body: "=> \(probe.kind.mailText(state.standing)) <=")
  }
}

extension ServerChange {
  fileprivate var logLine: String {
    let server = service.text(of: server)
    let action = isUp ? "\(server) of VS \(service) is UP" : "\(server) of VS \(service) is DOWN"
    return switch cause {
    case .started: "\(action): counted as up until a check fails"
    case .check(let check, let detail): detail.isEmpty ? "\(action): \(check)" : "\(action): \(check): \(detail)"
    case .configuration: "\(action): its checks changed with the configuration"
    case .order: "\(action): ordered by the operator"
    case .removed: "\(action): removed from the configuration"
    case .stopping: "\(action): shutting down"
    }
  }

  /// Only removals and stops; what a check decides is mailed as the check's change.
  fileprivate var mail: MailText? {
    let subject = serverSubject(service, service.text(of: server), isUp: isUp)
    return switch cause {
    case .started, .check, .configuration, .order: nil
    case .removed: MailText(subject: subject, body: "=> Removing <=")
    case .stopping: MailText(subject: subject, body: "=> Shutting down <=")
    }
  }
}

extension QuorumChange {
  fileprivate var mail: MailText {
    MailText(
      subject: "Virtualserver \(service) - \(isUp ? "UP" : "DOWN")",
      body: occasion == .stopping ? "=> Shutting down <=" : "=> \(arithmetic) <=")
  }
}

extension ProbeKind {
  /// keepalived's word for the kind, as in the configuration.
  package var word: String {
    switch self {
    case .tcp: "TCP_CHECK"
    case .http(let check): check.tls == nil ? "HTTP_GET" : "SSL_GET"
    case .smtp: "SMTP_CHECK"
    case .dns: "DNS_CHECK"
    case .udp: "UDP_CHECK"
    case .ping: "PING_CHECK"
    case .misc: "MISC_CHECK"
    case .file: "FILE_CHECK"
    case .bfd: "BFD_CHECK"
    case .agent: "AGENT_CHECK"
    }
  }

  /// What keepalived mails about a check of this kind.
  fileprivate func mailText(_ standing: CheckState.Standing) -> String {
    let isGood = standing == .good
    switch self {
    case .tcp: return "TCP CHECK \(isGood ? "succeed" : "failed") on service"
    case .udp: return "UDP CHECK \(isGood ? "succeed" : "failed") on service"
    case .ping: return "ICMP CHECK \(isGood ? "succeed" : "failed") on service"
    case .http: return isGood ? "CHECK succeed on service" : "CHECK failed on service : HTTP/SSL request failed"
    case .smtp: return "CHECK \(isGood ? "succeed" : "failed") on service"
    case .dns: return "DNS_CHECK: \(isGood ? "succeed" : "failed") on service"
    case .misc:
      if case .failed(let failure) = standing, failure.kind == .timedOut { return "MISC CHECK timed out on service" }
      return "MISC CHECK \(isGood ? "succeeded" : "failed") on service"
    case .file(let check): return "FILE CHECK \(check.file) \(isGood ? "succeeded" : "failed") on service"
    case .bfd(let name): return "BFD CHECK \(name) \(isGood ? "succeeded" : "failed") on service"
    case .agent: return "AGENT CHECK \(isGood ? "succeeded" : "failed") on service"
    }
  }
}

extension ProbeSettings {
  /// What is asked of whom, for logs: "TCP_CHECK 192.0.2.1:80".
  package var text: String {
    switch kind {
    case .tcp, .http, .smtp, .dns, .udp, .agent: "\(kind.word) \(endpoint)"
    case .ping: "\(kind.word) \(endpoint.address)"
    case .misc(let check): "\(kind.word) \(check.command.arguments.first ?? "")"
    case .file(let check): "\(kind.word) \(check.file)"
    case .bfd(let name): "\(kind.word) \(name)"
    }
  }
}
