package import ConfigurationLanguage
import Failover
import VRRP
import Wire

/// What the dump files tell of besides the state of routers: the words of the configuration, and what scripts say.
package struct DumpContext: Sendable {
  /// The state of a checking script.
  package struct ScriptState: Hashable, Sendable {
    package var name: String
    /// Whether its last result was good; nil before there is one.
    package var isGood: Bool?
    /// Whether it runs just now.
    package var isRunning: Bool

    /// The state of a script.
    package init(name: String, isGood: Bool?, isRunning: Bool) {
      self.name = name
      self.isGood = isGood
      self.isRunning = isRunning
    }
  }

  /// The configuration in force.
  package var configuration: Configuration
  /// The checking scripts.
  package var scripts: [ScriptState]

  /// What is known.
  package init(_ configuration: Configuration, scripts: [ScriptState] = []) {
    self.configuration = configuration
    self.scripts = scripts
  }

  func instance(_ name: String) -> VRRPInstance? { configuration.vrrpInstances.first { $0.name == name } }

  func script(_ name: String) -> VRRPScript? { configuration.vrrpScripts.first { $0.name == name } }

  /// The name of the sync group of a router.
  func group(of router: String) -> String? {
    configuration.syncGroups.first { $0.members.contains(router) }?.name
  }
}

/// Forms that keepalived's dump files have in common.
enum DumpText {
  /// "192.0.2.10/24 dev eth0 scope global label eth0:1 set"; a prefix of a single host is not written.
  static func address(_ address: VRRP.VirtualAddress, of router: RouterSnapshot) -> String {
    let device = address.interface ?? router.virtualInterface ?? router.settings.interface ?? ""
    var text = "\(prefix(address.prefix)) dev \(device) scope \(scope(address.scope))"
    if let label = address.label { text += " label \(label)" }
    if let peer = address.peer { text += " peer \(prefix(peer))" }
    return text + (router.heldAddresses.contains(address.prefix) ? " set" : "")
  }

  private static func prefix(_ prefix: AddressPrefix) -> String {
    let full = prefix.address.family == .ipv4 ? 32 : 128
    return Int(prefix.length) == full ? prefix.address.description : prefix.description
  }

  private static func scope(_ scope: UInt8) -> String {
    switch scope {
    case 0: "global"
    case 200: "site"
    case 253: "link"
    case 254: "host"
    case 255: "nowhere"
    case let other: String(other)
    }
  }

  /// A command with each word in single quotes.
  static func command(_ script: Script) -> String { script.arguments.map { "'\($0)'" }.joined(separator: " ") }

  /// The scripts of an instance with keepalived's names for them.
  static func scripts(_ notify: NotifyScripts) -> [(member: String, title: String, script: Script)] {
    let all: [(String, String, Script?)] = [
      ("script_backup", "Backup", notify.backup), ("script_master", "Master", notify.master),
      ("script_fault", "Fault", notify.fault), ("script_stop", "Stop", notify.stop),
      ("script_deleted", "Deleted", notify.deleted), ("script", "Generic", notify.any),
      ("script_master_rx_lower_pri", "Master rx lower priority", notify.masterReceivedLowerPriority),
    ]
    return all.compactMap { member, title, script in script.map { (member, title, $0) } }
  }
}
