package import Wire

/// One check of a real server, completed: nothing in it has to be looked up elsewhere.
package struct HealthCheck: Equatable, Sendable {
  /// The kinds of checks and what is particular to them.
  package indirect enum Kind: Equatable, Sendable {
    /// TCP_CHECK: a connection can be opened.
    case tcp
    /// HTTP_GET and SSL_GET.
    case http(HTTPCheck)
    /// SMTP_CHECK: greeting and HELO.
    case smtp(SMTPCheck)
    /// DNS_CHECK: a query is answered.
    case dns(DNSCheck)
    /// UDP_CHECK: no ICMP error, perhaps a reply.
    case udp(UDPCheck)
    /// PING_CHECK: ICMP echo.
    case ping
    /// MISC_CHECK: a program.
    case misc(MiscCheck)
    /// FILE_CHECK: the number in a track file.
    case file(FileCheck)
    /// BFD_CHECK: the session of this name.
    case bfd(String)
    /// AGENT_CHECK: HAProxy's agent protocol (extension).
    case agent(AgentCheck)
  }

  /// What is checked.
  package var kind: Kind
  /// Where it connects to; address and port are always present, port 0 only for ping and where the server has none.
  package var endpoint = Endpoint(.v4(.any), port: 0)
  /// Written address (`connect_ip`); `endpoint` has it already.
  @Seldom package var connectAddress: IPAddress? = nil
  /// Written port (`connect_port`), 1 to 65535; `endpoint` has it already.
  package var connectPort: UInt16?
  /// Local address (`bindto`); nil lets the kernel choose.
  @Seldom package var bindAddress: IPAddress? = nil
  /// Local port (`bind_port`), 1 to 65535; nil lets the kernel choose.
  package var bindPort: UInt16?
  /// Local interface (`bind_if`).
  @Seldom package var bindInterface: String? = nil
  /// Mark of the packets; 0 for none.
  package var firewallMark: UInt32 = 0
  /// Time allowed to connect, more than 0.
  @Inherited package var connectTimeout = Duration.seconds(5)
  /// Extra attempts before it fails.
  @Inherited package var retry = 1
  /// Pause before a retry.
  @Inherited package var delayBeforeRetry = Duration.seconds(1)
  /// Upper limit of the random delay of the first check; 0 for none.
  @Inherited package var warmup = Duration.seconds(60)
  /// Interval of checks, more than 0.
  @Inherited package var delayLoop = Duration.seconds(60)
  /// Whether it counts as failed until it succeeds.
  @Inherited package var alpha = false
  /// Whether every failed attempt is logged.
  @Inherited package var logsAllFailures = false
  /// Where it was written.
  package var origin: Origin

  /// A check without settings.
  package init(_ kind: Kind, origin: Origin) {
    self.kind = kind
    self.origin = origin
  }
}

/// HTTP_GET and SSL_GET.
package struct HTTPCheck: Equatable, Sendable {
  /// Protocol versions of the request.
  package enum Version: String, CaseIterable, Sendable {
    case v1_0 = "1.0"
    /// 1.0 with `Connection: close`.
    case v1_0Close = "1.0C"
    case v1_1 = "1.1"
  }

  /// TLS versions (extension `ssl_min_version`).
  package enum TLSVersion: String, CaseIterable, Sendable {
    case v1_0 = "TLSv1.0"
    case v1_1 = "TLSv1.1"
    case v1_2 = "TLSv1.2"
    case v1_3 = "TLSv1.3"
  }

  /// Whether it is SSL_GET.
  package var isTLS = false
  /// Host header of all URLs; nil for the address.
  @Inherited package var virtualHost: String? = nil
  /// Version of the request.
  package var version = Version.v1_0
  /// Whether connections are used for more than one request (extension `keep_alive`).
  package var keepsConnections = false
  /// Whether the server name is sent in the TLS handshake.
  package var sendsServerName = false
  /// The name sent; nil for the Host header.
  package var serverName: String?
  /// Whether URLs are checked back to back after a failure and at start.
  package var fastRecovery = false
  /// Whether close_notify is sent.
  package var tlsCompliant = false
  /// Whether the certificate is verified (extension `ssl_verify`).
  package var verifiesCertificate = false
  /// Path of a bundle of authorities to verify with (extension); nil for the system's.
  package var authorities: String?
  /// Oldest TLS version accepted (extension); nil for the library's default.
  package var minimumTLSVersion: TLSVersion?
  /// The URLs, at least one.
  package var urls: [HTTPURL] = []

  /// No URLs yet.
  package init(isTLS: Bool = false) { self.isTLS = isTLS }
}

