import Testing

/// Speaks VRRP on `far0` as nobody should. Words: what to send. Prints how many frames and the seconds that took.
private let speaker = """
  import random, socket, struct, sys, time

  def checksum(octets):
      octets += b"\\0" * (len(octets) % 2)
      total = sum(struct.unpack("!%dH" % (len(octets) // 2), octets))
      while total >> 16:
          total = (total & 0xFFFF) + (total >> 16)
      return ~total & 0xFFFF

  source, group = socket.inet_aton("192.0.2.2"), socket.inet_aton("224.0.0.18")

  def frame(payload, ttl=255, protocol=112):
      head = struct.pack("!BBHHHBBH4s4s", 0x45, 0xC0, 20 + len(payload), 1, 0, ttl, protocol, 0, source, group)
      head = head[:10] + struct.pack("!H", checksum(head)) + head[12:]
      return bytes.fromhex("01005e00001200005e0001330800") + head + payload

  def advert(vrid, priority, addresses, first=0x31, interval=10, count=None):
      body = b"".join(socket.inet_aton(a) for a in addresses)
      count = len(addresses) if count is None else count
      head = struct.pack("!BBBBHH", first, vrid, priority, count, interval, 0)
      pseudo = source + group + struct.pack("!HH", 112, len(head + body))
      return head[:6] + struct.pack("!H", checksum(pseudo + head + body)) + body

  def garbage(dice):
      # Below our priority, so that even one that is still valid is no reason for a transition.
      valid = frame(advert(51, 50, ["192.0.2.100"]))
      for number in range(50000):
          kind = number % 5
          if kind < 2:
              yield frame(dice.randbytes(dice.randrange(0, 120)), ttl=dice.choice((255, 255, 1)))
          elif kind < 4:
              octets = bytearray(valid)
              for _ in range(dice.randrange(1, 9)):
                  octets[dice.randrange(14, len(octets))] = dice.randrange(256)
              yield bytes(octets[: dice.randrange(34, len(octets) + 1)] + dice.randbytes(dice.choice((0, 0, 4, 900))))
          else:
              # The checksum is right, the rest is not: version, type or number of addresses.
              first = dice.choice((0x11, 0x21, 0x41, 0xF1, 0x30, 0x32, 0x3F, 0x31))
              count = dice.choice((0, 2, 20, 21, 255)) if first in (0x31, 0x21) else 1
              yield frame(advert(51, 254, ["192.0.2.100"], first, dice.randrange(65536), count))

  link = socket.socket(socket.AF_PACKET, socket.SOCK_RAW)
  link.bind(("far0", 0))
  sent, began = 0, time.monotonic()
  if sys.argv[1] == "garbage":
      for octets in garbage(random.Random(4)):
          link.send(octets)
          sent += 1
  else:
      valid = frame(advert(99, 254, ["192.0.2.199"]))
      while sent < 20000:
          link.send(valid)
          sent += 1
          early = began + sent / 10000 - time.monotonic()
          if early > 0.001:
              time.sleep(early)
  print(sent, time.monotonic() - began)
  """

extension Router {
  /// What must not change whatever strangers send: processes, restarts, transitions.
  fileprivate func standing() throws -> [String] {
    let status = try status()
    return status.matches(of: /"name":"\w+","running":true,"process":\d+|"restarts":\d+/).map { String($0.output) }
      + status.matches(of: /"state":"\w+","since":\d+|"(become|release)_master":\d+|"priority":\d+/)
      .map { String($0.output.0) }
  }

  /// Resident memory of the election, in KiB.
  fileprivate func memory() throws -> Int {
    guard let process = try status().firstMatch(of: /"name":"election","running":true,"process":(\d+)/)?.output.1,
      let size = try contents(of: "/proc/\(process)/status").firstMatch(of: /VmRSS:\s*(\d+) kB/)?.output.1
    else { throw NotSo(description: "no election: \(try status())\n\(log)") }
    return Int(size) ?? 0
  }

  fileprivate func counter(_ name: String) throws -> Int {
    try status().matches(of: /"(\w+)":(\d+)/).filter { $0.output.1 == name }.compactMap { Int($0.output.2) }
      .reduce(0, +)
  }
}

@Suite(.needs(.namespaces), .serialized) struct `A master among strangers` {
  @Test(arguments: ["garbage", "foreign"])
  func `stays master, and small, whatever they send`(what: String) throws {
    let router = try Router(farAway: true)
    try router.start(
      """
      global_defs {
          router_id flood
      }
      vrrp_instance VI_1 {
          interface eth0
          version 3
          virtual_router_id 51
          priority 200
          advert_int 0.1
          virtual_ipaddress {
              192.0.2.100/24
          }
      }

      """)
    try poll("it is master", within: 60) { try router.counter("become_master") == 1 }
    let (before, memory) = (try router.standing(), try router.memory())
    let words = ["/usr/bin/python3", "-c", speaker, what]
    let outcome = try run(["ip", "netns", "exec", router.far] + words, within: 60)
    #expect(outcome.status == 0, "\(outcome.output)")
    // It still sends in time, and has read what was sent.
    let sent = try router.counter("advert_sent")
    try poll("it goes on sending", within: 60) { try router.counter("advert_sent") > sent + 5 }
    #expect(try router.standing() == before, "\(router.log.suffix(3000))")
    #expect(try router.memory() < memory + 8192, "was \(memory) KiB")
    guard what == "garbage" else { return }
    // What was sent has arrived, but for what the queue of a socket could not hold.
    let status = try router.status()
    for reason in ["packet_len_err", "chk_err", "vers_err", "invalid_type_rcvd"] {
      #expect(try router.counter(reason) > 20, "\(reason): \(status)")
    }
  }
}
