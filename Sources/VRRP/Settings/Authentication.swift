/// How adverts prove that they come from a member of the virtual router.
package enum Authentication: Hashable, Sendable {
  /// Nothing is proved.
  case none
  /// VRRP version 2, type 1 (RFC 2338 §10.1.1): the password in clear text; it is cut to eight octets.
  case password([UInt8])
  /// VRRP version 2, type 2 (RFC 2338 §10.1.2): the IP authentication header with HMAC-MD5-96 under this key, which is
  /// cut or padded to eight octets.
  case header(key: [UInt8])
  /// keepalived's trailer with HMAC-SHA-256 (draft-cassen-vrrp-auth-hmac), for both versions.
  case trailer(TrailerSettings)

  /// Whether each packet carries something of its own: a number, a date and a signature over them.
  package var changesEachPacket: Bool {
    switch self {
    case .none, .password: false
    case .header, .trailer: true
    }
  }

  /// The authentication type field of version 2.
  package var typeNumber: UInt8 {
    switch self {
    case .none, .trailer: 0
    case .password: 1
    case .header: 2
    }
  }

  /// Whether adverts carry something made from the wall clock.
  package var usesClock: Bool {
    switch self {
    case .none, .password: false
    case .header, .trailer: true
    }
  }

  /// The IP protocol number of the packets: 51 under an authentication header, 112 otherwise.
  package var transport: UInt8 {
    switch self {
    case .none, .password, .trailer: 112
    case .header: 51
    }
  }
}

/// The settings of `auth_hmac`.
package struct TrailerSettings: Hashable, Sendable {
  /// What happens to adverts without trailer.
  package enum Mode: Hashable, Sendable {
    /// They are refused.
    case enforce
    /// They are accepted; own adverts are signed.
    case permissive
    /// They are accepted; own adverts are not signed.
    case receiveOnly
  }

  /// How a repeated advert is recognised.
  package enum ReplayProtection: Hashable, Sendable {
    /// By a window around the wall clock and by growing numbers.
    case time
    /// By growing numbers alone.
    case monotonic
  }

  /// Keys of 32 to 64 octets by their number, 1 to 255: any of them verifies.
  package var keys: [UInt8: [UInt8]]
  /// The number of the key that signs.
  package var activeKey: UInt8
  /// What happens to adverts without trailer.
  package var mode: Mode
  /// How a repeated advert is recognised.
  package var replayProtection: ReplayProtection
  /// How far clocks may differ, 1 to 300 s; nil for the larger of three intervals and five seconds.
  package var window: Duration?

  /// Signs with one of the keys and accepts only what is signed.
  package init(
    keys: [UInt8: [UInt8]], activeKey: UInt8, mode: Mode = .enforce, replayProtection: ReplayProtection = .time,
    window: Duration? = nil
  ) {
    self.keys = keys
    self.activeKey = activeKey
    self.mode = mode
    self.replayProtection = replayProtection
    self.window = window
  }
}
