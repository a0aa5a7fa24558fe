import ConfigurationLanguage
import ControlProtocol
import Dialogues
import Glibc
import Machines
import Netlink
import VRRP
import VirtualServices
import Wire

/// The target is chosen by the environment, so that one program, linked once, holds them all.
private let target = unsafe getenv("FUZZ_TARGET").map { unsafe String(cString: $0) } ?? ""

@_cdecl("LLVMFuzzerTestOneInput")
public func fuzz(_ start: UnsafePointer<UInt8>?, _ count: Int) -> CInt {
  let octets = unsafe Array(UnsafeBufferPointer(start: start, count: count))
  switch target {
  case "configuration": readConfiguration(octets)
  case "vrrp": judgePacket(octets, authentication: .none)
  case "vrrp-password": judgePacket(octets, authentication: .password(Array("secret".utf8)))
  case "vrrp-ah": judgePacket(octets, authentication: .header(key: Array("secret".utf8)))
  case "vrrp-hmac":
    judgePacket(
      octets,
      authentication: .trailer(TrailerSettings(keys: [1: [UInt8](repeating: 7, count: 32)], activeKey: 1)))
  case "netlink": readNetlink(octets)
  case "http": talkHTTP(octets)
  case "smtp":
    converse(SMTPGreeting(heloName: "director", timeout: .seconds(5), from: .origin), octets)
  case "mail":
    let mail = Mail(from: "a@b", recipients: ["c@d", "e@f"], subject: "s", body: ".\nbody", date: "now")
    converse(MailSubmission(mail, heloName: "director", timeout: .seconds(5), from: .origin), octets)
  case "dns":
    converse(DNSQuestion(name: "example.org", type: 1, identifier: 0x1234, timeout: .seconds(5), from: .origin), octets)
  case "agent":
    converse(AgentInquiry(greeting: "hello\n", timeout: .seconds(5), from: .origin), octets)
  case "control": readControl(octets)
  case "expression": search(octets)
  case "recording": replay(octets)
  default: exit(2)
  }
  return 0
}

// MARK: Configuration

private struct OneFile: ConfigurationSource {
  let octets: [UInt8]

  func read(_ path: String) -> FileReading { path == "/c" ? .contents(octets) : .missing }
  func matches(of pattern: String) -> [String] { pattern == "/c" ? [pattern] : [] }
  func environmentVariable(_ name: String) -> String? { name == "A" ? "a b" : nil }
  var workingDirectory: String { "/" }
  var nodeName: String { "node" }
  func randomNumber(in range: ClosedRange<Int>) -> Int { range.lowerBound }
}

/// Whatever is written there, it is read to its end; what was found in order is found in order again.
private func readConfiguration(_ octets: [UInt8]) {
  let parsed = Configuration.parse(file: "/c", source: OneFile(octets: octets))
  _ = parsed.diagnostics.rendered(color: false)
  let again = Configuration.parse(parsed.text)
  precondition((again.configuration == nil) == (parsed.configuration == nil), "read again, it is another")
}

// MARK: VRRP

/// The first octet chooses version and family, and whether the checksum is made right, without which little would pass.
private func judgePacket(_ octets: [UInt8], authentication: VRRP.Authentication) {
  guard let choice = octets.first else { return }
  let isSix = choice & 1 == 1
  let version: RouterSettings.Version = isSix || choice & 2 == 2 ? .three : .two
  var settings = RouterSettings(
    name: "V", virtualRouter: 51, interface: "eth0", version: version, family: isSix ? .ipv6 : .ipv4)
  settings.authentication = authentication
  let source: IPAddress = isSix ? IPAddress("fe80::2") ?? .v4(.any) : .v4(IPv4Address(192, 0, 2, 2))
  let group = RouterSettings.standardGroup(settings.family)
  var payload = Array(octets.dropFirst())
  let isSigned = authentication.transport == 51
  let begin = isSigned ? 24 : 0
  if choice & 4 == 4, payload.count >= begin + 8 {
    (payload[begin + 6], payload[begin + 7]) = (0, 0)
    let sum = Advertisement.checksum(
      of: payload[begin...], version: version, source: source, destination: group, form: settings.checksumForm)
    (payload[begin + 6], payload[begin + 7]) = (UInt8(sum >> 8), UInt8(truncatingIfNeeded: sum))
  }
  var header: [UInt8] = []
  if case .v4(let from) = source, case .v4(let to) = group {
    header =
      IPv4Header(
        source: from, destination: to, transport: authentication.transport, timeToLive: 255, identification: 1,
        payloadLength: payload.count
      ).encoded
  }
  let packet = ReceivedPacket(
    source: source, destination: group, timeToLive: choice & 8 == 8 ? nil : 255, header: header[...],
    payload: payload[...])
  _ = ReceivedPacket.virtualRouter(in: packet.payload, transport: authentication.transport)
  let judge = PacketJudge(settings: settings, ownAddress: nil)
  var state = AuthenticationState()
  let before = state
  do {
    let verdict = try judge.judge(packet, authentication: &state)
    _ = judge.namesOurAddresses(verdict.advert)
    precondition(verdict.advert.addresses.count <= 255)
  } catch {
    precondition(authentication.usesClock || state == before, "a refused packet was remembered")
  }
}

