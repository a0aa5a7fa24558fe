import ConfigurationLanguage
import Testing
import Wire

/// A text, and what is found in it: a code, and a part of the message.
private struct Finding: CustomTestStringConvertible, Sendable {
  var text: String
  var code: DiagnosticCode
  var message: String
  var testDescription: String { message }

  init(_ text: String, _ code: DiagnosticCode, _ message: String) {
    (self.text, self.code, self.message) = (text, code, message)
  }
}

/// An instance with these lines in it.
private func router(_ lines: String, global: String = "", addresses: String = "192.0.2.10") -> String {
  (global.isEmpty ? "" : "global_defs {\n\(global)\n}\n")
    + "vrrp_instance V {\n interface eth0\n virtual_router_id 51\n virtual_ipaddress {\n\(addresses)\n }\n\(lines)\n}\n"
}

private func globals(_ lines: String) -> String { router("", global: lines) }

/// A virtual service with these lines in it, and a server with those.
private func service(_ lines: String, head: String = "10.0.0.1 80", server: String = "TCP_CHECK {\n}") -> String {
  "virtual_server \(head) {\nlvs_sched rr\nlvs_method NAT\nprotocol TCP\n"
    + "real_server 10.1.1.1 80 {\n\(server)\n}\n\(lines)\n}\n"
}

private let key = "key 1 0123456789012345678901234567890123456789"
private let strict = "vrrp_strict"

