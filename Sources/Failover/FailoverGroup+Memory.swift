import VRRP
import World

// What the group remembers of its routers: for queries, and for a process that comes after a crash.
extension FailoverGroup {
  func noteChanges() {
    // With each advert of each router: nothing is copied that did not change.
    let routers = machine.routers
    if enteredAt.count != routers.count || routers.indices.contains(where: { routers[$0].since != enteredAt[$0] }) {
      enteredAt = routers.map(\.since)
      for router in routers where entries[router.settings.name]?.since != router.since {
        entries[router.settings.name] = (router.since, loop.wallTime)
      }
    }
    if memories.count == routers.count {
      var isNew = false
      for index in routers.indices {
        let memory = routers[index].memory
        guard memory != memories[index] else { continue }
        memories[index] = memory
        isNew = true
      }
      guard isNew else { return }
    } else {
      memories = routers.map(\.memory)
    }
    remember(memories)
  }
}
