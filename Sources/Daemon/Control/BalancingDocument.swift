package import Balancing
package import ControlProtocol
package import Machines
import VirtualServices
import Wire

extension DirectorSnapshot {
  /// What control clients are told of the services.
  package func document(at now: Moment) -> JSON {
    .object([
      JSON.Member("services", .array(services.map { $0.document(at: now) })),
      JSON.Member("probes", .integer(Int64(probes))),
      JSON.Member("probing", .integer(Int64(probing))),
      JSON.Member("commands_written", .integer(Int64(writes.total))),
      JSON.Member("commands_pending", .integer(Int64(pendingCommands))),
      JSON.Member("failures", .array(failures.map(JSON.string))),
    ])
  }
}

extension ServiceSnapshot {
  fileprivate func document(at now: Moment) -> JSON {
    .object([
      JSON.Member("name", .string(settings.identity.description)),
      JSON.Member("scheduler", .string(settings.attributes.scheduler)),
      JSON.Member("router", settings.router.map(JSON.string) ?? .null),
      JSON.Member("presence", .string(presence.text)),
      JSON.Member(
        "quorum",
        .object([
          JSON.Member("up", .boolean(quorumIsUp)),
          JSON.Member("needed", .integer(Int64(settings.quorum))),
          JSON.Member("live", .integer(Int64(clamping: liveWeight))),
          JSON.Member("for", .number((now - quorumSince).inSeconds)),
        ])),
      JSON.Member("sorry_active", .boolean(sorryIsActive)),
      JSON.Member("servers", .array(servers.map { $0.document(of: settings, at: now) })),
    ])
  }
}

extension ServerSnapshot {
  fileprivate func document(of service: VirtualServiceSettings, at now: Moment) -> JSON {
    .object([
      JSON.Member("name", .string(endpoint.description)),
      JSON.Member("up", .boolean(isUp)),
      JSON.Member("for", .number((now - since).inSeconds)),
      JSON.Member("weight", .integer(Int64(weight))),
      JSON.Member("table_weight", tableWeight.map { .integer(Int64($0)) } ?? .null),
      JSON.Member(
        "checks",
        .array(
          checks.map { check in
            .object([
              JSON.Member("check", .string(check.text)),
              JSON.Member("state", .string(check.state.words)),
              JSON.Member("misses", .integer(Int64(check.misses))),
              JSON.Member("next", check.nextTry.map { .number(($0 - now).inSeconds) } ?? .null),
              JSON.Member("last", check.lastTry.map { .number((now - $0).inSeconds) } ?? .null),
            ])
          })),
    ])
  }
}

extension CheckState {
  /// The verdict in words.
  fileprivate var words: String {
    switch standing {
    case .notYet: "not checked yet"
    case .good: "good"
    case .failed(let failure): failure.text
    }
  }
}
