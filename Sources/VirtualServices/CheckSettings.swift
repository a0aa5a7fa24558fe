package import Wire

/// When a probe is made and how long it may take.
package struct CheckSchedule: Hashable, Sendable {
  /// From the end of one attempt to the start of the next; keepalived's default is 60 s.
  package var delayLoop: Duration
  /// Further attempts before a good server is failed.
  package var retry: UInt32
  /// The pause before each of them.
  package var delayBeforeRetry: Duration
  /// The first attempt comes after a random time up to this; nil means `delayLoop`, zero at once.
  package var warmup: Duration?
  /// For the connection, and again for each answer.
  package var connectTimeout: Duration

  /// keepalived's defaults for a TCP check.
  package init(
    delayLoop: Duration = .seconds(60), retry: UInt32 = 1, delayBeforeRetry: Duration = .seconds(1),
    warmup: Duration? = nil, connectTimeout: Duration = .seconds(5)
  ) {
    self.delayLoop = delayLoop
    self.retry = retry
    self.delayBeforeRetry = delayBeforeRetry
    self.warmup = warmup
    self.connectTimeout = connectTimeout
  }
}

/// What is asked, of whom and when. Equal probes are made once and shared.
package struct ProbeSettings: Hashable, Sendable {
  package var kind: ProbeKind
  /// Whom to ask (connect_ip, connect_port, else the real server).
  package var endpoint: Endpoint
  /// The local address and port (bindto, bind_port).
  package var local: Endpoint?
  /// The local interface (bind_if).
  package var interface: String?
  /// SO_MARK; zero for none.
  package var firewallMark: UInt32
  package var schedule: CheckSchedule

  /// A probe from an address of the kernel's choice.
  package init(
    _ kind: ProbeKind, of endpoint: Endpoint, schedule: CheckSchedule = CheckSchedule(), local: Endpoint? = nil,
    interface: String? = nil, firewallMark: UInt32 = 0
  ) {
    self.kind = kind
    self.endpoint = endpoint
    self.schedule = schedule
    self.local = local
    self.interface = interface
    self.firewallMark = firewallMark
  }
}

/// One check of a real server.
package struct CheckSettings: Hashable, Sendable {
  package var probe: ProbeSettings
  /// Whether it counts as failed until it has succeeded (alpha).
  package var alpha: Bool
  /// Whether every failed attempt is logged (log_all_failures).
  package var logsAllFailures: Bool

  /// A check that counts as good until it has failed.
  package init(_ probe: ProbeSettings, alpha: Bool = false, logsAllFailures: Bool = false) {
    self.probe = probe
    self.alpha = alpha
    self.logsAllFailures = logsAllFailures
  }
}

/// The kinds of checks.
package enum ProbeKind: Hashable, Sendable {
  /// TCP_CHECK: a connection can be opened.
  case tcp
  /// HTTP_GET, and SSL_GET when it has TLS settings.
  case http(HTTPCheck)
  /// SMTP_CHECK.
  case smtp(heloName: String)
  /// DNS_CHECK.
  case dns(DNSCheck)
  /// UDP_CHECK.
  case udp(UDPCheck)
  /// PING_CHECK.
  case ping
  /// MISC_CHECK: a program says so.
  case misc(MiscCheck)
  /// FILE_CHECK: the number in a tracked file says so.
  case file(FileCheck)
  /// BFD_CHECK: the state of a BFD session, by its name.
  case bfd(name: String)
  /// AGENT_CHECK: an agent on the server says so.
  case agent(AgentCheck)
}

/// HTTP_GET and SSL_GET.
package struct HTTPCheck: Hashable, Sendable {
  /// The forms of the request (http_protocol).
  package enum Version: Hashable, Sendable {
    case http10
    /// 1.0 with "Connection: close".
    case http10Close
    /// 1.1 with "Connection: close".
    case http11
  }

  /// Asked in this order; all must be good.
  package var urls: [HTTPCheckURL]
  package var version: Version
  /// Whether connections are kept for the next URL and the next attempt, as long as the server lets them (keep_alive).
  package var keepsConnections = false
  /// nil for plain HTTP.
  package var tls: CheckTLS?

  /// A check of these URLs.
  package init(urls: [HTTPCheckURL], version: Version = .http10, tls: CheckTLS? = nil) {
    self.urls = urls
    self.version = version
    self.tls = tls
  }
}

/// One URL of an HTTP check and what is right about its answer.
package struct HTTPCheckURL: Hashable, Sendable {
  /// The path with its query.
  package var path: String
  /// The Host header; nil for the address and port of the endpoint.
  package var virtualHost: String?
  /// Accepted status codes; empty when the configuration says nothing about them.
  package var statusCodes: [ClosedRange<UInt16>]
  /// The MD5 digest of the body, 32 lower-case hexadecimal digits.
  package var digest: String?
  package var pattern: BodyPattern?

  /// A URL whose answer only has to be a success.
  package init(
    path: String, virtualHost: String? = nil, statusCodes: [ClosedRange<UInt16>] = [], digest: String? = nil,
    pattern: BodyPattern? = nil
  ) {
    self.path = path
    self.virtualHost = virtualHost
    self.statusCodes = statusCodes
    self.digest = digest
    self.pattern = pattern
  }
}

