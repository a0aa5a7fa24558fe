import Balancing
import VirtualServices

extension BalancingReport {
  /// What programs are told of it; nil for what is no change of state.
  var announcement: Announcement? {
    guard case .service(let report) = self else { return nil }
    let cause = report.logLine
    switch report {
    case .checkChanged, .weightChanged: return nil
    case .serverChanged(let change):
      return Announcement(
        type: "real_server", name: change.service.text(of: change.server), service: change.service.description,
        state: change.isUp ? "UP" : "DOWN", cause: cause)
    case .quorumChanged(let change):
      return Announcement(
        type: "virtual_server", name: change.service.description, state: change.isUp ? "UP" : "DOWN", cause: cause)
    }
  }
}
