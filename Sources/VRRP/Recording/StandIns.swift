import Wire

/// Stand-ins for secrets, so that a recording can be given away and its packets can be judged nevertheless: settings get
/// other keys, and what was genuine under the real key is signed with the stand-in. What was not genuine stays refused.
///
/// Different secrets have different stand-ins, for a reload that changes one is something that happens.
struct StandIns {
  private var numbers: [[UInt8]: Int] = [:]

  /// Eight octets for a secret.
  private mutating func octets(for secret: [UInt8]) -> [UInt8] {
    let number = numbers[secret] ?? numbers.count
    numbers[secret] = number
    let digits = Array(String(number).utf8)
    return Array("stand-in".utf8.prefix(max(0, 8 - digits.count))) + digits.suffix(8)
  }

  mutating func replace(in authentication: Authentication) -> Authentication {
    switch authentication {
    case .none: return .none
    case .password(let secret): return .password(octets(for: paddedSecret(secret)))
    case .header(let key): return .header(key: octets(for: paddedSecret(key)))
    case .trailer(var settings):
      for (number, secret) in settings.keys.sorted(by: { $0.key < $1.key }) {
        settings.keys[number] = octets(for: secret) + [UInt8](repeating: 0, count: 24)
      }
      return .trailer(settings)
    }
  }

  mutating func replace(in settings: SyncGroupSettings) -> SyncGroupSettings {
    var settings = settings
    for index in settings.routers.indices {
      settings.routers[index].authentication = replace(in: settings.routers[index].authentication)
    }
    return settings
  }

  mutating func replace(in machine: GroupMachine) -> GroupMachine {
    var machine = machine
    machine.settings = replace(in: machine.settings)
    for index in machine.routers.indices {
      machine.routers[index].settings.authentication = replace(in: machine.routers[index].settings.authentication)
    }
    return machine
  }

  /// The event as it is recorded; `machine` is the one that it is for.
  mutating func replace(in event: GroupEvent, for machine: GroupMachine) -> GroupEvent {
    switch event {
    case .packetReceived(let packet, let router):
      let authentication = machine.router(named: router)?.settings.authentication ?? .none
      return .packetReceived(replace(in: packet, authentication), router: router)
    case .handoverReceived(let packet, let router):
      let authentication = machine.router(named: router)?.settings.authentication ?? .none
      return .handoverReceived(replace(inHandover: packet, authentication), router: router)
    case .settingsChanged(let settings, let inputs, let memories):
      return .settingsChanged(replace(in: settings), inputs: inputs, memories: memories)
    case .started, .deadlineReached, .awake, .inputsChanged, .servicesInstalled, .holdingLost, .countersReset,
      .stepDownRequested, .handoverRequested, .handoverEnded, .stopped:
      return event
    }
  }
}

// Packets
extension StandIns {
  private mutating func replace(in packet: ReceivedPacket, _ authentication: Authentication) -> ReceivedPacket {
    let front =
      switch authentication {
      case .header: AuthenticationHeader.length
      case .none, .password, .trailer: 0
      }
    var octets = Array(packet.payload)
    guard octets.count >= front + Advertisement.headerLength else { return packet }
    let version = octets[front] >> 4
    let width = packet.source.family.bitWidth / 8
    let tail = front + Advertisement.headerLength + Int(octets[front + 3]) * width
    // A message of version 2 ends with eight octets, where somebody's password stands in clear text.
    if version == 2, tail < octets.count {
      let end = min(octets.count, tail + Advertisement.authenticationLength)
      var replacement = octets[tail..<end].map { $0 == 0 ? $0 : 0xFF }
      if case .password(let secret) = authentication, Array(octets[tail..<end]) == paddedSecret(secret) {
        replacement = self.octets(for: paddedSecret(secret))
      }
      Self.put(replacement, at: tail, into: &octets, checksumAt: front + 6, from: front)
    }
    switch authentication {
    case .none, .password: break
    case .header(let key): sign(&octets, packet, key)
    case .trailer(let settings): sign(&octets, packet, settings, version: version, tail: tail)
    }
    var result = packet
    result.payload = octets[...]
    return result
  }

