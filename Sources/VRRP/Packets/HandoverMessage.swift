package import Wire

/// What two Understudies say to each other when an operator wants a master to hand over (see "Planned handover" in
/// AboutVRRP.swift). It is no VRRP message and travels under another IP protocol number, so that no other router ever
/// sees one: kernels drop what no socket asked for.
///
///     0  version of VRRP (4 bits), kind (4 bits)   1  VRID   2  priority   3  key number, 0 for none
///     4  "USH1"                                    8  number of the ask    16  number of the offer
///     24 HMAC-SHA-256 over the source address and octets 0 to 23, first 16 octets; zero without key
package struct HandoverMessage: Hashable, Sendable {
  /// What is said.
  package enum Kind: UInt8, Hashable, Sendable {
    /// The master: who could take over?
    case ask = 1
    /// A backup: I could, with this priority.
    case offer = 2
    /// The master: the router that made this offer takes over now.
    case order = 3
  }

  /// RFC 3692's number for experiments, which no router uses by itself; the mark in the message tells whose it is.
  package static let transport: UInt8 = 253
  /// Octets of a message.
  package static let length = 40
  private static let mark: UInt32 = 0x5553_4831
  /// The octets before the signature.
  static let signedLength = 24
  private static let codeLength = 16

  package var kind: Kind
  /// The version of the virtual router.
  package var version: RouterSettings.Version
  /// The VRID.
  package var virtualRouter: UInt8
  /// The effective priority of the sender.
  package var priority: UInt8
  /// Names the ask; an offer repeats it.
  package var ask: UInt64
  /// Names the offer, zero in an ask; an order repeats it.
  package var offer: UInt64

  /// A message.
  package init(
    _ kind: Kind, version: RouterSettings.Version, virtualRouter: UInt8, priority: UInt8, ask: UInt64, offer: UInt64
  ) {
    self.kind = kind
    self.version = version
    self.virtualRouter = virtualRouter
    self.priority = priority
    self.ask = ask
    self.offer = offer
  }

  /// The octets, signed where the adverts prove something too.
  ///
  /// - Parameter number: The key that signs, where there are several; nil for the active one.
  package func encoded(source: IPAddress, authentication: Authentication, key number: UInt8? = nil) -> [UInt8] {
    let active = authentication.handoverKey
    let key = number.flatMap { number in authentication.handoverSecret(number).map { (number, $0) } } ?? active
    var bytes: [UInt8] = [version.rawValue << 4 | kind.rawValue, virtualRouter, priority, key?.0 ?? 0]
    bytes.append(number: Self.mark)
    bytes.append(number: ask)
    bytes.append(number: offer)
    return bytes + Self.code(of: bytes, source: source, secret: key?.1)
  }

  /// Reads a message; nil when it is none, or not signed as this router would sign.
  package init?(_ octets: ArraySlice<UInt8>, source: IPAddress, authentication: Authentication) {
    var reader = ByteReader(octets)
    guard octets.count == Self.length, let first = reader.octet(), let kind = Kind(rawValue: first & 15),
      let version = RouterSettings.Version(rawValue: first >> 4), let virtualRouter = reader.octet(),
      let priority = reader.octet(), let key = reader.octet(), reader.number(UInt32.self) == Self.mark,
      let ask = reader.number(UInt64.self), let offer = reader.number(UInt64.self)
    else { return nil }
    let secret = authentication.handoverSecret(key)
    guard (secret == nil) == (authentication.handoverKey == nil),
      isSameSecret(
        Array(reader.remaining),
        Self.code(of: Array(octets.prefix(Self.signedLength)), source: source, secret: secret))
    else { return nil }
    self.init(kind, version: version, virtualRouter: virtualRouter, priority: priority, ask: ask, offer: offer)
  }

  private static func code(of signed: [UInt8], source: IPAddress, secret: [UInt8]?) -> [UInt8] {
    guard let secret else { return [UInt8](repeating: 0, count: codeLength) }
    return Array(SHA256.authenticationCode(of: source.octets + signed, key: secret).prefix(codeLength))
  }
}

extension Authentication {
  /// The key that signs, with its number; nil where adverts prove nothing.
  fileprivate var handoverKey: (number: UInt8, secret: [UInt8])? {
    switch self {
    case .none: nil
    case .password(let secret), .header(let secret): (1, secret)
    case .trailer(let trailer): trailer.keys[trailer.activeKey].map { (trailer.activeKey, $0) }
    }
  }

  /// The key of a number; while keys are replaced the peer may sign with another one.
  fileprivate func handoverSecret(_ number: UInt8) -> [UInt8]? {
    switch self {
    case .none: nil
    case .password(let secret), .header(let secret): number == 1 ? secret : nil
    case .trailer(let trailer): trailer.keys[number]
    }
  }
}
