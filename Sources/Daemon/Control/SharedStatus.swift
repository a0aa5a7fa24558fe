import ControlProtocol
import LinuxWorld
import Machines
import World

/// The status as text, collected from the roles once for all who ask at nearly the same time.
///
/// It is kept for a quarter of a second, and for ten times as long as it took to collect: so collecting never takes more
/// than a tenth of the roles' time, however many clients there are and however large the configuration is.
final class SharedStatus {
  private static let shortestAge = Duration.milliseconds(250)
  private static let effortFactor = 10

  private let reactor: Reactor
  private let questions: RoleQuestions
  /// The roles that exist.
  var roles: [Role] = [] { didSet { invalidate() } }
  /// The member "control": what this role knows itself.
  var ownDocument: () -> JSON = { .null }

  private var text: String?
  private var freshUntil = Moment.origin
  private var isCollecting = false
  private var isOutdated = false
  private var waiting: [(String?) -> Void] = []
  /// Counts collections, for those who keep something derived from the text.
  private(set) var edition: UInt64 = 0
  private var reply: (edition: UInt64, octets: [UInt8])?

  init(_ reactor: Reactor, _ questions: RoleQuestions) {
    self.reactor = reactor
    self.questions = questions
  }

  /// Calls back with the document's text, at once or when it has been collected; nil when the daemon is too busy.
  func use(_ completion: @escaping (String?) -> Void) {
    if let text, reactor.now < freshUntil { return completion(text) }
    waiting.append(completion)
    collect()
  }

  /// The same as the line of a reply, which all clients share.
  func useReply(_ completion: @escaping ([UInt8]?) -> Void) {
    use { [self] text in
      guard let text else { return completion(nil) }
      if reply?.edition != edition { reply = (edition, ControlReply.line(result: text)) }
      completion(reply?.octets)
    }
  }

  /// Something was changed on purpose: whoever asks from now on wants to see it.
  func invalidate() {
    freshUntil = .origin
    isOutdated = isCollecting
  }

  private func collect() {
    guard !isCollecting else { return }
    isCollecting = true
    isOutdated = false
    let began = reactor.now
    let isAsked = questions.ask([.supervisor] + roles, .status) { answers in self.collected(answers, since: began) }
    if !isAsked { finish(nil) }
  }

  private func collected(_ answers: RoleQuestions.Answers, since began: Moment) {
    // What was collected while something was being changed may show it or not.
    guard !isOutdated else {
      isCollecting = false
      return collect()
    }
    edition &+= 1
    freshUntil = reactor.now + max(Self.shortestAge, (reactor.now - began) * Self.effortFactor)
    finish(Self.document(answers, own: ownDocument(), time: reactor.wallTime.seconds))
  }

  private func finish(_ new: String?) {
    isCollecting = false
    text = new
    let waiting = self.waiting
    self.waiting = []
    for completion in waiting { completion(new) }
  }

  /// The document of all answers. The roles' texts are JSON already and are put in as they are.
  static func document(_ answers: RoleQuestions.Answers, own: JSON, time: Int64) -> String {
    let silent = JSON.array(answers.silent.map { .string($0.name) })
    return "{\"version\":\(JSON.string(Usage.version)),\"time\":\(time)"
      + ",\"election\":\(answers.texts[.election] ?? "{}"),\"balancing\":\(answers.texts[.balancing] ?? "{}")"
      + ",\"daemon\":\(answers.texts[.supervisor] ?? "{}"),\"control\":\(own),\"silent\":\(silent)}"
  }
}
