/// A protocol's logic as a value.
///
/// A machine knows nothing of clocks, sockets or chance: what happens comes in as an event together with the time,
/// what is to be done goes out as effects, and the next time it wants to be woken is a query. So every rule can be
/// tested by comparing values, a whole cluster can be simulated in one thread, and a recording of events can be
/// replayed bit for bit.
///
/// Events are named in the past tense (`advertReceived`), effects in the imperative (`sendAdvert`).
package protocol Machine<Event, Effect>: Sendable {
  associatedtype Event: Sendable
  associatedtype Effect: Sendable

  /// When `handle` wants to be called with its time-out event although nothing else happened; nil for never.
  ///
  /// Deadlines are part of the state, not tasks that somebody has to cancel.
  var nextDeadline: Moment? { get }

  /// The only door. Synchronous and total: every event is legal in every state, and none of them traps.
  mutating func handle(_ event: Event, at now: Moment) -> [Effect]
}