/// A regular expression over the body (regex and its companions).
package struct BodyPattern: Hashable, Sendable {
  package var expression: String
  /// Whether the body must not match (regex_no_match).
  package var inverts: Bool
  /// The words of regex_options.
  package var options: Set<String>
  /// The offsets at which a match may begin (regex_min_offset, regex_max_offset).
  package var beginnings: ClosedRange<Int> = 0 ... .max

  /// A body must match `expression`.
  package init(_ expression: String, inverts: Bool = false, options: Set<String> = []) {
    self.expression = expression
    self.inverts = inverts
    self.options = options
  }
}

/// TLS of an SSL_GET.
package struct CheckTLS: Hashable, Sendable {
  /// Whether a server name is sent (enable_sni).
  package var sendsServerName: Bool
  /// The name (sni_name); nil for the virtual host of the URL.
  package var serverName: String?
  /// Whether the certificate must be right (ssl_verify); keepalived does not look at it.
  package var verifies: Bool
  /// PEM file of trusted certificates; nil for the system's.
  package var authorityFile: String?
  /// PEM files of the client's certificate and key.
  package var certificateFile: String?
  package var keyFile: String?
  package var keyPassword: String?
  /// The oldest version that is accepted (ssl_min_version); nil for the library's default.
  package var oldestVersion: TLSVersion?

  /// A client that sends no name and does not verify.
  package init(sendsServerName: Bool = false, serverName: String? = nil, verifies: Bool = false) {
    self.sendsServerName = sendsServerName
    self.serverName = serverName
    self.verifies = verifies
  }
}

/// The versions of TLS, by their number on the wire (RFC 8446 section 4.2.1).
package enum TLSVersion: UInt16, Hashable, Sendable, CaseIterable {
  case tls10 = 0x0301
  case tls11 = 0x0302
  case tls12 = 0x0303
  case tls13 = 0x0304
}

/// DNS_CHECK.
package struct DNSCheck: Hashable, Sendable {
  /// The number of the query type: A 1, NS 2, CNAME 5, SOA 6, MX 15, TXT 16, AAAA 28, RRSIG 46, DNSKEY 48.
  package var type: UInt16
  /// The name asked for; empty or "." for the root.
  package var name: String

  /// A question for the SOA record of the root, keepalived's default.
  package init(type: UInt16 = 6, name: String = "") {
    self.type = type
    self.name = name
  }
}

/// UDP_CHECK.
package struct UDPCheck: Hashable, Sendable {
  /// An octet of the expected reply: the bits that count and their values.
  package struct Expectation: Hashable, Sendable {
    package var value: UInt8
    package var mask: UInt8

    /// An octet of which the bits in `mask` have to be those of `value`.
    package init(value: UInt8, mask: UInt8) {
      self.value = value
      self.mask = mask
    }
  }

  /// What to send; nil for a default text.
  package var payload: [UInt8]?
  /// Whether silence is a failure (require_reply).
  package var requiresReply: Bool
  /// What the reply has to begin with.
  package var expected: [Expectation]
  /// The accepted lengths of a reply in octets.
  package var replyLength: ClosedRange<Int>

  /// A datagram that may remain unanswered.
  package init(
    payload: [UInt8]? = nil, requiresReply: Bool = false, expected: [Expectation] = [],
    replyLength: ClosedRange<Int> = 0...255
  ) {
    self.payload = payload
    self.requiresReply = requiresReply
    self.expected = expected
    self.replyLength = replyLength
  }
}

/// MISC_CHECK.
package struct MiscCheck: Hashable, Sendable {
  package var command: NotifyCommand
  /// The time it may take (misc_timeout, else delay_loop).
  package var timeout: Duration
  /// Whether an exit status of 2 to 255 sets the weight to status - 2 (misc_dynamic).
  package var isDynamic: Bool

  /// A program whose exit status is the verdict.
  package init(_ command: NotifyCommand, timeout: Duration, isDynamic: Bool = false) {
    self.command = command
    self.timeout = timeout
    self.isDynamic = isDynamic
  }
}

/// FILE_CHECK.
package struct FileCheck: Hashable, Sendable {
  /// The name of the track_file.
  package var file: String
  /// The number in the file times this is added to the weight; 0 makes any number but zero a failure.
  package var weight: Int32
  /// Whether the sign is turned around.
  package var reverses: Bool

  /// A file whose number is added to the weight.
  package init(file: String, weight: Int32 = 1, reverses: Bool = false) {
    self.file = file
    self.weight = weight
    self.reverses = reverses
  }
}

/// AGENT_CHECK.
package struct AgentCheck: Hashable, Sendable {
  /// What is sent before the answer is read; may be empty.
  package var greeting: String

  /// An agent that speaks unasked.
  package init(greeting: String = "") {
    self.greeting = greeting
  }
}
