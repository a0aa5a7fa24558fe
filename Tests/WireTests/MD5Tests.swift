import Testing
import Wire

@Suite struct `An MD5 digest` {
  // RFC 1321, appendix A.5.
  @Test(arguments: [
    ("", "d41d8cd98f00b204e9800998ecf8427e"),
    ("a", "0cc175b9c0f1b6a831c399e269772661"),
    ("abc", "900150983cd24fb0d6963f7d28e17f72"),
    ("message digest", "f96b697d7cb7938d525a2f31aaf161d0"),
    ("abcdefghijklmnopqrstuvwxyz", "c3fcd3d76192e4007dfb496cca67e13b"),
    (
      "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789",
      "d174ab98d277d9f5a5611c2c9f419d9f"
    ),
    (
      "12345678901234567890123456789012345678901234567890123456789012345678901234567890",
      "57edf4a22be3c955ac49da2e2107b67a"
    ),
  ])
  func `is that of the RFC`(text: String, expected: String) {
    var digest = MD5()
    digest.add(Array(text.utf8)[...])
    #expect(digest.hexadecimal == expected)
  }

  @Test(arguments: [1, 3, 55, 56, 63, 64, 65, 200])
  func `does not depend on how the octets arrive`(step: Int) {
    let octets = (0..<1_000).map { UInt8(truncatingIfNeeded: $0 &* 7) }
    var whole = MD5()
    whole.add(octets[...])
    var pieces = MD5()
    for start in stride(from: 0, to: octets.count, by: step) { pieces.add(octets[start...].prefix(step)) }
    #expect(pieces.value == whole.value)
  }

  /// RFC 2202, test cases 1 to 3.
  @Test(arguments: [
    ([UInt8](repeating: 0x0B, count: 16), Array("Hi There".utf8), "9294727a3638bb1c13f48ef8158bfc9d"),
    (Array("Jefe".utf8), Array("what do ya want for nothing?".utf8), "750c783e6ab0b503eaa86e310a5db738"),
    (
      [UInt8](repeating: 0xAA, count: 16), [UInt8](repeating: 0xDD, count: 50), "56be34521d144c88dbb8c733f0e8b3f6"
    ),
  ])
  func `with a key is that of RFC 2202`(key: [UInt8], message: [UInt8], code: String) {
    let octets = MD5.authenticationCode(of: message, key: key)
    #expect(octets.map { ($0 < 16 ? "0" : "") + String($0, radix: 16) }.joined() == code)
  }
}
