import Daemon
import Machines
import Notifications
import Testing

@Suite struct `A mail` {
  private let addresses = MailMessage.Addresses(
    routerIdentifier: "LVS_1", sender: "The LB <lb@example.net>", recipients: ["a@example.net", "B <b@example.net>"])

  @Test func `has keepalived's headers, folded recipients and plain envelope addresses`() {
    let mail = Mail(
      subject: "VRRP Instance V1 - Stopping", body: "=> VRRP Instance stopping <=", date: WallTime(nanoseconds: 0))
    let message = MailMessage(mail, addresses: addresses, zone: 3600)
    #expect(message.envelopeSender == "lb@example.net")
    #expect(message.envelopeRecipients == ["a@example.net", "b@example.net"])
    #expect(
      message.lines == [
        "Date: Thu, 01 Jan 1970 01:00:00 +0100", "From: The LB <lb@example.net>",
        "Subject: [LVS_1] VRRP Instance V1 - Stopping", "X-Mailer: Keepalived", "To: a@example.net,",
        " B <b@example.net>", "", "=> VRRP Instance stopping <=",
      ])
  }

  @Test func `lets no name add a header`() {
    let mail = Mail(subject: "x\r\nBcc: evil@example.net", body: "a\n.\nb", date: WallTime(nanoseconds: 0))
    let message = MailMessage(mail, addresses: addresses, zone: 0)
    #expect(!message.lines.contains { $0.contains("\n") || $0.contains("\r") })
    #expect(!message.lines.contains { $0.hasPrefix("Bcc") })
  }

  @Test func `is cut to keepalived's lengths`() {
    let long = String(repeating: "é", count: 1000)
    let message = MailMessage(
      Mail(subject: long, body: long, date: WallTime(nanoseconds: 0)), addresses: addresses, zone: 0)
    #expect(message.lines.allSatisfy { $0.utf8.count <= 511 })
    #expect((message.lines.first { $0.hasPrefix("Subject: ") }?.utf8.count ?? 0) <= 255 + "Subject: ".utf8.count)
  }

  @Test(arguments: [
    (Int64(951_782_400), 0, "Tue, 29 Feb 2000 00:00:00 +0000"),
    (Int64(1_795_250_460), -18_000, "Sat, 21 Nov 2026 03:41:00 -0500"),
    (Int64(4_107_542_399), 19_800, "Mon, 01 Mar 2100 05:29:59 +0530"),
  ])
  func `carries its date`(seconds: Int64, zone: Int, text: String) {
    #expect(InternetDate.text(WallTime(nanoseconds: seconds * 1_000_000_000), zone: zone) == text)
  }
}
