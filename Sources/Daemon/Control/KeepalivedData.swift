import ConfigurationLanguage
package import Failover
import Machines
import VRRP
import Wire

/// The text of keepalived's data file (SIGUSR1), of which programs read single lines: its titles, and lines such as
/// "   State = MASTER". Passwords are not in it.
package enum KeepalivedData {
  /// The state of all instances, groups and scripts.
  package static func text(_ groups: [GroupSnapshot], _ context: DumpContext) -> String {
    var text = "------< Global definitions >------\n Router ID = \(context.configuration.globals.routerID)\n"
    text += "------< VRRP Topology >------\n"
    for router in groups.flatMap(\.routers) { text += paragraph(router, context) }
    let named = groups.filter { $0.name != nil }
    if !named.isEmpty { text += "------< VRRP Sync groups >------\n" }
    for group in named {
      text += " VRRP Sync Group = \(group.name ?? ""), \(group.state.rawValue)\n   VRRP member instances :\n"
      for router in group.routers { text += "     \(router.settings.name)\n" }
    }
    if !context.scripts.isEmpty { text += "------< VRRP Scripts >------\n" }
    for script in context.scripts { text += paragraph(script, context) }
    return text
  }

  private static func paragraph(_ router: RouterSnapshot, _ context: DumpContext) -> String {
    let settings = router.settings
    let instance = context.instance(settings.name)
    var lines = [" VRRP Instance = \(settings.name)", "   VRRP Version = \(settings.version.rawValue)"]
    if let group = context.group(of: settings.name) { lines.append("   Sync group = \(group)") }
    lines.append("   State = \(router.state.rawValue)")
    if let master = router.master {
      lines += ["   Master router = \(master)", "   Master priority = \(router.masterPriority)"]
    }
    lines += [
      "   Wantstate = \(router.state.rawValue)",
      "   Last transition = \(router.sinceWallTime.seconds).\(microseconds(router.sinceWallTime))",
      "   Cause = \(router.cause)",
    ]
    let device = router.virtualInterface ?? settings.interface ?? ""
    lines.append("   \(router.virtualInterface == nil ? "Interface" : "Listening device") = \(device)")
    if let source = router.source { lines.append("   Using src_ip = \(source)") }
    lines += announcements(settings) + protocolLines(router, instance)
    lines.append("   Virtual IP (\(settings.addresses.count)):")
    lines += settings.addresses.map { "     \(DumpText.address($0, of: router))" }
    if !settings.excludedAddresses.isEmpty {
      lines.append("   Virtual IP Excluded :")
      lines += settings.excludedAddresses.map { "     \(DumpText.address($0, of: router))" }
    }
    lines += instance.map(words) ?? []
    lines += router.faults.map { "   Fault = \($0)" }
    return lines.joined(separator: "\n") + "\n"
  }

  private static func announcements(_ settings: RouterSettings) -> [String] {
    let announcements = settings.announcements
    let lowerDelay = announcements.lowerPriorityDelay ?? announcements.secondBlockDelay
    return [
      "   Gratuitous ARP delay = \(whole(announcements.secondBlockDelay))",
      "   Gratuitous ARP repeat = \(announcements.repeats)",
      "   Gratuitous ARP refresh = \(whole(announcements.refreshPeriod))",
      "   Gratuitous ARP refresh repeat = \(announcements.refreshRepeats)",
      "   Gratuitous ARP lower priority delay = \(whole(lowerDelay))",
      "   Gratuitous ARP lower priority repeat = \(announcements.lowerPriorityRepeats ?? announcements.repeats)",
    ]
  }

  private static func protocolLines(_ router: RouterSnapshot, _ instance: VRRPInstance?) -> [String] {
    let settings = router.settings
    return [
      "   Down timer adverts = \(settings.downTimerAdverts)",
      "   Send advert after receive lower priority advert = \(settings.answersLowerPriority)",
      "   Send advert after receive higher priority advert = \(settings.advertisesWhenYielding)",
      "   Virtual Router ID = \(settings.virtualRouter)",
      "   Priority = \(settings.priority)",
      "   Effective priority = \(router.priority.effective)",
      "   Total priority = \(router.priority.effective)",
      "   Advert interval = \(interval(settings))",
      "   Accept = \(enabled(instance?.accepts ?? true))",
      "   Preempt = \(enabled(settings.preempts))",
      "   Promote_secondaries = \(enabled(instance?.promotesSecondaries ?? false))",
      "   Authentication type = \(authentication(settings.authentication))",
    ]
  }

  /// What only the configuration knows.
  private static func words(_ instance: VRRPInstance) -> [String] {
    func block(_ title: String, _ entries: [String]) -> [String] {
      entries.isEmpty ? [] : ["   \(title) :"] + entries.map { "     \($0)" }
    }
    func tracked(_ objects: [TrackedObject]) -> [String] { objects.map { "\($0.name), weight \($0.weight)" } }
    let tracking = instance.tracking
    var lines =
      block("Virtual Routes", instance.routes.map(\.text)) + block("Virtual Rules", instance.rules.map(\.text))
    lines +=
      block("Tracked interfaces", tracked(tracking.interfaces)) + block("Tracked scripts", tracked(tracking.scripts))
    lines += block("Tracked files", tracked(tracking.files)) + block("Tracked processes", tracked(tracking.processes))
    lines.append("   Using smtp notification = \(instance.mailsAlerts ? "yes" : "no")")
    for (_, title, script) in DumpText.scripts(instance.notify) {
      lines.append("   \(title) state transition script = \(DumpText.command(script))")
    }
    return lines
  }

  private static func paragraph(_ script: DumpContext.ScriptState, _ context: DumpContext) -> String {
    let written = context.script(script.name)
    let lines = [
      " VRRP Script = \(script.name)", "   Command = \(written?.script.map(DumpText.command) ?? "")",
      "   Interval = \(seconds(written?.interval ?? .zero)) sec", "   Weight = \(written?.weight ?? 0)",
      "   Rise = \(written?.rise ?? 1)", "   Fall = \(written?.fall ?? 1)",
      "   Status = \(script.isGood.map { $0 ? "GOOD" : "BAD" } ?? "INIT")",
      "   State = \(script.isRunning ? "running" : "idle")",
    ]
    return lines.joined(separator: "\n") + "\n"
  }

  private static func interval(_ settings: RouterSettings) -> String {
    switch settings.version {
    case .two: "\(seconds(settings.interval)) sec"
    case .three: "\(Int64(settings.interval / .milliseconds(1))) milli-sec"
    }
  }

  private static func authentication(_ authentication: VRRP.Authentication) -> String {
    switch authentication {
    case .none, .trailer: "none"
    case .password: "SIMPLE_PASSWORD"
    case .header: "IPSEC_AH"
    }
  }

  private static func enabled(_ value: Bool) -> String { value ? "enabled" : "disabled" }

  private static func whole(_ duration: Duration) -> Int64 { duration.components.seconds }

  private static func microseconds(_ time: WallTime) -> String {
    let text = String(time.nanoseconds % 1_000_000_000 / 1000)
    return String(repeating: "0", count: max(0, 6 - text.count)) + text
  }

  private static func seconds(_ duration: Duration) -> String {
    duration.components.attoseconds == 0 ? "\(duration.components.seconds)" : "\(duration.inSeconds)"
  }
}
