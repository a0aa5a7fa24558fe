import Wire

/// What servers take from their service, and checks from both.
extension Completion {
  func inherit(_ service: inout VirtualServer) {
    let mail = configuration.globals.mail
    let alerts = mail.alertsCheckers ?? mail.alerts
    service.$mailsAlerts.inherit(alerts ?? false)
    // The servers are changed in place: a copy of the service that held them would make each change copy them all.
    var template = service
    template.realServers = []
    for position in service.realServers.indices {
      inherit(&service.realServers[position], from: template, alerts: alerts ?? true)
    }
  }

  private func inherit(_ server: inout RealServer, from service: VirtualServer, alerts: Bool) {
    server.$inhibitsOnFailure.inherit(service.inhibitsOnFailure)
    server.$alpha.inherit(service.alpha)
    server.$mailsAlerts.inherit(alerts)
    server.$virtualHost.inherit(service.virtualHost)
    if server.drainTimeout == nil, let timeout = service.drainTimeout { server.drainTimeout = timeout }
    if server.slowStart == nil, let time = service.slowStart { server.slowStart = time }
    guard !server.checks.isEmpty else { return }
    let defaults = CheckDefaults(server.checkDefaults, else: service.checkDefaults)
    for position in server.checks.indices {
      complete(&server.checks[position], server, defaults)
    }
  }

  /// Says once, of all checks together, that certificates are not looked at; keepalived never says so.
  mutating func tellOfUnverifiedCertificates() {
    var first: HealthCheck?
    var servers = 0
    for service in configuration.virtualServers {
      for server in service.realServers {
        guard let check = server.checks.first(where: \.acceptsAnyCertificate) else { continue }
        first = first ?? check
        servers += 1
      }
    }
    guard let first else { return }
    report(
      .unverifiedCertificates, .note, .none,
      "SSL_GET does not verify the certificates of \(servers == 1 ? "a real server" : "\(servers) real servers")",
      first.origin, 7, notes: ["keepalived never verifies them; 'ssl_verify on' in SSL_GET does"])
  }

  private func complete(_ check: inout HealthCheck, _ server: RealServer, _ defaults: CheckDefaults) {
    let delayLoop = defaults.delayLoop ?? .seconds(60)
    check.$delayLoop.inherit(delayLoop)
    check.$connectTimeout.inherit(defaults.connectTimeout ?? .seconds(5))
    check.$warmup.inherit(defaults.warmup ?? check.delayLoop)
    check.$alpha.inherit(server.alpha)
    check.$logsAllFailures.inherit(configuration.globals.logsAllCheckFailures)
    check.endpoint = Endpoint(
      check.connectAddress ?? server.endpoint.address, port: check.connectPort ?? server.endpoint.port)
    var retry = 1
    var pause = Duration.seconds(1)
    switch check.kind {
    case .tcp, .smtp, .udp, .ping, .bfd, .agent: break
    case .http(var http):
      pause = .seconds(3)
      http.$virtualHost.inherit(server.virtualHost)
      for position in http.urls.indices {
        http.urls[position].$virtualHost.inherit(http.virtualHost)
        http.urls[position].$tlsCompliant.inherit(http.tlsCompliant)
      }
      check.kind = .http(http)
    case .dns:
      retry = 3
      pause = check.delayLoop
    case .misc(var misc):
      retry = 0
      if misc.timeout == .zero || !misc.$timeout.isWritten {
        misc.timeout = delayLoop
        check.kind = .misc(misc)
      }
    case .file: retry = 0
    }
    check.$retry.inherit(defaults.retry ?? retry)
    check.$delayBeforeRetry.inherit(defaults.delayBeforeRetry ?? pause)
  }
}

extension CheckDefaults {
  /// The settings of a server, or where it has none those of its service.
  init(_ server: CheckDefaults, else service: CheckDefaults) {
    retry = server.retry ?? service.retry
    delayBeforeRetry = server.delayBeforeRetry ?? service.delayBeforeRetry
    warmup = server.warmup ?? service.warmup
    connectTimeout = server.connectTimeout ?? service.connectTimeout
    delayLoop = server.delayLoop ?? service.delayLoop
  }
}

extension HealthCheck {
  /// Whether it is an SSL_GET that does not look at the certificate.
  fileprivate var acceptsAnyCertificate: Bool {
    guard case .http(let check) = kind else { return false }
    return check.isTLS && !check.verifiesCertificate
  }
}
