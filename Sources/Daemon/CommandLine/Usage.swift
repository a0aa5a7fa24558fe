/// What the program says of itself.
package enum Usage {
  /// The version of this program.
  package static let version = "0.1.0"

  /// The version of keepalived whose language, flags and files it follows.
  package static let followed = "2.4.3"

  /// The text of `-v`. Programs that drive keepalived read its version from the first line, and the feature names
  /// from the "configure options" line; both keep keepalived's form when the program is called by that name.
  package static func versionText(calledAs name: String) -> String {
    let first =
      name == "keepalived"
      ? "Keepalived v\(followed) (08/13,2026), by Understudy v\(version)"
      : "Understudy v\(version), follows Keepalived v\(followed)"
    return """
      \(first)

      Licensed under the Apache License, version 2.0.

      configure options: --enable-json --enable-regex --enable-snmp=no --enable-dbus=no --with-init=systemd

      Config options: LVS REGEX VRRP VRRP_AUTH VRRP_VMAC VRRP_IPVLAN JSON NFTABLES INIT=systemd SYSTEMD_NOTIFY

      """
  }

  /// Options that are understood but have no effect, with what is lost.
  package static let unsupported: [(option: Option, loss: String)] = [
    (.logFile, "nothing is logged to a file; use syslog or the console"),
    (.flushLogFile, "nothing is logged to a file"),
    (.snmp, "there is no SNMP agent"),
    (.snmpAgentSocket, "there is no SNMP agent"),
    (.bfdPid, "there is no BFD role"),
    (.addressMonitoring, "changes of addresses are not logged one by one"),
  ]

  /// The text of `-h`.
  package static func helpText(calledAs name: String) -> String {
    var lines = ["Usage: \(name) [OPTION...]", ""]
    for option in Option.allCases {
      guard let summary = option.summary else { continue }
      var left = option.letter.map { "  -\($0), " } ?? "      "
      left += "--\(option.rawValue)"
      switch option.argument {
      case .none: break
      case .optional(let what): left += "[=\(what)]"
      case .required(let what): left += "=\(what)"
      }
      let padding = String(repeating: " ", count: max(1, 36 - left.count))
      lines.append(left + padding + summary)
    }
    return lines.joined(separator: "\n") + "\n"
  }

  /// The numbers behind keepalived's signal names (`--signum`), for the C library in use.
  ///
  /// - Parameters:
  ///   - first: SIGRTMIN
  ///   - last: SIGRTMAX
  package static func signalNumber(_ name: String, first: Int32, last: Int32) -> Int32? {
    switch name {
    case "STOP": 15
    case "RELOAD": 1
    case "DATA": 10
    case "STATS": 12
    case "STATS_CLEAR": last - 1
    case "JSON": first + 2
    default: nil
    }
  }
}
