import ConfigurationLanguage
import Testing

struct DifferenceTests {
  static func differences(_ old: String, _ new: String) -> [String] {
    guard let before = parse(old, environment: CanonicalTests.machine).configuration,
      let after = parse(new, environment: CanonicalTests.machine).configuration
    else { return ["unreadable"] }
    return Configuration.differences(from: before, to: after)
  }

  @Test(arguments: Samples.all)
  func `what means the same has no differences`(sample: String) {
    #expect(Self.differences(sample, "# another comment\n" + sample).isEmpty)
  }

  @Test(arguments: [
    ("weight 3", "weight 4", "virtual_server 198.51.100.10 80, real_server 10.1.0.1 80: weight changes from 3 to 4"),
    (
      "path /health", "path /alive",
      "virtual_server 198.51.100.10 80, real_server 10.1.0.1 80, HTTP_GET, url: path changes from /health to /alive"
    ),
    ("router_id WEB", "router_id WWW", "global_defs: router_id changes from WEB to WWW"),
    (
      "notify_up /usr/bin/true", "",
      "virtual_server 198.51.100.10 80, real_server 10.1.0.2 8080: notify_up \"/usr/bin/true\" is no longer set"
    ),
    (
      "virtual_server 2001:db8::10 443", "virtual_server 2001:db8::11 443",
      "virtual_server 2001:db8::11 443 is added with 1 real server"
    ),
    (
      "virtual_server 2001:db8::10 443", "virtual_server 2001:db8::11 443", "virtual_server 2001:db8::10 443 is removed"
    ),
  ])
  func `a change is told in words`(old: String, new: String, line: String) {
    #expect(
      Self.differences(Samples.webFarm, Samples.webFarm.replacing(old, with: new, maxReplacements: 1)).contains(line))
  }

  @Test func `entries come and go`() {
    let new = instance.replacing("192.0.2.10", with: "192.0.2.11") + "\n}\n"
    #expect(
      Self.differences(instance + "\n}\n", new) == [
        "vrrp_instance V, virtual_ipaddress: 192.0.2.10/32 is removed",
        "vrrp_instance V, virtual_ipaddress: 192.0.2.11/32 is added",
      ])
    #expect(
      Self.differences(instance + "\n}\n", instance + "\nnopreempt\n}\n") == ["vrrp_instance V: nopreempt is added"])
  }
}
