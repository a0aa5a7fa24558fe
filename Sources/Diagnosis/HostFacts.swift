package import Wire

/// What was found out about a host; nil is not known.
package struct HostFacts: Hashable, Sendable {
  /// Whether the kernel has something.
  package enum Presence: Hashable, Sendable {
    /// It is there, or can be loaded when needed.
    case available
    case missing
  }

  /// An interface.
  package struct Interface: Hashable, Sendable {
    package var name: String
    package var mtu: Int
    package var hardwareAddress: HardwareAddress?
    package var addresses: [AddressPrefix]
    /// The bridge that it is, or that it is a port of.
    package var bridge: Bridge?

    /// An interface.
    package init(
      _ name: String, mtu: Int = 1500, hardwareAddress: HardwareAddress? = nil, addresses: [AddressPrefix] = [],
      bridge: Bridge? = nil
    ) {
      self.name = name
      self.mtu = mtu
      self.hardwareAddress = hardwareAddress
      self.addresses = addresses
      self.bridge = bridge
    }
  }

  /// A bridge of this host.
  package struct Bridge: Hashable, Sendable {
    package var name: String
    /// Whether it sends multicast only where somebody asked for it.
    package var snoops: Bool
    /// Whether it asks who wants it.
    package var asks: Bool

    /// A bridge.
    package init(_ name: String, snoops: Bool, asks: Bool) {
      self.name = name
      self.snoops = snoops
      self.asks = asks
    }
  }

  /// Somebody's advert.
  package struct HeardAdvert: Hashable, Sendable {
    package var interface: String
    package var source: IPAddress
    package var hardwareAddress: HardwareAddress
    package var virtualRouter: UInt8
    package var version: Int
    package var priority: UInt8
    package var addresses: [IPAddress]

    /// An advert as it was heard.
    package init(
      interface: String, source: IPAddress, hardwareAddress: HardwareAddress, virtualRouter: UInt8, version: Int = 2,
      priority: UInt8 = 100, addresses: [IPAddress]
    ) {
      self.interface = interface
      self.source = source
      self.hardwareAddress = hardwareAddress
      self.virtualRouter = virtualRouter
      self.version = version
      self.priority = priority
      self.addresses = addresses
    }
  }

  /// An answer to "who has this address?".
  package struct Claim: Hashable, Sendable {
    package var interface: String
    package var address: IPAddress
    package var hardwareAddress: HardwareAddress

    /// An answer.
    package init(interface: String, address: IPAddress, hardwareAddress: HardwareAddress) {
      self.interface = interface
      self.address = address
      self.hardwareAddress = hardwareAddress
    }
  }

  /// A program that the configuration names.
  package struct Script: Hashable, Sendable {
    package var path: String
    /// What is wrong with it, and the part of the path that is to be mended.
    package var fault: ScriptFault?

    /// A program and what is wrong with it.
    package init(_ path: String, _ fault: ScriptFault?) {
      self.path = path
      self.fault = fault
    }
  }

  /// What can be wrong with a program that root starts.
  package enum ScriptFault: Hashable, Sendable {
    case missing
    case notExecutable
    /// This part of its path does not belong to root.
    case foreignOwner(String)
    /// This part of its path may be written by others.
    case writable(String)
  }

  /// What came of connecting where a check connects.
  package struct Reach: Hashable, Sendable {
    package var endpoint: Endpoint
    /// The system's words; nil when it worked.
    package var failure: String?

    /// What came of connecting.
    package init(_ endpoint: Endpoint, failure: String?) {
      self.endpoint = endpoint
      self.failure = failure
    }
  }

  package var intent: Intent
  package var ipvs: Presence?
  /// By the name of the scheduler.
  package var schedulers: [String: Presence] = [:]
  /// Values below /proc/sys by their path there: "net/ipv4/ip_forward".
  package var parameters: [String: Int] = [:]
  package var interfaces: [Interface] = []
  /// The packet filter as `nft list ruleset` or `iptables-save` print it.
  package var nftables: String?
  package var iptables: String?
  /// What was heard within the time of listening; nil when nobody listened.
  package var adverts: [HeardAdvert]?
  package var claims: [Claim] = []
  package var clockIsSynchronised: Bool?
  package var scripts: [Script] = []
  package var reaches: [Reach] = []
  /// The process of a keepalived on this host.
  package var keepalived: Int32?
  /// Whether the daemon runs.
  package var daemonRuns = false

  /// Nothing is known but what is wanted.
  package init(_ intent: Intent = Intent()) {
    self.intent = intent
  }

  /// Everything that is not as it should be, in the order of the checks.
  package var findings: [Finding] {
    kernelFindings + forwardingFindings + arpFindings + filterFindings + connectionFindings + firewallFindings
      + snoopingFindings + advertFindings + claimFindings + clockFindings + tunnelFindings + scriptFindings
      + reachFindings + rivalFindings
  }

  /// The interface of a name.
  func interface(_ name: String?) -> Interface? { interfaces.first { $0.name == name } }

  /// Whether an address is on an interface of this host.
  func holds(_ address: IPAddress) -> Bool {
    interfaces.contains { $0.addresses.contains { $0.address == address } }
  }

  /// A value of an interface in force: the kernel takes the larger one of "all" and its own.
  func effective(_ interface: String, _ name: String) -> Int? {
    let values = ["all", interface].compactMap { parameters["net/ipv4/conf/\($0)/\(name)"] }
    return values.max()
  }
}

/// The command that sets a value of the kernel, now and at the next boot.
func setting(_ path: String, _ value: Int) -> String {
  // sysctl wants slashes where a name, such as that of a VLAN interface, has dots.
  let name = path.contains(".") ? path : path.split(separator: "/").joined(separator: ".")
  return "sysctl -w \(name)=\(value) && echo '\(name) = \(value)' >> /etc/sysctl.d/90-understudy.conf"
}
