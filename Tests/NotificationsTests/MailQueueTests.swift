import Machines
import Notifications
import Testing

@Suite struct `The mail queue` {
  private func mail(_ subject: String) -> MailNotice {
    MailNotice(subject: subject, body: "=> text <=", date: WallTime(nanoseconds: 0))
  }

  @Test func `submits one mail at a time, in order`() {
    var queue = DeliveryQueue<MailNotice>()
    #expect(queue.handle(.added(mail("1")), at: .origin) == [.deliver(mail("1"))])
    #expect(queue.handle(.added(mail("2")), at: .origin) == [])
    #expect(queue.handle(.delivered, at: .origin) == [.deliver(mail("2"))])
    #expect(queue.handle(.delivered, at: .origin) == [])
    #expect(queue.count == 0)
  }

  @Test func `tries again with growing pauses`() {
    var queue = DeliveryQueue<MailNotice>()
    var now = Moment.origin
    _ = queue.handle(.added(mail("1")), at: now)
    var pauses: [Duration] = []
    for _ in 0..<9 {
      _ = queue.handle(.failed(reason: "refused", isPermanent: false), at: now)
      guard let deadline = queue.nextDeadline else { break }
      pauses.append(deadline - now)
      #expect(queue.handle(.deadlineReached, at: now) == [], "before its time nothing happens")
      now = deadline
      #expect(queue.handle(.deadlineReached, at: now) == [.deliver(mail("1"))])
    }
    #expect(pauses == [5, 10, 20, 40, 80, 160, 300, 300, 300].map { .seconds($0) })
  }

  @Test func `gives up after a day, and at once what can never succeed`() {
    var queue = DeliveryQueue<MailNotice>()
    _ = queue.handle(.added(mail("1")), at: .origin)
    _ = queue.handle(.added(mail("2")), at: .origin)
    #expect(
      queue.handle(.failed(reason: "no such user", isPermanent: true), at: .origin)
        == [.giveUp(mail("1"), reason: "no such user"), .deliver(mail("2"))])
    let late = Moment.origin + .seconds(86_401)
    #expect(
      queue.handle(.failed(reason: "refused", isPermanent: false), at: late)
        == [.giveUp(mail("2"), reason: "refused")])
    #expect(queue.nextDeadline == nil)
  }

  @Test func `is bounded, and drops the oldest that is not under way`() {
    var queue = DeliveryQueue<MailNotice>()
    for number in 0..<DeliveryQueue<MailNotice>.capacity { _ = queue.handle(.added(mail("\(number)")), at: .origin) }
    let effects = queue.handle(.added(mail("last")), at: .origin)
    #expect(effects == [.giveUp(mail("1"), reason: "256 are waiting already")])
    #expect(queue.count == DeliveryQueue<MailNotice>.capacity)
  }
}
