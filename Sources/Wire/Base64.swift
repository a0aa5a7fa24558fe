private let alphabet = Array("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/".utf8)

/// Octets as text (RFC 4648 section 4).
package func base64(_ octets: some Collection<UInt8>) -> String {
  var text: [UInt8] = []
  text.reserveCapacity((octets.count + 2) / 3 * 4)
  var (bits, count): (UInt32, Int) = (0, 0)
  func write(_ length: Int) {
    for place in 0..<4 {
      text.append(place <= length ? alphabet[Int(bits >> UInt32(18 - 6 * place) & 63)] : UInt8(ascii: "="))
    }
    (bits, count) = (0, 0)
  }
  for octet in octets {
    bits |= UInt32(octet) << UInt32(16 - 8 * count)
    count += 1
    if count == 3 { write(3) }
  }
  if count > 0 { write(count) }
  return String(decoding: text, as: UTF8.self)
}

/// The octets that a text stands for; nil when it is not what `base64` writes.
package func octets(base64 text: String) -> [UInt8]? {
  let text = Array(text.utf8)
  guard text.count % 4 == 0 else { return nil }
  let padding = text.suffix(2).count { $0 == UInt8(ascii: "=") }
  var octets: [UInt8] = []
  octets.reserveCapacity(text.count / 4 * 3)
  var (bits, count): (UInt32, Int) = (0, 0)
  for (index, character) in text.enumerated() {
    guard let value = index >= text.count - padding ? 0 : value(of: character) else { return nil }
    bits = bits << 6 | value
    count += 1
    guard count == 4 else { continue }
    octets += [UInt8(bits >> 16 & 255), UInt8(bits >> 8 & 255), UInt8(bits & 255)]
    (bits, count) = (0, 0)
  }
  octets.removeLast(padding)
  return octets
}

private func value(of character: UInt8) -> UInt32? {
  switch character {
  case UInt8(ascii: "A")...UInt8(ascii: "Z"): UInt32(character - UInt8(ascii: "A"))
  case UInt8(ascii: "a")...UInt8(ascii: "z"): UInt32(character - UInt8(ascii: "a")) + 26
  case UInt8(ascii: "0")...UInt8(ascii: "9"): UInt32(character - UInt8(ascii: "0")) + 52
  case UInt8(ascii: "+"): 62
  case UInt8(ascii: "/"): 63
  default: nil
  }
}
