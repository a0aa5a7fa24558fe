import Machines
import Testing
import VRRP
import Wire

private let other = address("192.168.1.2")

private func transition(
  to state: RouterStateName, because cause: TransitionCause = .started
) -> Transition {
  Transition(from: .backup, to: state, effectivePriority: 100, cause: cause)
}

@Suite struct `The log of a router` {
  @Test(arguments: [
    (
      RouterReport.transition(transition(to: .master, because: .owner)),
      "Entering MASTER STATE (owner of the addresses)"
    ),
    (.transition(transition(to: .backup)), "Entering BACKUP STATE (start)"),
    (.transition(transition(to: .fault, because: .faults([.noPeer]))), "Entering FAULT STATE (no unicast peer)"),
    (.transition(transition(to: .stopped, because: .stopped)), "Stopped"),
    (.transition(transition(to: .deleted, because: .deleted)), "Removed from the configuration"),
    (.resumed(priority: 150), "Resumed MASTER STATE, priority 150"),
    (
      .priorityChanged(from: 100, to: 80, state: .backup), "Effective priority changed from 100 to 80 in BACKUP state"
    ),
    (.lowerPriorityHeard(from: other, priority: 50), "Heard lower priority 50 from 192.168.1.2, announcing again"),
    (
      .contested(by: other, priority: 90),
      "Contested: 192.168.1.2 with priority 90 was master too; this router stays"
    ),
    (
      .faultsChanged([.interfaceDown("eth0"), .noPeer]), "Still in FAULT state: interface eth0 is down, no unicast peer"
    ),
    (
      .rejected(.checksum, from: other, suppressed: 0),
      "FOREIGN VRID: ignored a packet from 192.168.1.2: wrong checksum"
    ),
    (
      .rejected(.timeToLive, from: other, suppressed: 7),
      "FOREIGN VRID: ignored a packet from 192.168.1.2: its TTL is not 255 (and 7 more like it)"
    ),
    (.addressListDiffers(from: other), "192.168.1.2 advertises other addresses than are configured here"),
    (
      .intervalDiffers(from: other, theirs: .milliseconds(50)),
      "192.168.1.2 advertises an interval of 0.050 s, which is not ours"
    ),
    (.restored, "Something of ours was removed by another program, putting it back"),
    (.stalled(.milliseconds(4_007)), "Slept for 4.007 s; listening before speaking"),
  ])
  func `begins with its name and says what happened`(report: RouterReport, text: String) {
    #expect(report.text(router: "VI_1") == "(VI_1) \(text)")
  }

  @Test func `names a sync group as its own`() {
    let line = transition(to: .master, because: .groupMember("V1")).text(subject: "VRRP Group G")
    #expect(line == "VRRP Group G Entering MASTER STATE (V1 of the sync group moved)")
  }

  @Test(arguments: [
    (TransitionCause.masterDown(silence: .milliseconds(3_609)), "no master heard for 3.609 s"),
    (.preemption(of: other, priority: 90), "192.168.1.2 has lower priority 90"),
    (.masterReleased(by: other), "192.168.1.2 released mastership"),
    (.higherPriority(from: other, priority: 200), "192.168.1.2 has higher priority 200"),
    (.higherAddress(from: other), "192.168.1.2 has the same priority and a higher address"),
    (.recovered, "no faults any more"), (.resumed, "resumed as before"), (.stalled(.seconds(5)), "slept for 5.000 s"),
    (.steppedDown(to: nil), "handed over by the operator"),
    (.steppedDown(to: other), "handed over by the operator to 192.168.1.2"),
    (.handedOver(by: other), "192.168.1.2 handed over, as its operator wanted"), (.stopped, "stop"),
    (.deleted, "removed from the configuration"),
  ])
  func `says why`(cause: TransitionCause, text: String) {
    #expect(cause.description == text)
  }

  @Test(arguments: [
    (FaultCause.configuration("no address"), "configuration: no address"),
    (.interfaceMissing("eth9"), "interface eth9 does not exist"), (.interfaceDown("eth0"), "interface eth0 is down"),
    (.noSourceAddress(.ipv4), "no IPv4 address to send from"),
    (.noSourceAddress(.ipv6), "no IPv6 link-local address to send from"),
    (.sourceAddressMissing(other), "source address 192.168.1.2 is not on this host"),
    (.transport("no permission"), "sockets: no permission"),
    (.tracker(Tracker.Identity(.script, "check")), "script check has failed"),
    (.groupMember("V2"), "V2 of the sync group has a fault"), (.noPeer, "no unicast peer"),
  ])
  func `says what is wrong`(cause: FaultCause, text: String) {
    #expect(cause.description == text)
  }

  @Test func `has words of its own for each reason to ignore a packet`() {
    let texts = RejectReason.allCases.filter { $0 != .delivery }.map(\.text)
    #expect(Set(texts).count == texts.count && !texts.contains { $0.isEmpty })
    #expect(RejectReason.delivery.text == RejectReason.wrongChannel.text)
  }

  @Test func `names few of many foreign addresses`() {
    let theirs = (1...6).map { address("192.0.2.\($0)") }
    let begin = "it advertises other addresses than are configured here: "
    #expect(
      ForeignSpeaker.Difference.addresses(theirs).description
        == begin + "192.0.2.1, 192.0.2.2, 192.0.2.3, 192.0.2.4 and 2 more")
    #expect(ForeignSpeaker.Difference.addresses([]).description == begin + "none")
    #expect(ForeignSpeaker.Difference.refused(.checksum).description == "wrong checksum")
  }

  @Test(arguments: [
    (RouterStateName.initialize, 0), (.backup, 1), (.master, 2), (.fault, 3), (.deleted, 97), (.stopped, 98),
  ])
  func `knows keepalived's number of a state`(state: RouterStateName, number: Int) {
    #expect(state.number == number)
  }

  @Test func `counts under keepalived's names in its order, and the rest under others`() {
    var group = GroupMachine.master(.sample()).0
    _ = group.hear(Sender(priority: 0), at: at(4))
    _ = group.hear(Sender(timeToLive: 1), at: at(4))
    let fields = group.router.counters.keepalivedFields
    #expect(
      fields.map(\.name).prefix(4) == ["advert_rcvd", "advert_sent", "become_master", "release_master"])
    let known = Dictionary(uniqueKeysWithValues: fields + group.router.counters.furtherFields)
    #expect(known.count == fields.count + group.router.counters.furtherFields.count)
    #expect(known["pri_zero_rcvd"] == 1 && known["ip_ttl_err"] == 1 && known["become_master"] == 1)
    #expect(known["chk_err"] == 0 && known["stalled"] == 0)
  }
}
