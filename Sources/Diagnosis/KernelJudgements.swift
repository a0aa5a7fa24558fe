import Wire

// What the kernel has and how it is set.
extension HostFacts {
  var kernelFindings: [Finding] {
    guard !intent.services.isEmpty else { return [] }
    if ipvs == .missing {
      return [
        Finding(
          .trouble, "ip_vs", "the kernel has no IPVS, and no module for it: no service can be balanced here",
          fixes: ["modprobe ip_vs", "apt-get install linux-image-amd64   # cloud kernels may lack it; then reboot"])
      ]
    }
    return Set(intent.services.map(\.scheduler)).sorted().filter { schedulers[$0] == .missing }.map { name in
      let users = intent.services.filter { $0.scheduler == name }.map(\.name).joined(separator: ", ")
      return Finding(
        .trouble, "ip_vs", "the kernel has no scheduler \(name), which \(users) wants",
        fixes: ["modprobe ip_vs_\(name)", "# or in the configuration: lvs_sched wlc"])
    }
  }

  var forwardingFindings: [Finding] {
    AddressFamily.allCases.flatMap { family -> [Finding] in
      let path = family == .ipv4 ? "net/ipv4/ip_forward" : "net/ipv6/conf/all/forwarding"
      let users = intent.services.filter { $0.family == family && $0.forwardings.contains(.nat) }.map(\.name)
      guard !users.isEmpty, parameters[path] == 0 else { return [] }
      return [
        Finding(
          .trouble, "ip_forward",
          "this host does not forward: answers of real servers behind NAT are dropped (\(users.joined(separator: ", ")))",
          fixes: [setting(path, 1)])
      ]
    }
  }

  /// A virtual address on a loopback makes this host a real server, which must not answer for it.
  var arpFindings: [Finding] {
    let virtual = intent.virtualAddresses
    let onLoopback = (interface("lo")?.addresses ?? []).map(\.address).filter {
      $0.family == .ipv4 && virtual.contains($0)
    }
    guard let address = onLoopback.first else { return [] }
    let outward = interfaces.filter { $0.name != "lo" && $0.hardwareAddress != nil }.map(\.name).sorted()
    let answers = outward.filter { effective($0, "arp_ignore").map { $0 < 1 } ?? false }
    let announces = outward.filter { effective($0, "arp_announce").map { $0 < 2 } ?? false }
    guard !(answers + announces).isEmpty else { return [] }
    let places = Set(answers + announces).sorted().joined(separator: ", ")
    return [
      Finding(
        .trouble, "arp",
        "\(address) is on lo, and this host answers ARP for it on \(places): clients reach it past the director",
        fixes: ["realserver start --vip \(address)   # or: " + setting("net/ipv4/conf/all/arp_ignore", 1)])
    ]
  }

  /// Strict reverse path filtering, where packets rightly come in by another way than answers go out.
  var filterFindings: [Finding] {
    var findings: [Finding] = []
    for router in intent.routers where router.usesVirtualMAC && router.family == .ipv4 {
      let name = router.virtualInterface ?? "vrrp.\(router.virtualRouter)"
      guard parameters["net/ipv4/conf/all/rp_filter"] == 1 || effective(name, "rp_filter") == 1 else { continue }
      findings.append(
        Finding(
          .warning, "rp_filter",
          "\(router.name) has a virtual MAC, and strict reverse path filtering drops what arrives on \(name)",
          fixes: [setting("net/ipv4/conf/all/rp_filter", 0), setting("net/ipv4/conf/\(name)/rp_filter", 0)]))
    }
    let tunnels = interfaces.map(\.name).filter { ["tunl0", "gre0", "sit0", "ip6tnl0"].contains($0) }
    let tunnelled = intent.services.filter { $0.forwardings.contains(.tunnel) }.flatMap(\.addresses)
    guard tunnelled.contains(where: holds) else { return findings }
    for name in tunnels where effective(name, "rp_filter") == 1 {
      findings.append(
        Finding(
          .trouble, "rp_filter", "strict reverse path filtering drops what directors send through \(name)",
          fixes: [setting("net/ipv4/conf/all/rp_filter", 0), setting("net/ipv4/conf/\(name)/rp_filter", 0)]))
    }
    return findings
  }

  /// What becomes of connections whose server is gone, and of the table of tracked ones.
  var connectionFindings: [Finding] {
    var findings: [Finding] = []
    if !intent.services.isEmpty, parameters["net/ipv4/vs/expire_nodest_conn"] == 0 {
      findings.append(
        Finding(
          .warning, "expire_nodest_conn",
          "clients of a server that was removed hang until their connection times out, instead of reconnecting elsewhere",
          fixes: [setting("net/ipv4/vs/expire_nodest_conn", 1)]))
    }
    if intent.services.contains(where: \.isPersistent), parameters["net/ipv4/vs/expire_quiescent_template"] == 0 {
      findings.append(
        Finding(
          .warning, "expire_quiescent_template",
          "persistent clients go on being sent to a server that was drained or failed with inhibit_on_failure",
          fixes: [setting("net/ipv4/vs/expire_quiescent_template", 1)]))
    }
    if let most = parameters["net/netfilter/nf_conntrack_max"], most > 0,
      let count = parameters["net/netfilter/nf_conntrack_count"], count > most - most / 5
    {
      findings.append(
        Finding(
          .trouble, "conntrack",
          "the table of tracked connections is nearly full (\(count) of \(most)): new connections are about to be dropped",
          fixes: [setting("net/netfilter/nf_conntrack_max", most.multipliedReportingOverflow(by: 4).partialValue)]))
    }
    let masquerades = [nftables, iptables].contains { text in
      text.map { $0.contains("masquerade") || $0.contains("MASQUERADE") || $0.contains("snat") } ?? false
    }
    if masquerades, intent.services.contains(where: { $0.forwardings.contains(.nat) }),
      parameters["net/ipv4/vs/conntrack"] == 0
    {
      findings.append(
        Finding(
          .warning, "conntrack",
          "the packet filter translates sources, but IPVS connections are not tracked: those are not translated",
          fixes: [setting("net/ipv4/vs/conntrack", 1)]))
    }
    return findings
  }
}
