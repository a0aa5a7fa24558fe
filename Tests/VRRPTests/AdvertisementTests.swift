import Machines
import Testing
import VRRP
import Wire

/// Adverts of VRID 51, priority 100, from 192.168.1.1 for 192.168.1.10, interval 1 s, unless the case says otherwise.
struct Vector: CustomTestStringConvertible, Sendable {
  var testDescription: String
  var version = RouterSettings.Version.three
  var priority: UInt8 = 100
  var source = "192.168.1.1"
  var destination = "224.0.0.18"
  var addresses = ["192.168.1.10"]
  var authenticationType: UInt8 = 0
  var password = ""
  var form = RouterSettings.ChecksumForm.pseudoHeader
  var bytes: String

  var advert: Advertisement {
    Advertisement(
      version: version, virtualRouter: 51, priority: priority, intervalField: version == .two ? 1 : 100,
      addresses: addresses.map(address), authenticationType: authenticationType,
      authenticationData: Array(password.utf8))
  }

  static let all = [
    Vector(
      testDescription: "v2 without authentication", version: .two,
      bytes: "21 33 64 01 00 01 b9 17 c0 a8 01 0a 00 00 00 00 00 00 00 00"),
    Vector(
      testDescription: "v2 with password", version: .two, authenticationType: 1, password: "1234",
      bytes: "21 33 64 01 01 01 53 b1 c0 a8 01 0a 31 32 33 34 00 00 00 00"),
    Vector(
      testDescription: "v2 release", version: .two, priority: 0,
      bytes: "21 33 00 01 00 01 1d 18 c0 a8 01 0a 00 00 00 00 00 00 00 00"),
    Vector(
      testDescription: "v3 with pseudo header", bytes: "31 33 64 01 00 64 06 7c c0 a8 01 0a"),
    Vector(
      testDescription: "v3 message only", form: .messageOnly, bytes: "31 33 64 01 00 64 a8 b4 c0 a8 01 0a"),
    Vector(
      testDescription: "v3 unicast", destination: "192.168.1.2", bytes: "31 33 64 01 00 64 24 e4 c0 a8 01 0a"),
    Vector(
      testDescription: "v3 IPv6", source: "fe80::1", destination: "ff02::12", addresses: ["fe80::10", "2001:db8::10"],
      bytes: "31 33 64 02 00 64 3f dd fe 80 00 00 00 00 00 00 00 00 00 00 00 00 00 10 "
        + "20 01 0d b8 00 00 00 00 00 00 00 00 00 00 00 10"),
  ]
}

@Suite struct `Adverts on the wire` {
  @Test(arguments: Vector.all)
  func `an advert has the bytes of its vector`(vector: Vector) {
    let encoded = vector.advert.encoded(
      source: address(vector.source), destination: address(vector.destination), form: vector.form)
    #expect(encoded == octets(vector.bytes))
  }

  @Test(arguments: Vector.all)
  func `a vector is read back as it was written`(vector: Vector) throws {
    var advert = vector.advert
    if advert.version == .two {
      advert.authenticationData += [UInt8](repeating: 0, count: 8 - advert.authenticationData.count)
    }
    #expect(Advertisement(octets(vector.bytes)[...], family: address(vector.source).family) == advert)
  }

  @Test(arguments: Vector.all)
  func `a vector's checksum is found intact`(vector: Vector) {
    let sum = Advertisement.checksum(
      of: octets(vector.bytes)[...], version: vector.version, source: address(vector.source),
      destination: address(vector.destination), form: vector.form)
    #expect(sum == 0)
  }

  @Test func `a password is cut after eight octets`() {
    let advert = Advertisement(
      version: .two, virtualRouter: 1, priority: 1, intervalField: 1, addresses: [], authenticationType: 1,
      authenticationData: Array("123456789".utf8))
    #expect(advert.encoded(source: ownAddress, destination: ownAddress).suffix(8) == Array("12345678".utf8)[...])
  }

  @Test func `addresses beyond the two hundred and fifty-fifth are not told`() {
    let advert = Advertisement(
      version: .three, virtualRouter: 1, priority: 1, intervalField: 1,
      addresses: Array(repeating: address("10.0.0.1"), count: 300))
    let encoded = advert.encoded(source: ownAddress, destination: ownAddress)
    #expect(encoded[3] == 255)
    #expect(encoded.count == 8 + 255 * 4)
  }

  @Test(arguments: Vector.all)
  func `a message cut anywhere is not read`(vector: Vector) {
    let bytes = octets(vector.bytes)
    for length in 0..<bytes.count {
      #expect(Advertisement(bytes[..<length], family: address(vector.source).family) == nil)
    }
  }

  @Test(arguments: [
    (Duration.milliseconds(10), UInt16(1)), (.milliseconds(250), 25), (.seconds(1), 100), (.milliseconds(40_950), 4095),
    (.seconds(255), 4095), (.zero, 1), (.seconds(-5), 1), (.seconds(Int64.max), 4095),
  ])
  func `version 3 tells hundredths of a second within its range`(interval: Duration, field: UInt16) {
    #expect(Advertisement.intervalField(interval, version: .three) == field)
  }

  @Test(arguments: [(Duration.seconds(1), UInt16(1)), (.seconds(255), 255), (.seconds(300), 255), (.zero, 1)])
  func `version 2 tells whole seconds within its range`(interval: Duration, field: UInt16) {
    #expect(Advertisement.intervalField(interval, version: .two) == field)
  }
}
