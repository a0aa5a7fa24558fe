import ConfigurationLanguage
package import Machines
package import Notifications

/// A mail with everything around it: envelope and headers.
package struct MailMessage: Hashable, Sendable {
  /// Who sends mails and who gets them.
  package struct Addresses: Hashable, Sendable {
    /// The label of this machine, in front of each subject (router_id).
    package var routerIdentifier: String
    /// The sender as configured, perhaps with a name: "The LB <lb@example.net>".
    package var sender: String
    /// The recipients as configured.
    package var recipients: [String]

    /// Addresses.
    package init(routerIdentifier: String, sender: String, recipients: [String]) {
      self.routerIdentifier = routerIdentifier
      self.sender = sender
      self.recipients = recipients
    }
  }

  /// The sender's address alone, for MAIL FROM.
  package var envelopeSender: String
  /// The recipients' addresses alone, for RCPT TO.
  package var envelopeRecipients: [String]
  /// Headers and text, lines without their ends.
  package var lines: [String]

  /// Composes a mail. Subjects and texts are cut to keepalived's lengths (255 and 511 octets), and no control
  /// character gets into a header, so that a name in the configuration cannot add a header of its own.
  ///
  /// - Parameter zone: seconds that the local time is ahead of UTC at the mail's date
  package init(_ mail: Mail, addresses: Addresses, zone: Int) {
    envelopeSender = Self.address(in: addresses.sender)
    envelopeRecipients = addresses.recipients.map(Self.address)
    let subject = Self.clean("[\(addresses.routerIdentifier)] \(mail.subject)", limit: 255)
    lines = [
      "Date: \(InternetDate.text(mail.date, zone: zone))",
      "From: \(Self.clean(addresses.sender, limit: 512))",
      "Subject: \(subject)",
      "X-Mailer: Keepalived",
    ]
    for (index, recipient) in addresses.recipients.enumerated() {
      let comma = index < addresses.recipients.count - 1 ? "," : ""
      lines.append((index == 0 ? "To: " : " ") + Self.clean(recipient, limit: 512) + comma)
    }
    lines += ["", Self.clean(mail.body, limit: 511)]
  }

  /// What stands between angle brackets, or all of it.
  static func address(in text: String) -> String {
    guard let open = text.lastIndex(of: "<"), let close = text[open...].firstIndex(of: ">") else {
      return clean(text, limit: 512)
    }
    return clean(String(text[text.index(after: open)..<close]), limit: 512)
  }

  private static func clean(_ text: String, limit: Int) -> String {
    var result = ""
    var length = 0
    for scalar in text.unicodeScalars {
      length += UTF8.width(scalar)
      guard length <= limit else { break }
      result.unicodeScalars.append(scalar.value < 32 || scalar.value == 127 ? " " : scalar)
    }
    return result
  }
}

/// The date form of mails (RFC 5322 §3.3): "Sat, 21 Nov 2026 08:31:00 +0100".
package enum InternetDate {
  /// The text of a time in a zone so many seconds ahead of UTC.
  package static func text(_ time: WallTime, zone: Int) -> String {
    let seconds = time.seconds + Int64(zone)
    let day = seconds.floorDivided(by: 86_400)
    let (year, month, dayOfMonth) = civil(fromDay: day)
    let second = Int(seconds - day * 86_400)
    let weekday = Int((day + 4) - (day + 4).floorDivided(by: 7) * 7)
    let names = ["Sun", "Mon", "Tue", "Wed", "Thu", "Fri", "Sat"]
    let months = ["Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"]
    let minutes = abs(zone) / 60
    return "\(names[weekday]), \(two(dayOfMonth)) \(months[month - 1]) \(year) "
      + "\(two(second / 3600)):\(two(second / 60 % 60)):\(two(second % 60)) "
      + "\(zone < 0 ? "-" : "+")\(two(minutes / 60))\(two(minutes % 60))"
  }

  private static func two(_ number: Int) -> String { number < 10 ? "0\(number)" : "\(number)" }

  /// The date of a day counted from 1970-01-01, in the Gregorian calendar. Years are counted from March, so that the
  /// leap day is the last of its year.
  private static func civil(fromDay day: Int64) -> (year: Int64, month: Int, day: Int) {
    let shifted = day + 719_468  // days since 0000-03-01
    let era = shifted.floorDivided(by: 146_097)
    let dayOfEra = shifted - era * 146_097
    let yearOfEra = (dayOfEra - dayOfEra / 1460 + dayOfEra / 36_524 - dayOfEra / 146_096) / 365
    let dayOfYear = dayOfEra - (365 * yearOfEra + yearOfEra / 4 - yearOfEra / 100)
    let shiftedMonth = (5 * dayOfYear + 2) / 153
    let dayOfMonth = Int(dayOfYear - (153 * shiftedMonth + 2) / 5 + 1)
    let month = Int(shiftedMonth < 10 ? shiftedMonth + 3 : shiftedMonth - 9)
    return (yearOfEra + era * 400 + (month <= 2 ? 1 : 0), month, dayOfMonth)
  }
}

extension Int64 {
  fileprivate func floorDivided(by divisor: Int64) -> Int64 {
    self >= 0 ? self / divisor : -((-self + divisor - 1) / divisor)
  }
}
