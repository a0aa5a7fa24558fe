import Machines
import World

// The lane of announcements: gratuitous ARP and unsolicited neighbour advertisements, as fast as their pace allows.
extension FailoverGroup {
  func announce(_ name: String, rounds: Int, where matches: (AnnouncementQueue.Target) -> Bool) {
    guard let targets = holdings[name]?.all.compactMap(\.target) else { return }
    announce(name, targets.filter(matches), rounds: rounds)
  }

  func announce(_ name: String, _ targets: [AnnouncementQueue.Target], rounds: Int) {
    announcements.append(router: name, targets: targets, rounds: rounds)
    announcementsWaitUntil = nil
  }

  func sendAnnouncements() {
    announcementsWaitUntil = nil
    guard !announcements.isEmpty else { return }
    for _ in 0..<max(1, settings.announcementsPerTurn) {
      // One moment for both: a reservation "at once" that is made a little later would be one to wait for.
      let now = loop.now
      switch announcements.next(at: now, reserve: { reservation($0, at: now) }) {
      case .nothing: return
      case .wait(let moment):
        announcementsWaitUntil = moment
        return
      case .announcement(let name, let target): announce(target, for: name)
      }
    }
    if !announcements.isEmpty { goOnLater() }
  }
}