// MARK: Netlink

private func readNetlink(_ octets: [UInt8]) {
  var reader = DatagramReader(octets[...])
  while true {
    do {
      guard let message = try reader.next() else { return }
      _ = try? AddressMessages.read(message)
      _ = try? LinkMessages.read(message)
      _ = try? RouteMessages.read(message)
      _ = try? RuleMessages.read(message)
      _ = try? DirectorMessages.readService(message)
      _ = try? DirectorMessages.readDestination(message, of: .ipv4)
      _ = try? DirectorMessages.readDestination(message, of: .ipv6)
      _ = try? DirectorMessages.readDaemon(message)
    } catch { return }
  }
}

// MARK: Dialogues

/// The other side says all this, in pieces whose length the first octet says, and hangs up. After the end nothing follows.
private func converse(_ dialogue: some Dialogue, _ octets: [UInt8]) {
  var dialogue = dialogue
  var isOver = false
  func deliver(_ event: DialogueEvent) {
    for effect in dialogue.handle(event, at: Moment(nanoseconds: 1_000)) {
      precondition(!isOver, "something follows the end")
      if case .finish = effect { isOver = true }
    }
  }
  deliver(.connected)
  var rest = octets.dropFirst()
  let length = max(1, Int(octets.first ?? 255))
  while !rest.isEmpty {
    deliver(.received(rest.prefix(length)))
    rest = rest.dropFirst(length)
  }
  deliver(.ended)
  deliver(.deadlineReached)
  _ = dialogue.nextDeadline
}

private func talkHTTP(_ octets: [UInt8]) {
  let choice = octets.first ?? 0
  var settings = HTTPExchange.Settings(path: "/", host: "h", version: choice & 1 == 1 ? "1.1" : "1.0")
  if choice & 2 == 2 { settings.digest = "d41d8cd98f00b204e9800998ecf8427e" }
  if choice & 4 == 4 { settings.matcher = try? BodyExpression("wel+come|ok$") }
  if choice & 8 == 8 { settings.statusCodes = [200...299, 404...404] }
  converse(HTTPExchange(settings, timeout: .seconds(5), from: .origin), Array(octets.dropFirst()))
}

/// An expression and what it is to be found in, with a line feed between them.
private func search(_ octets: [UInt8]) {
  let halves = octets.split(separator: 10, maxSplits: 1, omittingEmptySubsequences: false)
  let words = ["caseless", "dotall", "multiline", "extended", "utf", "dollar_endonly"]
  let choice = halves.first?.first ?? 0
  let options = BodyExpression.Options(words: words.indices.filter { choice >> $0 & 1 == 1 }.map { words[$0] })
  let text = String(decoding: (halves.first ?? []).dropFirst(), as: UTF8.self)
  guard let expression = try? BodyExpression(text, options: options) else { return }
  _ = expression.accepts(halves.count > 1 ? halves[1] : [])
}

// MARK: Recordings

/// Whatever a recording says, it is played to its end or to its first error.
private func replay(_ octets: [UInt8]) {
  guard var replay = try? ElectionReplay(RecordingHeader.octets + octets) else { return }
  for _ in 0..<10_000 {
    guard let item = try? replay.next() else { return }
    switch item {
    case .part: break
    case .state(_, let machine, _, _):
      _ = machine.nextDeadline
      _ = machine.routers.map(\.pending)
    case .step(let step):
      _ = step.event.description + step.recorded.description + step.replayed.description
      _ = replay.wallTime(at: step.moment)
    }
  }
}

// MARK: Control

/// What is understood is written and understood again.
private func readControl(_ octets: [UInt8]) {
  guard let json = try? JSON(parsing: octets) else { return }
  let again = try? JSON(parsing: json.description.utf8)
  precondition(again == json, "what was written is read as something else")
  _ = try? ControlRequest(json)
  _ = try? ControlReply(json)
}
