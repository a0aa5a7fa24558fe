import Netlink
import Testing
import Wire
import World

@Suite struct `The ledger of links` {
  static let place = LinkLedger.Place(boot: "b00t", namespace: 4711)

  static var full: LinkLedger {
    var ledger = LinkLedger(place: place)
    ledger.add(link: "vrrp.51")
    ledger.add(table: "keepalived")
    ledger.note("net/ipv4/conf/eth0.7/arp_ignore", before: "0", set: "1")
    ledger.note("net/ipv4/conf/all/rp_filter", before: "2", set: "0")
    return ledger
  }

  @Test func `reads what it has written`() {
    #expect(LinkLedger(text: Self.full.text) == Self.full)
    #expect(LinkLedger(text: LinkLedger(place: Self.place).text)?.isEmpty == true)
  }

  @Test func `keeps the value that was found first`() {
    var ledger = Self.full
    ledger.note("net/ipv4/conf/all/rp_filter", before: "0", set: "1")
    #expect(ledger.changes.map(\.before) == ["0", "2"])
    #expect(ledger.changes.map(\.set) == ["1", "1"])
  }

  @Test(arguments: [
    "", "understudy links 2\nhost b 1\n", "understudy links 1\n", "understudy links 1\nhost b x\n",
    "understudy links 1\nhost b 1\nlink\n", "understudy links 1\nhost b 1\nlink a/b\n",
    "understudy links 1\nhost b 1\nparameter kernel/panic 0 1\n",
    "understudy links 1\nhost b 1\nparameter net/../kernel/panic 0 1\n",
    "understudy links 1\nhost b 1\nparameter net/a 0 1", "understudy links 1\nhost b 1\nsomething else\n",
  ])
  func `refuses a damaged text`(text: String) {
    #expect(LinkLedger(text: text) == nil)
  }

  @Test func `names are tried in keepalived's order and fit the kernel`() {
    func candidates(_ prefix: String, _ family: AddressFamily) -> [String] {
      VirtualLinkSpecification(
        .numbered(prefix: prefix, virtualRouter: 51, family: family), on: "eth0",
        kind: .macvlan(.virtualRouter(51, family))
      ).candidates
    }
    #expect(candidates("vrrp", .ipv4).prefix(3) == ["vrrp.51", "vrrp1.51", "vrrp2.51"])
    #expect(candidates("vrrp", .ipv6).prefix(3) == ["vrrp.51", "vrrp6.51", "vrrp1.51"])
    #expect(candidates("elevenletter", .ipv4) == ["elevenletter.51"])
    #expect(candidates("thirteenletters", .ipv4).isEmpty)
  }
}
