import ConfigurationLanguage
import Wire

extension VirtualAddress {
  /// The addresses of the virtual servers in a director's configuration, each once and in its order. Left out are
  /// services that only translate addresses (NAT), whose real servers never see the virtual one, and firewall marks,
  /// which have no address.
  static func all(inConfiguration file: String) throws(Trouble) -> [VirtualAddress] {
    var options = ParseOptions()
    options.keepsEmptyServices = true
    let parsed = Configuration.parse(file: file, source: ConfigurationFiles(), options: options)
    let faults = parsed.diagnostics.list.filter { $0.severity >= .error }.map(\.oneLine)
    guard let configuration = parsed.configuration else { throw Trouble(lines: faults) }
    // A misspelt block would be an address left out: said, though the rest is good.
    for fault in faults { Output.error(fault) }
    var addresses: [VirtualAddress] = []
    for server in configuration.virtualServers where server.reachesServersUntranslated {
      switch server.identity {
      case .endpoint(let endpoint): addresses += [endpoint.address].compactMap(VirtualAddress.init)
      case .firewallMark: break
      case .group(let name):
        for group in configuration.virtualServerGroups where group.name == name {
          addresses += group.entries.flatMap(\.addresses)
        }
      }
    }
    guard !addresses.isEmpty else {
      throw Trouble("\(file) has no virtual server with direct routing or tunnels")
    }
    return addresses.withoutRepetitions
  }
}

extension VirtualServer {
  /// Whether packets come to at least one real server with the virtual address in them.
  fileprivate var reachesServersUntranslated: Bool {
    if realServers.isEmpty { return forwarding != .nat || !$forwarding.isWritten }
    return realServers.contains { $0.forwarding != .nat }
  }
}

extension VirtualServerGroup.Entry {
  /// The addresses of a range; at most 256 differ, since only the last part of an address may.
  fileprivate var addresses: [VirtualAddress] {
    switch self {
    case .firewallMark: []
    case .addresses(.v4(let first), .v4(let last), _) where first <= last:
      (first.rawValue...min(last.rawValue, first.rawValue | 0xFF))
        .compactMap { VirtualAddress(.v4(IPv4Address(rawValue: $0))) }
    case .addresses(.v6(let first), .v6(let last), _) where first <= last:
      (first.rawValue...min(last.rawValue, first.rawValue | 0xFFFF))
        .compactMap { VirtualAddress(.v6(IPv6Address(rawValue: $0))) }
    case .addresses(let first, _, _): [VirtualAddress(first)].compactMap { $0 }
    }
  }
}

extension Diagnostic {
  /// Place and fault in one line.
  fileprivate var oneLine: String {
    let place = location.map { "\($0.file):\($0.line):\($0.column): " } ?? ""
    return place + message + (suggestion.map { "; did you mean \($0)?" } ?? "")
  }
}
