package import Machines

/// A mail about an event.
package struct MailNotice: Hashable, Sendable {
  /// The subject line, without the router's name in front.
  package var subject: String
  /// The one line of text.
  package var body: String
  /// When the event happened.
  package var date: WallTime

  /// A mail about something that happened at `date`.
  package init(subject: String, body: String, date: WallTime) {
    self.subject = subject
    self.body = body
    self.date = date
  }
}