/// `url` of HTTP_GET and SSL_GET.
package struct HTTPURL: Equatable, Sendable {
  /// A pattern the body must match.
  package struct Pattern: Equatable, Sendable {
    /// PCRE2 pattern.
    package var expression: String
    /// Whether a match is a failure (`regex_no_match`).
    package var isInverted = false
    /// Names of PCRE2 options, as written.
    package var options: [String] = []
    /// First offset of a match.
    package var minimumOffset = 0
    /// Last offset at which a match may begin; nil for any.
    package var maximumOffset: Int?
    /// Size of the matcher's stack at start and at most, in octets.
    package var stackStart: Int?
    /// See `stackStart`.
    package var stackMaximum: Int?
  }

  /// Request path; nil only in a block that is dropped.
  package var path: String?
  /// Expected MD5 of the body, 16 octets.
  package var digest: [UInt8]?
  /// Accepted status codes; 200 to 299 when nothing is written.
  @Inherited package var statusCodes: [ClosedRange<Int>] = [200...299]
  /// Host header; nil for that of the check.
  @Inherited package var virtualHost: String? = nil
  /// Pattern of the body.
  package var pattern: Pattern?
  /// Whether close_notify is sent.
  @Inherited package var tlsCompliant = false
  /// Where it was written.
  package var origin: Origin
}

/// SMTP_CHECK.
package struct SMTPCheck: Equatable, Sendable {
  /// Name sent in HELO.
  package var heloName = "smtpchecker.keepalived.org"

  /// The default name.
  package init() {}
}

/// DNS_CHECK.
package struct DNSCheck: Equatable, Sendable {
  /// Types of queries.
  package enum RecordType: String, CaseIterable, Sendable {
    case a = "A"
    case ns = "NS"
    case cname = "CNAME"
    case soa = "SOA"
    case mx = "MX"
    case txt = "TXT"
    case aaaa = "AAAA"
    case rrsig = "RRSIG"
    case dnskey = "DNSKEY"
  }

  /// Type of the query.
  package var type = RecordType.soa
  /// Name asked for; "." for the root.
  package var name = "."

  /// A query for the root's SOA.
  package init() {}
}

/// UDP_CHECK.
package struct UDPCheck: Equatable, Sendable {
  /// A half octet of an expected reply; nil matches any.
  package typealias Nibble = UInt8?

  /// What is sent; nil for random octets.
  package var payload: [UInt8]?
  /// Whether a reply is needed.
  package var requiresReply = false
  /// What the reply begins with, two half octets for each octet; empty for anything.
  package var expectedReply: [Nibble] = []
  /// Shortest accepted reply, 0 to 65535 octets.
  package var minimumReplyLength = 0
  /// Longest accepted reply, 0 to 65535 octets.
  package var maximumReplyLength = 255

  /// No reply needed.
  package init() {}
}

/// MISC_CHECK.
package struct MiscCheck: Equatable, Sendable {
  /// The program; nil only in a check that is dropped.
  package var script: Script?
  /// Time limit, whole seconds; not written, the `delay_loop` of the service.
  @Inherited package var timeout = Duration.seconds(60)
  /// Whether the exit status sets the weight.
  package var isDynamic = false
  /// Account it runs as; nil for `script_user`.
  package var user: ScriptUser?

  /// No program yet.
  package init() {}
}

/// FILE_CHECK.
package struct FileCheck: Equatable, Sendable {
  /// Name of the track file.
  package var trackFile = ""
  /// What its number is multiplied with.
  @Inherited package var weight = 1
  /// Whether the sense is turned round.
  @Inherited package var reverse = false

  /// No file yet.
  package init() {}
}

/// AGENT_CHECK (extension).
package struct AgentCheck: Equatable, Sendable {
  /// What is sent on connection; nil for nothing.
  package var send: String?

  /// Sends nothing.
  package init() {}
}
