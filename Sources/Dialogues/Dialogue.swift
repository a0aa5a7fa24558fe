package import Machines

/// One side of a conversation over a connection, as a value: what to say, and how to judge what comes back.
///
/// The shell opens the connection, feeds what happens and carries the effects out. After `finish` nothing follows.
package protocol Dialogue: Machine where Event == DialogueEvent, Effect == DialogueEffect {}

/// What happens to a dialogue.
package enum DialogueEvent: Hashable, Sendable {
  /// The connection stands.
  case connected
  /// The other side said this.
  case received(ArraySlice<UInt8>)
  /// The other side has finished sending.
  case ended
  /// The connection broke or could not be made; the text says why.
  case failed(reason: String)
  /// `nextDeadline` has been reached.
  case deadlineReached
}

/// What a dialogue wants done.
package enum DialogueEffect: Hashable, Sendable {
  /// Send these octets.
  case send([UInt8])
  /// Begin with TLS on the connection; `connected` comes again when it stands.
  case secure
  /// The conversation is over; close the connection.
  case finish(Verdict)
}

/// How a conversation ended.
package enum Verdict: Hashable, Sendable {
  /// As it should; `detail` may say more ("HTTP 200, 1,024 octets").
  case success(detail: String)
  /// Not as it should, with the reason in words an operator understands ("HTTP status 503 instead of 200").
  case failure(reason: String)
}
