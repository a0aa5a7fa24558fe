import Testing
import VirtualServices
import Wire

private let one = DestinationAttributes(forwarding: .directRouting, weight: 1)
private let zero = DestinationAttributes(forwarding: .directRouting, weight: 0)

private func image(_ destinations: [Endpoint: DestinationAttributes]) -> ServiceImage {
  ServiceImage(attributes: Sample.attributes, destinations: destinations)
}

@Suite struct `A plan` {
  @Test func `adds, edits, lowers and removes in this order`() {
    let actual = image([Sample.address(1): one, Sample.address(2): one, Sample.address(3): zero])
    let desired = image([Sample.address(2): zero, Sample.address(3): one, Sample.address(4): one])
    #expect(
      plan(Sample.key, actual: actual, desired: desired) == [
        .addDestination(Sample.key, Sample.address(4), one), .editDestination(Sample.key, Sample.address(3), one),
        .editDestination(Sample.key, Sample.address(2), zero), .removeDestination(Sample.key, Sample.address(1)),
      ])
  }

  @Test func `is empty when nothing differs`() {
    let same = image([Sample.address(1): one])
    #expect(plan(Sample.key, actual: same, desired: same).isEmpty)
  }

  @Test func `edits a service in place`() {
    var other = image([:])
    other.attributes.scheduler = "wlc"
    #expect(
      plan(Sample.key, actual: image([:]), desired: other) == [.editService(Sample.key, other.attributes)])
  }

  @Test func `does not mind what the kernel sets by itself`() {
    var actual = image([Sample.address(1): DestinationAttributes(forwarding: .localNode, weight: 1)])
    actual.attributes.flags = 0x2
    actual.attributes.persistenceMask = 0
    #expect(plan(Sample.key, actual: actual, desired: image([Sample.address(1): one])).isEmpty)
  }

  @Test func `leaves foreign services alone and removes ours last`() {
    let foreign = ServiceKey.firewallMark(1, .ipv4)
    let old = ServiceKey.firewallMark(2, .ipv4)
    let new = ServiceKey.firewallMark(3, .ipv4)
    let operations = plan(
      actual: [foreign: image([:]), old: image([:])], desired: [old: nil, new: image([Sample.address(1): one])])
    #expect(
      operations == [
        .addService(new, Sample.attributes), .addDestination(new, Sample.address(1), one), .removeService(old),
      ])
  }

  @Test func `for some servers leaves the others alone`() {
    let actual = image([Sample.address(1): one, Sample.address(2): one, Sample.address(3): one])
    let desired: [(Endpoint, DestinationAttributes?)] = [
      (Sample.address(2), nil), (Sample.address(4), one), (Sample.address(3), zero), (Sample.address(5), nil),
    ]
    #expect(
      plan(Sample.key, actual: actual, desired: desired) == [
        .addDestination(Sample.key, Sample.address(4), one), .editDestination(Sample.key, Sample.address(3), zero),
        .removeDestination(Sample.key, Sample.address(2)),
      ])
  }

  @Test func `adds services in a fixed order`() {
    let keys: [ServiceKey] = [
      .endpoint(.tcp, Sample.address(1)), .endpoint(.tcp, Sample.address(1, port: 81)),
      .endpoint(.tcp, Sample.address(2)), .endpoint(.udp, Sample.address(1)), .endpoint(.sctp, Sample.address(1)),
      .firewallMark(1, .ipv4), .firewallMark(1, .ipv6), .firewallMark(2, .ipv4),
    ]
    let operations = plan(actual: [:], desired: Dictionary(uniqueKeysWithValues: keys.map { ($0, image([:])) }))
    #expect(operations == keys.map { .addService($0, Sample.attributes) })
  }

  @Test func `compares persistence only where there is some`() {
    func edits(_ flags: UInt32, _ timeout: UInt32, _ mask: UInt32) -> Bool {
      var (actual, desired) = (image([:]), image([:]))
      (actual.attributes.flags, desired.attributes.flags) = (flags, flags)
      (desired.attributes.persistenceTimeout, desired.attributes.persistenceMask) = (timeout, mask)
      return !plan(Sample.key, actual: actual, desired: desired).isEmpty
    }
    #expect(!edits(0, 300, 0xFFFF_FF00))
    #expect(!edits(1, 0, 0xFFFF_FFFF))
    #expect(edits(1, 300, 0xFFFF_FFFF) && edits(1, 0, 0xFFFF_FF00))
  }

  @Test func `starts from what the kernel holds, whatever it counts`() {
    var destination = TableDestination(attributes: one)
    destination.activeConnections = 7
    var service = TableService(attributes: Sample.attributes)
    service.destinations[Sample.address(1)] = destination
    service.counters.connections = 9
    #expect(ServiceImage(service) == image([Sample.address(1): one]))
  }

  @Test(arguments: [
    (TableOperation.addService(Sample.key, Sample.attributes), "add service tcp 198.51.100.10:80"),
    (.editService(.firewallMark(7, .ipv4), Sample.attributes), "edit service fwmark 7"),
    (.removeService(.firewallMark(7, .ipv6)), "remove service fwmark 7 inet6"),
    (
      .addDestination(.endpoint(.udp, Sample.virtual), Sample.address(1), one),
      "add server 192.0.2.1:80 with weight 1 to udp 198.51.100.10:80"
    ),
    (
      .editDestination(.endpoint(.sctp, Sample.virtual), Sample.address(1), zero),
      "edit server 192.0.2.1:80 of sctp 198.51.100.10:80 to weight 0"
    ),
    (.removeDestination(Sample.key, Sample.address(1)), "remove server 192.0.2.1:80 from tcp 198.51.100.10:80"),
    (.flush, "flush"),
  ])
  func `can be told`(operation: TableOperation, text: String) {
    #expect(operation.text == text)
  }

  @Test(.timeLimit(.minutes(1)))
  func `of twenty thousand servers takes linear time`() {
    var destinations: [Endpoint: DestinationAttributes] = [:]
    for number in 0..<20_000 { destinations[Sample.address(number)] = one }
    let full = image(destinations)
    #expect(plan(Sample.key, actual: nil, desired: full).count == 20_001)
    #expect(plan(Sample.key, actual: full, desired: full).isEmpty)
  }
}