  private mutating func sign(_ octets: inout [UInt8], _ packet: ReceivedPacket, _ key: [UInt8]) {
    guard let header = AuthenticationHeader(packet.payload) else { return }
    guard header.isGenuine(for: packet, key: key),
      let code = AuthenticationHeader.code(for: packet, payload: octets, key: self.octets(for: paddedSecret(key)))
    else {
      for position in 12..<AuthenticationHeader.length { octets[position] = 0xFF }
      return
    }
    octets.replaceSubrange(12..<AuthenticationHeader.length, with: code)
  }

  private mutating func sign(
    _ octets: inout [UInt8], _ packet: ReceivedPacket, _ settings: TrailerSettings, version: UInt8, tail: Int
  ) {
    let start = tail + (version == 2 ? Advertisement.authenticationLength : 0)
    guard start <= octets.count, octets.count == start + MessageTrailer.length,
      let trailer = MessageTrailer(octets[start...]), let secret = settings.keys[trailer.key],
      trailer.isGenuine(for: packet.payload.prefix(start), from: packet.source, secret: secret)
    else { return }
    let standIn = self.octets(for: secret) + [UInt8](repeating: 0, count: 24)
    let signed = MessageTrailer(
      signing: octets[..<start], from: packet.source, key: trailer.key, secret: standIn, sequence: trailer.sequence)
    if packet.source.family == .ipv6 {
      // The kernel's checksum covers the trailer too.
      Self.put(signed.encoded, at: start, into: &octets, checksumAt: 6, from: 0)
    } else {
      octets.replaceSubrange(start..., with: signed.encoded)
    }
  }

  private mutating func replace(inHandover packet: ReceivedPacket, _ authentication: Authentication) -> ReceivedPacket {
    let message = HandoverMessage(packet.payload, source: packet.source, authentication: authentication)
    var result = packet
    if let message {
      result.payload =
        message.encoded(
          source: packet.source, authentication: replace(in: authentication), key: packet.payload.dropFirst(3).first)[
          ...]
    } else {
      let code = [UInt8](repeating: 0xFF, count: max(0, packet.payload.count - HandoverMessage.signedLength))
      result.payload = (packet.payload.prefix(HandoverMessage.signedLength) + code)
    }
    return result
  }

  /// Puts octets into a message and mends its checksum by the difference (RFC 1624), so that a wrong one stays wrong.
  private static func put(
    _ replacement: [UInt8], at position: Int, into octets: inout [UInt8], checksumAt place: Int, from start: Int
  ) {
    let field = UInt16(octets[place]) << 8 | UInt16(octets[place + 1])
    var sum = UInt64(~field)
    for (index, new) in replacement.enumerated() {
      let at = position + index
      let isHigh = (at - start) % 2 == 0
      let (before, after) = (UInt64(octets[at]), UInt64(new))
      // One's complement: the old octet is taken away by adding its complement.
      sum += isHigh ? (0xFFFF - before << 8) + after << 8 : (0xFFFF - before) + after
      octets[at] = new
    }
    while sum >> 16 != 0 { sum = (sum & 0xFFFF) + sum >> 16 }
    let mended = ~UInt16(truncatingIfNeeded: sum)
    (octets[place], octets[place + 1]) = (UInt8(mended >> 8), UInt8(mended & 0xFF))
  }
}

extension AuthenticationHeader {
  /// The HMAC of a payload as the packet with this IPv4 header would have it under another key.
  fileprivate static func code(for packet: ReceivedPacket, payload: [UInt8], key: [UInt8]) -> [UInt8]? {
    guard packet.header.count >= 20, payload.count >= length else { return nil }
    var unsigned = payload
    for position in 12..<length { unsigned[position] = 0 }
    return code(of: unsigned, header: Array(packet.header.prefix(20)), key: key)
  }
}
