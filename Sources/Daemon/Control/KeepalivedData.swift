package import Failover
import Machines
import VRRP
import Wire

/// The text of keepalived's data file (SIGUSR1), of which programs read single lines.
package enum KeepalivedData {
  /// The state of all instances and groups.
  package static func text(_ groups: [GroupSnapshot]) -> String {
    var text = "------< VRRP Topology >------\n"
    for router in groups.flatMap(\.routers) { text += paragraph(router) }
    let named = groups.filter { $0.name != nil }
    if !named.isEmpty { text += "------< VRRP Sync groups >------\n" }
    for group in named {
      text += " VRRP Sync Group = \(group.name ?? ""), \(group.state.rawValue)\n"
      for router in group.routers { text += "   monitor = \(router.settings.name)\n" }
    }
    return text
  }

  private static func paragraph(_ router: RouterSnapshot) -> String {
    let settings = router.settings
    let announcements = settings.announcements
    var lines = [
      " VRRP Instance = \(settings.name)",
      "   VRRP Version = \(settings.version.rawValue)",
      "   State = \(router.state.rawValue)",
      "   Wantstate = \(router.state.rawValue)",
      "   Last transition = \(router.sinceWallTime.seconds)",
      "   Cause = \(router.cause)",
      "   Interface = \(settings.interface ?? "")",
      "   Gratuitous ARP delay = \(whole(announcements.secondBlockDelay))",
      "   Gratuitous ARP repeat = \(announcements.repeats)",
      "   Gratuitous ARP refresh = \(whole(announcements.refreshPeriod))",
      "   Gratuitous ARP refresh repeat = \(announcements.refreshRepeats)",
      "   Virtual Router ID = \(settings.virtualRouter)",
      "   Priority = \(settings.priority)",
      "   Effective priority = \(router.priority.effective)",
      "   Advert interval = \(seconds(settings.interval)) sec",
      "   Preempt = \(settings.preempts ? "enabled" : "disabled")",
      "   Promote_secondaries = disabled",
      "   Authentication type = \(authentication(settings.authentication))",
      "   Virtual IP (\(settings.addresses.count)):",
    ]
    lines += settings.addresses.map { address($0, router) }
    if !settings.excludedAddresses.isEmpty {
      lines.append("   Virtual IP Excluded :")
      lines += settings.excludedAddresses.map { address($0, router) }
    }
    lines += router.faults.map { "   Fault = \($0)" }
    return lines.joined(separator: "\n") + "\n"
  }

  private static func address(_ address: VirtualAddress, _ router: RouterSnapshot) -> String {
    let isSet = router.heldAddresses.contains(address.prefix)
    return "     \(address.prefix) dev \(address.interface ?? router.settings.interface ?? "") scope global"
      + (isSet ? " set" : "")
  }

  private static func authentication(_ authentication: VRRP.Authentication) -> String {
    switch authentication {
    case .none, .trailer: "none"
    case .password: "SIMPLE_PASSWORD"
    case .header: "IPSEC_AH"
    }
  }

  private static func whole(_ duration: Duration) -> Int64 { duration.components.seconds }

  private static func seconds(_ duration: Duration) -> String {
    duration.components.attoseconds == 0 ? "\(duration.components.seconds)" : "\(duration.inSeconds)"
  }
}