@Suite struct `The presence of a service` {
  private let local = IPAddress.v4(IPv4Address(192, 0, 2, 1))

  private func service(_ policy: LVSOnBackup, router: String? = "VI_1") -> VirtualServiceSettings {
    var settings = Sample.service([Sample.server(1), Sample.server(2)])
    settings.lvsOnBackup = policy
    settings.router = router
    return settings
  }

  @Test func `is decided by the instance when a real server is this host`() {
    let colocated = service(.auto)
    #expect(
      Presence.decide(colocated, isMaster: true, localAddresses: [local]) == .present(.master(router: "VI_1")))
    #expect(
      Presence.decide(colocated, isMaster: false, localAddresses: [local])
        == .absent(.localServerOnBackup(router: "VI_1", server: local)))
    #expect(Presence.decide(colocated, isMaster: nil, localAddresses: [local]) == .undecided)
    #expect(Presence.decide(colocated, isMaster: false, localAddresses: nil) == .undecided)
  }

  @Test func `is for backups too when no real server is this host`() {
    #expect(
      Presence.decide(service(.auto), isMaster: false, localAddresses: [])
        == .present(.noLocalServer(router: "VI_1")))
  }

  @Test func `is overridden by the configuration`() {
    #expect(Presence.decide(service(.yes), isMaster: false, localAddresses: [local]) == .present(.always))
    #expect(
      Presence.decide(service(.no), isMaster: false, localAddresses: [])
        == .absent(.neverOnBackup(router: "VI_1")))
  }

  @Test func `does not depend on any instance when its address belongs to none`() {
    #expect(
      Presence.decide(service(.auto, router: nil), isMaster: nil, localAddresses: nil) == .present(.noRouter))
  }

  @Test func `says why`() {
    let text = Presence.decide(service(.auto), isMaster: false, localAddresses: [local]).text
    #expect(text.contains("192.0.2.1") && text.contains("VI_1") && text.contains("not in the kernel"))
  }
}
