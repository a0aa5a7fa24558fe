import CLinux
import ConfigurationLanguage
import ControlProtocol
import Diagnosis
import Glibc
import LinuxWorld
import Netlink
import Wire
import World

/// Finds out what a diagnosis wants to know. It changes nothing on the host; on the links it asks by ARP who has the
/// virtual addresses, and it opens and closes the connections that checks open.
struct Examination {
  private let configuration: Configuration
  /// What was found out.
  private(set) var facts: HostFacts
  /// What could not be looked at, and why.
  private(set) var omissions: [String] = []

  /// How many things were looked at.
  var places: Int {
    facts.parameters.count + facts.interfaces.count + facts.schedulers.count + facts.scripts.count
      + facts.reaches.count + (facts.adverts == nil ? 0 : facts.intent.routers.count)
  }

  /// An examination for a configuration.
  init(_ configuration: Configuration) {
    self.configuration = configuration
    facts = HostFacts(Intent(configuration))
  }

  /// Looks at everything. It takes a few seconds, in which it listens.
  mutating func examine() {
    examineKernel()
    examineInterfaces()
    examineParameters()
    examineFirewall()
    facts.clockIsSynchronised = linux_clock_is_synchronised() == 1
    facts.scripts = ScriptExamination.scripts(of: configuration)
    facts.reaches = PortExamination.reaches(of: configuration)
    facts.keepalived = RivalExamination.keepalived()
    facts.daemonRuns = runs(ControlSocket.path)
    listen()
  }

  private func runs(_ path: String) -> Bool {
    let number = unsafe linux_unix_connect(path)
    guard number >= 0 else { return false }
    close(number)
    return true
  }

  private mutating func examineKernel() {
    let modules = ModuleExamination()
    facts.ipvs = modules.presence(of: "ip_vs")
    for scheduler in Set(facts.intent.services.map(\.scheduler)) {
      facts.schedulers[scheduler] = modules.presence(of: "ip_vs_\(scheduler)")
    }
    if facts.ipvs == nil { omissions.append("whether the kernel has IPVS: there is no list of its modules") }
  }

  private mutating func examineInterfaces() {
    guard let snapshot = try? NetworkMonitor().snapshot else {
      return omissions.append("the interfaces: the kernel does not tell")
    }
    facts.interfaces = snapshot.links.values.sorted { $0.index < $1.index }.map { link in
      HostFacts.Interface(
        link.name, mtu: link.mtu, hardwareAddress: link.hasNoNeighbours ? nil : link.hardwareAddress,
        addresses: snapshot.addresses.filter { $0.interface == link.index }.map(\.prefix),
        bridge: Self.bridge(link.name))
    }
  }

  private static func bridge(_ name: String) -> HostFacts.Bridge? {
    for place in ["/sys/class/net/\(name)/bridge", "/sys/class/net/\(name)/brport/bridge/bridge"] {
      guard let snoops = SmallFile.beginning("\(place)/multicast_snooping", 1) else { continue }
      let asks = SmallFile.beginning("\(place)/multicast_querier", 1)
      return HostFacts.Bridge(name, snoops: snoops == [49], asks: asks == [49])
    }
    return nil
  }

  private mutating func examineParameters() {
    var names = [
      "net/ipv4/ip_forward", "net/ipv6/conf/all/forwarding", "net/ipv4/vs/expire_nodest_conn",
      "net/ipv4/vs/expire_quiescent_template", "net/ipv4/vs/conntrack", "net/netfilter/nf_conntrack_max",
      "net/netfilter/nf_conntrack_count",
    ]
    for interface in ["all"] + facts.interfaces.map(\.name) {
      names += ["rp_filter", "arp_ignore", "arp_announce"].map { "net/ipv4/conf/\(interface)/\($0)" }
    }
    for name in names {
      if let value = (try? SmallFile.kernelValue(name)).flatMap({ Int($0) }) { facts.parameters[name] = value }
    }
  }

  private mutating func examineFirewall() {
    guard geteuid() == 0 else { return omissions.append("the packet filter: only root may") }
    facts.nftables = CommandOutput.of("nft list ruleset")
    if facts.nftables == nil { facts.iptables = CommandOutput.of("iptables-save") }
    if facts.nftables == nil, facts.iptables == nil {
      omissions.append("the packet filter: neither nft nor iptables-save can be run")
    }
  }

  private mutating func listen() {
    guard !facts.intent.routers.isEmpty || !facts.intent.services.isEmpty else { return }
    // One advert of a master comes in this time, and an answer to a probe in much less.
    let slowest = configuration.vrrpInstances.map(\.advertInterval).max() ?? .seconds(1)
    let time = min(slowest + slowest / 2 + .milliseconds(500), .seconds(15))
    do {
      var listener = try LinkListener(facts.intent, facts.interfaces)
      listener.probe()
      listener.listen(for: time)
      (facts.adverts, facts.claims) = (listener.adverts, listener.claims)
    } catch {
      omissions.append("who else is on the links: \(error)")
    }
  }
}

/// What a program prints.
enum CommandOutput {
  /// The standard output of a shell command; nil when it could not be run or failed.
  static func of(_ command: String) -> String? {
    guard let stream = unsafe popen("PATH=$PATH:/usr/sbin:/sbin; \(command) 2>/dev/null", "re") else { return nil }
    var octets: [UInt8] = []
    var buffer = [UInt8](repeating: 0, count: 65_536)
    while octets.count < 16 << 20 {
      let count = unsafe fread(&buffer, 1, buffer.count, stream)
      guard count > 0 else { break }
      octets += buffer.prefix(count)
    }
    return unsafe pclose(stream) == 0 ? String(decoding: octets, as: UTF8.self) : nil
  }
}
