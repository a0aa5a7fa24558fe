import ControlProtocol
package import Failover
import Machines
import VRRP
import Wire

/// The text of keepalived's JSON file (SIGRTMIN+2), with the member names that exporters and platforms read.
package enum KeepalivedJSON {
  /// All instances on one line; form 2 puts them into an object.
  package static func text(_ groups: [GroupSnapshot], form: Int) -> String {
    let instances = JSON.array(groups.flatMap(\.routers).map(instance))
    let document = form == 2 ? JSON.object([JSON.Member("vrrp", instances)]) : instances
    // keepalived writes "\/" for a slash, and slashes stand in strings only.
    return document.description.replacingSlashes + "\n"
  }

  private static func instance(_ router: RouterSnapshot) -> JSON {
    .object([
      JSON.Member("data", .object(data(router))),
      JSON.Member(
        "stats",
        .object(
          router.counters.keepalivedFields.map { JSON.Member($0.name, .integer(Int64(clamping: $0.value))) })),
    ])
  }

  private static func data(_ router: RouterSnapshot) -> [JSON.Member] {
    let settings = router.settings
    let announcements = settings.announcements
    var members: [(String, JSON)] = [
      ("iname", .string(settings.name)),
      ("dont_track_primary", flag(!settings.tracksInterface)),
      ("skip_check_adv_addr", flag(!settings.checksEveryAddressList)),
      ("strict_mode", 0),
      ("vmac_ifname", ""),
      ("ifp_ifname", .string(settings.interface ?? "")),
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
      ("promote_secondaries", false),
      ("adver_int", seconds(settings.interval)),
      ("master_adver_int", seconds(router.masterInterval)),
      ("accept", flag(true)),
      ("nopreempt", .boolean(!settings.preempts)),
      ("preempt_delay", seconds(settings.preemptDelay)),
      ("state", .integer(Int64(router.state.number))),
      ("wantstate", .integer(Int64(router.state.number))),
      ("version", .integer(Int64(settings.version.rawValue))),
      ("smtp_alert", false),
      ("notify_deleted", false),
    ]
    if !settings.addresses.isEmpty { members.append(("vips", addresses(settings.addresses, router))) }
    if !settings.excludedAddresses.isEmpty {
      members.append(("evips", addresses(settings.excludedAddresses, router)))
    }
    members.append(("auth_type", .integer(Int64(settings.authentication.typeNumber))))
    if settings.authentication.typeNumber != 0 { members.append(("auth_data", "********")) }
    return members.map { JSON.Member($0.0, $0.1) }
  }

  private static func addresses(_ addresses: [VirtualAddress], _ router: RouterSnapshot) -> JSON {
    .array(
      addresses.map { address in
        let device = address.interface ?? router.settings.interface ?? ""
        let scope = address.scope == 0 ? "global" : String(address.scope)
        let set = router.heldAddresses.contains(address.prefix) ? " set" : ""
        return .string("\(address.prefix) dev \(device) scope \(scope)\(set)")
      })
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
