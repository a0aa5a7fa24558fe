import ConfigurationLanguage
import ControlProtocol
package import Failover
import Machines
import VRRP
import Wire

/// The text of keepalived's JSON file (SIGRTMIN+2), with the member names that exporters and platforms read.
package enum KeepalivedJSON {
  /// All instances on one line; form 2 puts them into an object.
  package static func text(_ groups: [GroupSnapshot], _ context: DumpContext) -> String {
    let instances = JSON.array(groups.flatMap(\.routers).map { instance($0, context) })
    let isObject = context.configuration.globals.files.jsonVersion == 2
    let document = isObject ? JSON.object([JSON.Member("vrrp", instances)]) : instances
    // keepalived writes "\/" for a slash, and slashes stand in strings only.
    return document.description.replacingSlashes + "\n"
  }

  private static func instance(_ router: RouterSnapshot, _ context: DumpContext) -> JSON {
    .object([
      JSON.Member("data", .object(data(router, context.instance(router.settings.name)))),
      JSON.Member(
        "stats",
        .object(
          router.counters.keepalivedFields.map { JSON.Member($0.name, .integer(Int64(clamping: $0.value))) })),
    ])
  }

  private static func data(_ router: RouterSnapshot, _ instance: VRRPInstance?) -> [JSON.Member] {
    var members = state(router, instance)
    if let instance {
      members += DumpText.scripts(instance.notify).map { ($0.member, .string(DumpText.command($0.script))) }
    }
    let settings = router.settings
    func add(_ name: String, _ texts: [String]) {
      if !texts.isEmpty { members.append((name, .array(texts.map(JSON.string)))) }
    }
    add("vips", settings.addresses.map { DumpText.address($0, of: router) })
    add("evips", settings.excludedAddresses.map { DumpText.address($0, of: router) })
    if let instance {
      add("vroutes", instance.routes.map(\.text))
      add("vrules", instance.rules.map(\.text))
      add("track_ifp", instance.tracking.interfaces.map(\.name))
      add("track_script", instance.tracking.scripts.map(\.name))
      add("track_process", instance.tracking.processes.map(\.name))
    }
    members.append(("auth_type", .integer(Int64(settings.authentication.typeNumber))))
    if settings.authentication.typeNumber != 0 { members.append(("auth_data", "********")) }
    return members.map { JSON.Member($0.0, $0.1) }
  }

  private static func state(_ router: RouterSnapshot, _ instance: VRRPInstance?) -> [(String, JSON)] {
    let settings = router.settings
    let announcements = settings.announcements
    return [
      ("iname", .string(settings.name)),
      ("dont_track_primary", flag(!settings.tracksInterface)),
      ("skip_check_adv_addr", flag(!settings.checksEveryAddressList)),
      ("strict_mode", flag(instance?.behaviour.isStrict ?? false)),
      ("vmac_ifname", .string(router.virtualInterface ?? "")),
      ("ifp_ifname", .string(router.virtualInterface ?? settings.interface ?? "")),
      ("master_priority", .integer(Int64(router.masterPriority))),
      ("last_transition", .number(Double(router.sinceWallTime.nanoseconds) / 1e9)),
      ("garp_delay", seconds(announcements.secondBlockDelay)),
      ("garp_refresh", seconds(announcements.refreshPeriod)),
      ("garp_rep", .integer(Int64(announcements.repeats))),
      ("garp_refresh_rep", .integer(Int64(announcements.refreshRepeats))),
      ("garp_lower_prio_delay", seconds(announcements.lowerPriorityDelay ?? announcements.secondBlockDelay)),
      ("garp_lower_prio_rep", .integer(Int64(announcements.lowerPriorityRepeats ?? announcements.repeats))),
      ("lower_prio_no_advert", flag(!settings.answersLowerPriority)),
      ("higher_prio_send_advert", flag(settings.advertisesWhenYielding)),
      ("vrid", .integer(Int64(settings.virtualRouter))),
      ("base_priority", .integer(Int64(settings.priority))),
      ("effective_priority", .integer(Int64(router.priority.effective))),
      ("vipset", .boolean(!router.heldAddresses.isEmpty)),
      ("promote_secondaries", .boolean(instance?.promotesSecondaries ?? false)),
      ("adver_int", seconds(settings.interval)),
      ("master_adver_int", seconds(router.masterInterval)),
      ("accept", flag(instance?.accepts ?? true)),
      ("nopreempt", .boolean(!settings.preempts)),
      ("preempt_delay", seconds(settings.preemptDelay)),
      ("state", .integer(Int64(router.state.number))),
      ("wantstate", .integer(Int64(router.state.number))),
      ("version", .integer(Int64(settings.version.rawValue))),
      ("smtp_alert", .boolean(instance?.mailsAlerts ?? false)),
      ("notify_deleted", .boolean(instance?.notify.reportsDeleted ?? false)),
    ]
  }

  private static func flag(_ value: Bool) -> JSON { value ? 1 : 0 }

  /// Seconds, without fraction where there is none.
  private static func seconds(_ duration: Duration) -> JSON {
    duration.components.attoseconds == 0 ? .integer(duration.components.seconds) : .number(duration.inSeconds)
  }
}

extension String {
  fileprivate var replacingSlashes: String {
    var text = ""
    for character in self { text += character == "/" ? "\\/" : String(character) }
    return text
  }
}
