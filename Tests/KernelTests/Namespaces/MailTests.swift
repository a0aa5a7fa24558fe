import Testing

@Suite(.needs(.namespaces), .serialized) struct `Mail about an election` {
  private let subject = "Subject: [LVS_POS_PRD] VRRP Instance VI_1 - Entering MASTER state"

  @Test func `reaches every recipient by a mail server that is not ours`() throws {
    let lab = try Lab("pair")
    // One after the other: two that start at once may both be master for a moment, and both tell of it.
    try lab("start", "d1")
    try lab.until("the mail arrived") {
      try lab.mails(
        with: subject, "From: lvs@pos.example", "To: ops@pos.example, failover@pos.example",
        "=> VRRP Instance is now owning VRRP VIPs <=") == 1
    }
    try lab("start", "d2")
    try lab.until("d2 has heard d1") {
      try lab.mails(with: "Subject: [LVS_POS_PRD] VRRP Instance VI_1 - Entering BACKUP state") == 2
    }
    try lab("stop", "d1")
    try lab.until("so did the one about its successor") { try lab.mails(with: subject) == 2 }
  }

  @Test func `is sent again when the mail server was away, and the election does not wait for it`() throws {
    let lab = try Lab("pair")
    try lab("server-down", "mail")
    try lab("start", "d1")
    try lab.until("d1 is master") { try lab.isMaster("d1") }
    try lab.stays("it remains so", for: 3) { try lab.isMaster("d1") }
    try lab("server-up", "mail")
    try lab.until("the mail arrived", within: 120) { try lab.mails(with: subject) == 1 }
  }
}
