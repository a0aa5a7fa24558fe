package import ControlProtocol
import Dialogues
import LinuxWorld
import Logging
package import Machines
import Notifications
import World

// News for a web service (notify_webhook).
extension ControlRole {
  /// Posts to the address of a configuration from now on.
  func takeOverWebhook(_ settings: ControlSettings) {
    routerIdentifier = settings.routerIdentifier
    let written = settings.webhook
    let address = written.flatMap(WebAddress.init)
    if let written, address == nil {
      log.warning("notify_webhook: \(written) is no address of the form http://HOST[:PORT]/PATH; nothing is posted")
    }
    guard webhook != nil || address != nil else { return }
    let (reactor, log) = (reactor, log)
    let webhook =
      self.webhook
      ?? Webhook(
        reactor, connector, agent: "Understudy/\(Usage.version)",
        Webhook.Services(
          resolve: { HostResolver.resolve($0, on: reactor, $1) }, warn: { log.warning("\($0)") }))
    self.webhook = webhook
    webhook.assumeIsolated { $0.apply(address) }
  }

  /// What control clients are told of what is posted.
  var webhookDocument: JSON { webhook?.assumeIsolated({ $0.counts }).document ?? .null }

  /// Posts a change of state.
  func announce(_ announcement: Announcement) {
    let body = announcement.document(router: routerIdentifier, time: reactor.wallTime)
    let title = "\(announcement.type) \(announcement.name) \(announcement.state)"
    webhook?.assumeIsolated { $0.post(Webhook.Item(title: title, body: body.description)) }
  }
}

extension DeliveryCounts {
  /// The counts as clients get them.
  var document: JSON {
    .object([
      JSON.Member("sent", .integer(Int64(clamping: sent))),
      JSON.Member("postponed", .integer(Int64(clamping: postponed))),
      JSON.Member("given_up", .integer(Int64(clamping: givenUp))), JSON.Member("waiting", .integer(Int64(waiting))),
    ])
  }
}

extension Announcement {
  /// The JSON text for programs.
  package func document(router: String, time: WallTime) -> JSON {
    var members = [
      JSON.Member("version", 1), JSON.Member("router", .string(router)),
      JSON.Member("time", .number(Double(time.nanoseconds) / 1e9)), JSON.Member("type", .string(type)),
      JSON.Member("name", .string(name)),
    ]
    if let service { members.append(JSON.Member("virtual_server", .string(service))) }
    members.append(JSON.Member("state", .string(state)))
    if let priority { members.append(JSON.Member("priority", .integer(Int64(priority)))) }
    members.append(JSON.Member("cause", .string(cause)))
    return .object(members)
  }
}
