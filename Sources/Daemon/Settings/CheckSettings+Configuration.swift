import ConfigurationLanguage
import VirtualServices
import Wire

/// What the global settings say about all checks: so much of a configuration as is worth handing to each of them.
struct CheckDefinitions {
  fileprivate let logsAllFailures: Bool
  fileprivate let certificate: ClientCertificate?

  /// Those of a configuration.
  init(_ configuration: Configuration) {
    logsAllFailures = configuration.globals.logsAllCheckFailures
    certificate = configuration.clientCertificate
  }
}

extension CheckSettings {
  /// The settings of one check of the configuration.
  init(_ check: HealthCheck, _ definitions: CheckDefinitions) {
    let schedule = CheckSchedule(
      delayLoop: check.delayLoop, retry: UInt32(clamping: check.retry), delayBeforeRetry: check.delayBeforeRetry,
      warmup: check.warmup, connectTimeout: check.connectTimeout)
    let local: Endpoint? =
      check.bindAddress != nil || check.bindPort != nil
      ? Endpoint(check.bindAddress ?? .any(check.endpoint.address.family), port: check.bindPort ?? 0) : nil
    self.init(
      ProbeSettings(
        ProbeKind(check.kind, definitions.certificate), of: check.endpoint, schedule: schedule, local: local,
        interface: check.bindInterface, firewallMark: check.firewallMark),
      alpha: check.alpha,
      logsAllFailures: check.logsAllFailures || definitions.logsAllFailures)
  }
}

extension IPAddress {
  fileprivate static func any(_ family: AddressFamily) -> IPAddress {
    switch family {
    case .ipv4: .v4(.any)
    case .ipv6: .v6(.any)
    }
  }
}

extension ProbeKind {
  fileprivate init(_ kind: HealthCheck.Kind, _ certificate: ClientCertificate?) {
    switch kind {
    case .tcp: self = .tcp
    case .http(let check): self = .http(VirtualServices.HTTPCheck(check, certificate))
    case .smtp(let check): self = .smtp(heloName: check.heloName)
    case .dns(let check): self = .dns(VirtualServices.DNSCheck(type: check.type.number, name: check.name))
    case .udp(let check): self = .udp(VirtualServices.UDPCheck(check))
    case .ping: self = .ping
    case .misc(let check):
      var command = NotifyCommand(check.script ?? Script(arguments: []))
      if let user = check.user { (command.user, command.group) = (user.user, user.group) }
      self = .misc(VirtualServices.MiscCheck(command, timeout: check.timeout, isDynamic: check.isDynamic))
    case .file(let check):
      self = .file(
        VirtualServices.FileCheck(
          file: check.trackFile, weight: Int32(clamping: check.weight), reverses: check.reverse))
    case .bfd(let name): self = .bfd(name: name)
    case .agent(let check): self = .agent(VirtualServices.AgentCheck(greeting: check.send ?? ""))
    }
  }
}

extension ConfigurationLanguage.DNSCheck.RecordType {
  /// The number of the type (RFC 1035 §3.2.2, RFC 3596, RFC 4034).
  fileprivate var number: UInt16 {
    switch self {
    case .a: 1
    case .ns: 2
    case .cname: 5
    case .soa: 6
    case .mx: 15
    case .txt: 16
    case .aaaa: 28
    case .rrsig: 46
    case .dnskey: 48
    }
  }
}

extension VirtualServices.UDPCheck {
  fileprivate init(_ check: ConfigurationLanguage.UDPCheck) {
    var expected: [Expectation] = []
    let nibbles = check.expectedReply
    for index in stride(from: 0, to: nibbles.count - 1, by: 2) {
      let (high, low) = (nibbles[index], nibbles[index + 1])
      expected.append(
        Expectation(
          value: (high ?? 0) << 4 | (low ?? 0), mask: (high == nil ? 0 : 0xF0) | (low == nil ? 0 : 0x0F)))
    }
    let (shortest, longest) = (check.minimumReplyLength, check.maximumReplyLength)
    self.init(
      payload: check.payload, requiresReply: check.requiresReply, expected: expected,
      replyLength: min(shortest, longest)...max(shortest, longest))
  }
}

extension VirtualServices.HTTPCheck {
  fileprivate init(_ check: ConfigurationLanguage.HTTPCheck, _ certificate: ClientCertificate?) {
    let version: Version =
      switch check.version {
      case .v1_0: .http10
      case .v1_0Close: .http10Close
      case .v1_1: .http11
      }
    self.init(urls: check.urls.map(HTTPCheckURL.init), version: version)
    keepsConnections = check.keepsConnections
    guard check.isTLS else { return }
    var settings = CheckTLS(
      sendsServerName: check.sendsServerName, serverName: check.serverName, verifies: check.verifiesCertificate)
    settings.authorityFile = check.authorities ?? certificate?.authorities
    settings.certificateFile = certificate?.certificate
    settings.keyFile = certificate?.key
    settings.keyPassword = certificate?.password
    settings.oldestVersion = check.minimumTLSVersion.map(VirtualServices.TLSVersion.init)
    tls = settings
  }
}

extension HTTPCheckURL {
  fileprivate init(_ url: HTTPURL) {
    self.init(
      path: url.path ?? "/", virtualHost: url.virtualHost,
      statusCodes: url.$statusCodes.isWritten
        ? url.statusCodes.map { UInt16(clamping: $0.lowerBound)...UInt16(clamping: $0.upperBound) } : [],
      digest: url.digest.map(\.hexadecimal),
      pattern: url.pattern.map {
        var pattern = BodyPattern($0.expression, inverts: $0.isInverted, options: Set($0.options))
        let (first, last) = ($0.minimumOffset, $0.maximumOffset ?? .max)
        pattern.beginnings = first...max(first, last)
        return pattern
      })
  }
}

extension VirtualServices.TLSVersion {
  fileprivate init(_ version: ConfigurationLanguage.HTTPCheck.TLSVersion) {
    switch version {
    case .v1_0: self = .tls10
    case .v1_1: self = .tls11
    case .v1_2: self = .tls12
    case .v1_3: self = .tls13
    }
  }
}

extension [UInt8] {
  /// Two lower-case digits for each octet.
  fileprivate var hexadecimal: String {
    map { ($0 < 16 ? "0" : "") + String($0, radix: 16) }.joined()
  }
}
