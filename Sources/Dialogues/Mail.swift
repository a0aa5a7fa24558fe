package import Machines

/// A mail to be submitted, before it is put into the form of the wire.
package struct Mail: Hashable, Sendable {
  /// The sender: "a@b" or "Name <a@b>".
  package var from: String
  /// The recipients, in the same forms.
  package var recipients: [String]
  package var subject: String
  /// Lines separated by LF.
  package var body: String
  /// The Date field, see `mailDate`.
  package var date: String

  /// A mail.
  package init(from: String, recipients: [String], subject: String, body: String, date: String) {
    self.from = from
    self.recipients = recipients
    self.subject = subject
    self.body = body
    self.date = date
  }

  /// The longest line of a mail in octets, RFC 5322 section 2.1.1.
  static let longestLine = 998
  /// As keepalived cuts it.
  static let longestSubject = 255

  /// Header and body as they are sent after DATA, up to and including the line with the single dot.
  var octets: [UInt8] {
    let fields = [
      "Date: \(date.inOneLine)", "From: \(from.inOneLine)", "Subject: \(subject.inOneLine.cut(Self.longestSubject))",
      "X-Mailer: Keepalived", "To: \(recipients.map(\.inOneLine).joined(separator: ",\r\n "))", "",
    ]
    var octets: [UInt8] = []
    for field in fields { octets.append(contentsOf: Array("\(field)\r\n".utf8)) }
    for line in body.split(separator: "\n", omittingEmptySubsequences: false) {
      if line.utf8.first == UInt8(ascii: ".") { octets.append(UInt8(ascii: ".")) }
      octets.append(contentsOf: Array("\(String(line).inOneLine.cut(Self.longestLine - 1))\r\n".utf8))
    }
    return octets + Array(".\r\n".utf8)
  }
}

/// The address in "Name <a@b>", or the text itself when it has no angle brackets.
func bareAddress(_ text: String) -> String {
  guard let open = text.lastIndex(of: "<"), let close = text[open...].firstIndex(of: ">") else {
    return text.inOneLine
  }
  return String(text[text.index(after: open)..<close]).inOneLine
}

extension String {
  /// Without line ends and other control characters, which could smuggle in commands or fields.
  fileprivate var inOneLine: String {
    String(String.UnicodeScalarView(unicodeScalars.map { $0.value < 0x20 || $0.value == 0x7F ? " " : $0 }))
  }

  /// The longest beginning of at most so many octets that does not cut a character.
  fileprivate func cut(_ limit: Int) -> String {
    guard utf8.count > limit else { return self }
    var result = ""
    var length = 0
    for character in self {
      length += character.utf8.count
      guard length <= limit else { break }
      result.append(character)
    }
    return result
  }
}

/// A wall-clock time in the form of RFC 5322 section 3.3: "Sat, 29 Aug 2026 14:03:09 +0200".
/// `offset` is local time minus UTC in seconds.
package func mailDate(_ time: WallTime, offset: Int) -> String {
  let local = Int(time.seconds) + offset
  let days = Int((Double(local) / 86_400).rounded(.down))
  let second = local - days * 86_400
  let (year, month, day) = civilDate(days)
  let weekdays = ["Thu", "Fri", "Sat", "Sun", "Mon", "Tue", "Wed"]
  let months = ["Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"]
  let weekday = weekdays[((days % 7) + 7) % 7]
  let zone = "\(offset < 0 ? "-" : "+")\(two(abs(offset) / 3_600))\(two(abs(offset) / 60 % 60))"
  let clock = "\(two(second / 3_600)):\(two(second / 60 % 60)):\(two(second % 60))"
  return "\(weekday), \(two(day)) \(months[month - 1]) \(year) \(clock) \(zone)"
}

private func two(_ number: Int) -> String {
  number < 10 ? "0\(number)" : "\(number)"
}

/// The date so many days after 1970-01-01, by counting in eras of 400 years that begin with a first of March.
private func civilDate(_ days: Int) -> (year: Int, month: Int, day: Int) {
  let shifted = days + 719_468
  let era = (shifted >= 0 ? shifted : shifted - 146_096) / 146_097
  let dayOfEra = shifted - era * 146_097
  let yearOfEra = (dayOfEra - dayOfEra / 1_460 + dayOfEra / 36_524 - dayOfEra / 146_096) / 365
  let dayOfYear = dayOfEra - (365 * yearOfEra + yearOfEra / 4 - yearOfEra / 100)
  let shiftedMonth = (5 * dayOfYear + 2) / 153
  let month = shiftedMonth < 10 ? shiftedMonth + 3 : shiftedMonth - 9
  return (yearOfEra + era * 400 + (month <= 2 ? 1 : 0), month, dayOfYear - (153 * shiftedMonth + 2) / 5 + 1)
}
