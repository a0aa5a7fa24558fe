package import ControlProtocol
package import Failover
package import Machines
import VRRP
import Wire

extension GroupSnapshot {
  /// What control clients are told of a group.
  package func document(at now: Moment) -> JSON {
    .object([
      JSON.Member("name", name.map(JSON.string) ?? .null),
      JSON.Member("state", .string(state.rawValue)),
      JSON.Member("routers", .array(routers.map { $0.document(at: now) })),
    ])
  }
}

extension RouterSnapshot {
  /// The virtual addresses with their interfaces.
  private var places: [JSON] {
    let all = settings.addresses.map { ($0, false) } + settings.excludedAddresses.map { ($0, true) }
    return all.map { address, isExcluded in
      .object([
        JSON.Member("address", .string(address.prefix.address.description)),
        JSON.Member("interface", .string(address.interface ?? settings.interface ?? "")),
        JSON.Member("excluded", .boolean(isExcluded)),
      ])
    }
  }

  fileprivate func document(at now: Moment) -> JSON {
    .object([
      JSON.Member("name", .string(settings.name)),
      JSON.Member("state", .string(state.rawValue)),
      JSON.Member("since", .integer(sinceWallTime.seconds)),
      JSON.Member("for", .number((now - since).inSeconds)),
      JSON.Member("cause", .string(cause.description)),
      JSON.Member("interface", settings.interface.map(JSON.string) ?? .null),
      JSON.Member("vrid", .integer(Int64(settings.virtualRouter))),
      JSON.Member("version", .integer(Int64(settings.version.rawValue))),
      JSON.Member("priority", .integer(Int64(priority.effective))),
      JSON.Member("base_priority", .integer(Int64(settings.priority))),
      JSON.Member("arithmetic", .array(priority.lines.map(JSON.string))),
      JSON.Member("faults", .array(faults.map { .string($0.description) })),
      JSON.Member("pending", .array(pending.map(JSON.string))),
      JSON.Member("source", source.map { .string($0.description) } ?? .null),
      JSON.Member("master", master.map { .string($0.description) } ?? .null),
      JSON.Member("master_priority", .integer(Int64(masterPriority))),
      JSON.Member("interval", .number(masterInterval.inSeconds)),
      JSON.Member("addresses", .array(settings.allAddresses.map { .string($0.prefix.description) })),
      JSON.Member("places", .array(places)),
      JSON.Member("garp_delay", .number(settings.announcements.secondBlockDelay.inSeconds)),
      JSON.Member("held", .array(heldAddresses.map(\.description).sorted().map(JSON.string))),
      JSON.Member(
        "foreign",
        .array(
          foreignSpeakers.map { speaker in
            .object([
              JSON.Member("address", .string(speaker.address.description)),
              JSON.Member("difference", .string(speaker.difference.description)),
              JSON.Member("packets", .integer(Int64(clamping: speaker.count))),
              JSON.Member("heard", .number((now - speaker.lastHeard).inSeconds)),
            ])
          })),
      JSON.Member(
        "counters",
        .object(
          (counters.keepalivedFields + counters.furtherFields).map {
            JSON.Member($0.name, .integer(Int64(clamping: $0.value)))
          })),
    ])
  }
}