private let findings = [
  Finding(router("version 3\nauth_hmac {\n\(key)\nactive_key 2\n}"), .incomplete, "auth_hmac has no active_key"),
  Finding(
    router("version 3\nauth_hmac {\n\(key)\n\(key)\nactive_key 1\n}"), .duplicate, "there is a key 1 already"),
  Finding(
    router("version 3\nauth_hmac {\nkey 1 hex:012\nactive_key 1\n}"), .invalidValue, "not a row of pairs of hexadecimal"
  ),
  Finding(
    router("authentication {\nauth_type PASS\nauth_pass x\n}", global: strict), .strictMode,
    "strict mode has no authentication"),
  Finding(router("preempt_delay 5", global: strict), .strictMode, "strict mode has no preempt_delay"),
  Finding(router("track_src_ip"), .contradiction, "track_src_ip of V has no source address to watch"),
  Finding(
    "vrrp_instance V {\ninterface eth0\nvirtual_router_id 5\nversion 2\nvirtual_ipaddress {\nfe80::1\n}\n}\n",
    .versionLimit, "V has IPv6 addresses and therefore version 3"),
  Finding(
    router("", global: strict, addresses: "2001:db8::10"), .strictMode,
    "the first IPv6 address of V has to be link-local"
  ),
  Finding(router("use_vmac\npromote_secondaries"), .withoutEffect, "promote_secondaries is set for MAC VLANs"),
  Finding(
    router("use_vmac v1") + router("use_vmac v1").replacing("V {", with: "W {").replacing("id 51", with: "id 52"),
    .duplicate, "V uses the interface name v1 already"),
  Finding(router("use_vmac 01:00:5e:00:00:01"), .invalidAddress, "is a multicast or a VRRP address"),
  Finding(router("use_vmac name"), .incomplete, "name has no value"),
  Finding(router("use_ipvlan group"), .incomplete, "group has no value"),
  Finding(router("use_ipvlan v1 bridge nonsense"), .unknownOption, "nonsense"),
  Finding(router("state MASTER\nstate BACKUP"), .contradiction, "state MASTER is set already"),
  Finding(router("native_ipv6"), .familyMismatch, "the instance is IPv4 by its addresses"),
  Finding(router("", addresses: "10.0.0.1/24 peer 10.0.0.2"), .contradiction, "an address with a peer takes no prefix"),
  Finding(
    router("", addresses: "10.0.0.1 peer 10.0.0.2 brd 10.0.0.255"), .contradiction,
    "an address with a peer has no broadcast address"),
  Finding(router("", addresses: "10.0.0.1 dev eth0 dev eth1"), .duplicateSetting, "dev is set already"),
  Finding(router("", addresses: "fe80::1 scope link"), .familyMismatch, "an IPv6 address takes no scope"),
  Finding(router("", addresses: "10.0.0.1 label eth0:much-too-long"), .valueTooLong, "a label has at most 15 octets"),
  Finding(router("", addresses: "fe80::1 brd fe80::ff"), .familyMismatch, "an IPv6 address has no broadcast address"),
  Finding(
    router("", addresses: "10.0.0.1 dev an-interface-name"), .valueTooLong, "is too long for the name of an interface"),
  Finding(
    "static_ipaddress {\n10.0.0.9/24 dev eth0 track_group nobody\n}\n" + router(""), .unknownReference, "nobody"),
  Finding(
    router("track_interface {\neth1 weight\n}"), .incomplete, "weight has no value"),
  Finding(globals("vrrp_mcast_group4 10.0.0.1"), .invalidAddress, "10.0.0.1 is not a multicast address"),
  Finding(globals("umask 01000"), .numberOutOfRange, "01000 is no mask of file modes"),
  Finding(globals("lvs_sync_daemon eth0 id"), .incomplete, "id has no value"),
  Finding(globals("lvs_sync_daemon eth0 V 7"), .deprecated, "the sync id needs the word id before it"),
  Finding(globals("lvs_sync_daemon eth0 V id 7 sped 3"), .unknownOption, "sped"),
  Finding(globals("lvs_sync_daemon eth0 nobody"), .unknownReference, "names the instance 'nobody'"),
  Finding(globals("lvs_sync_daemon eth0\nlvs_sync_daemon eth1"), .duplicateSetting, "lvs_sync_daemon"),
  Finding(service("sorry_server_inhibit"), .forwardReference, "sorry_server_inhibit has to stand after sorry_server"),
  Finding(service("persistence_granularity 0.0.0.0"), .invalidValue, "0.0.0.0 is no netmask"),
  Finding(service("persistence_granularity 255.0.255.0"), .invalidValue, "has holes"),
  Finding(service("persistence_granularity 64"), .familyMismatch, "the granularity is ignored"),
  Finding(service("ip_family inet6"), .familyMismatch, "the service is IPv4 already"),
  Finding(service("") + service(""), .duplicate, "is there already; the second one is dropped"),
  Finding(service("", head: "fwmark"), .missingParameter, "fwmark"),
  Finding(service("", head: "group"), .missingParameter, "group"),
  Finding(
    service("", server: "DNS_CHECK {\nname a..b\n}"), .invalidValue, "'a..b' is no domain name"),
  Finding(service("", server: "FILE_CHECK {\ntrack_file nobody\n}"), .unknownReference, "nobody"),
  Finding(service("", server: "BFD_CHECK {\nname nobody\n}"), .unknownReference, "nobody"),
  Finding(
    "bfd_instance b {\nneighbor_ip 10.0.0.2\nsource_ip fe80::1\n}\n" + router(""), .familyMismatch,
    "has addresses of different families"),
  Finding(
    "bfd_instance b {\nneighbor_ip 10.0.0.2\n}\nbfd_instance c {\nneighbor_ip 10.0.0.2\n}\n" + router(""), .duplicate,
    "has the addresses of another"),
  Finding(
    "bfd_instance b {\nneighbor_ip 10.0.0.2\nttl 10\nmax_hops 20\n}\n" + router(""), .adjustedValue,
    "max_hops of b is larger than its ttl; 10 is taken"),
  Finding(
    "vrrp_script s {\nscript /usr/bin/true\nuser nobody-here\n}\n" + router(""), .unknownUser,
    "is to run as 'nobody-here', whom this machine does not know"),
  Finding(
    "vrrp_script s {\nscript /usr/bin/true\n}\nvrrp_script s {\nscript /usr/bin/true\n}\n" + router(""), .duplicate,
    "there is a vrrp_script s already"),
  Finding(
    "track_file f {\nfile /run/f\n}\ntrack_file f {\nfile /run/g\n}\n" + router(""), .duplicate,
    "there is a track_file f already"),
  Finding(
    "vrrp_track_process p {\nprocess p\n}\nvrrp_track_process p {\nprocess q\n}\n" + router(""), .duplicate,
    "there is a vrrp_track_process p already"),
  Finding("garp_group {\ninterface eth0\n}\n" + router(""), .incomplete, "the garp_group sets no interval"),
  Finding(
    router("") + "vrrp_sync_group g {\ngroup {\nV\n}\n}\nvrrp_sync_group g {\ngroup {\nV\n}\n}\n", .duplicate,
    "there is a vrrp_sync_group g already"),
  Finding("interface_up_down_delays {\neth0\n}\n" + router(""), .incomplete, "the entry has no time"),
]

@Suite struct `A mistake in a configuration` {
  @Test(arguments: findings)
  private func `is found and named`(finding: Finding) throws {
    let found = parse(finding.text).diagnostics
    let fault = found.list.first { $0.code == finding.code && $0.message.contains(finding.message) }
    #expect(fault != nil, "\(found.rendered(color: false))")
    // In the log it is one line, with its place.
    let line = try #require(fault?.line)
    let location = try #require(fault?.location)
    #expect(line.hasPrefix("\(location.file):\(location.line):\(location.column): "), "\(line)")
    #expect(line.hasSuffix("[\(finding.code.name)]") && !line.contains("\n"))
  }

  @Test func `of 256 addresses is that an advert carries 255`() throws {
    let addresses = (0..<300).map { "10.0.\($0 / 250).\($0 % 250 + 1)" }.joined(separator: "\n")
    let result = parse(router("", addresses: addresses))
    #expect(codes(result).contains(.adjustedValue))
    let instance = try #require(result.configuration?.vrrpInstances.first)
    #expect(instance.addresses.count == 255 && instance.excludedAddresses.count == 45)
    #expect(instance.excludedAddresses.first?.prefix.address == address("10.0.1.6"))
  }
}
