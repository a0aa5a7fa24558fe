import ConfigurationLanguage
import Wire

extension Plan {
  /// The configuration file of a node.
  package func text(node: Int) -> String {
    var lines = ["global_defs {", "  router_id node\(node)"]
    if startupDelay > 0 { lines.append("  vrrp_startup_delay \(startupDelay)") }
    lines.append("}")
    if instances.contains(where: { $0.scriptWeight != nil }) {
      lines += [
        "vrrp_script ready {", "  script \"/usr/bin/ready\"", "  interval \(scriptInterval)", "  rise \(scriptRise)",
        "  fall \(scriptFall)", "}",
      ]
    }
    if instances.contains(where: { $0.fileWeight != nil }) {
      lines += ["track_file load {", "  file \"/run/load\"", "}"]
    }
    for (number, group) in groups.enumerated() {
      lines += ["vrrp_sync_group G\(number + 1) {", "  group {"] + group.map { "    \($0)" } + ["  }", "}"]
    }
    for instance in instances { lines += text(of: instance, node: node) }
    for service in services { lines += text(of: service) }
    return lines.joined(separator: "\n") + "\n"
  }

  private func text(of instance: Instance, node: Int) -> [String] {
    let (whole, rest) = instance.interval.quotientAndRemainder(dividingBy: 100)
    let interval = rest == 0 ? "\(whole)" : "\(whole).\(rest < 10 ? "0" : "")\(rest)"
    var lines = [
      "vrrp_instance \(instance.name) {", "  state BACKUP", "  interface \(instance.interface)",
      "  version \(instance.isVersionThree ? 3 : 2)", "  virtual_router_id \(instance.virtualRouter)",
      "  priority \(instance.priorities[node])", "  advert_int \(interval)",
    ]
    lines.append("  notify /usr/bin/tell")
    if !instance.preempts { lines.append("  nopreempt") }
    if instance.preemptDelay > 0 { lines.append("  preempt_delay \(instance.preemptDelay)") }
    if instance.downTimerAdverts != 3 { lines.append("  down_timer_adverts \(instance.downTimerAdverts)") }
    if let password = instance.password {
      lines += ["  authentication {", "    auth_type PASS", "    auth_pass \(password)", "  }"]
    }
    if instance.isUnicast {
      lines.append("  unicast_peer {")
      for peer in 0..<nodes where peer != node { lines.append("    \(ownAddress(of: instance, node: peer))") }
      lines.append("  }")
    }
    lines += ["  virtual_ipaddress {"] + instance.addresses.map { "    \($0)" } + ["  }"]
    if !instance.excludedAddresses.isEmpty {
      lines += ["  virtual_ipaddress_excluded {"] + instance.excludedAddresses.map { "    \($0)" } + ["  }"]
    }
    func track(_ block: String, _ name: String, _ weight: Int?) {
      guard let weight else { return }
      lines += ["  \(block) {", "    \(name)" + (weight == 0 ? "" : " weight \(weight)"), "  }"]
    }
    track("track_script", "ready", instance.scriptWeight)
    track("track_interface", instance.interface == "eth0" ? "eth1" : "eth0", instance.interfaceWeight)
    track("track_file", "load", instance.fileWeight)
    return lines + ["}"]
  }

  private func ownAddress(of instance: Instance, node: Int) -> String {
    let prefix = instance.interface == "eth0" ? NodeAddress.front(node) : NodeAddress.back(node)
    return String(prefix.prefix { $0 != "/" })
  }

  private func text(of service: Service) -> [String] {
    var lines = [
      "virtual_server \(service.address) \(service.port) {", "  delay_loop \(service.delayLoop)", "  lb_algo rr",
      "  lb_kind NAT", "  protocol TCP", "  quorum \(service.quorum)",
    ]
    if service.alpha { lines.append("  alpha") }
    if let onBackup = service.onBackup { lines.append("  lvs_on_backup \(onBackup)") }
    if service.hasSorryServer {
      lines.append("  sorry_server \(Self.address(of: Self.sorryServer)) \(Self.port(of: Self.sorryServer))")
    }
    for server in service.servers {
      lines += [
        "  real_server \(Self.address(of: server.number)) \(Self.port(of: server.number)) {",
        "    weight \(server.weight)",
      ]
      if server.inhibits { lines.append("    inhibit_on_failure") }
      lines += check(of: server, service) + ["  }"]
    }
    return lines + ["}"]
  }

  private func check(of server: Server, _ service: Service) -> [String] {
    let rhythm = [
      "      connect_timeout \(service.connectTimeout)", "      retry \(service.retry)",
      "      delay_before_retry \(service.delayBeforeRetry)", "      warmup 1",
    ]
    switch Self.language(of: server.number) {
    case .tcp: return ["    TCP_CHECK {"] + rhythm + ["    }"]
    case .http:
      return ["    HTTP_GET {", "      url {", "        path /", "        status_code 200", "      }"] + rhythm + [
        "    }"
      ]
    case .smtp: return ["    SMTP_CHECK {"] + rhythm + ["    }"]
    case .ping: return ["    PING_CHECK {"] + rhythm + ["    }"]
    }
  }
}

/// A configuration that exists in memory only.
struct TextSource: ConfigurationSource {
  static let path = "/etc/keepalived/keepalived.conf"
  let text: String

  func read(_ path: String) -> FileReading { path == Self.path ? .contents(Array(text.utf8)) : .missing }
  func matches(of pattern: String) -> [String] { pattern == Self.path ? [pattern] : [] }
  func environmentVariable(_ name: String) -> String? { nil }
  var workingDirectory: String { "/" }
  var nodeName: String { "node" }
  func randomNumber(in range: ClosedRange<Int>) -> Int { range.lowerBound }

  /// The configuration, or what is wrong with it.
  static func parse(_ text: String) -> (configuration: Configuration?, complaints: String) {
    let parsed = Configuration.parse(file: path, source: TextSource(text: text))
    return (parsed.configuration, parsed.diagnostics.rendered(color: false))
  }
}
