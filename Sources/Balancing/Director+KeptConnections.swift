import Dialogues
import World

// Connections that outlive a conversation (keep_alive).
//
// A kept connection spares the handshakes, which for TLS are nearly all that a check costs. What it cannot show is
// whether the server still accepts new ones; therefore it is an option, and after any failure the next attempt opens a
// new one. A server may close a kept connection at any time, even while the next request is on its way: then, and only
// when nothing of an answer has come, the request is repeated on a new connection, and this one decides.

/// A connection on which the last request was answered in full.
struct KeptConnection {
  /// The number that its events carry.
  let number: UInt64
  let connection: any Connection
  /// What it was opened for; another server name, for instance, needs another connection.
  let request: ConnectionRequest
}

extension Director {
  /// How many connections wait at most; further ones are closed as always.
  private static let mostKept = 4096

  /// Closes the connection of a conversation that is over, or keeps it for the next one.
  func leave(
    _ connection: any Connection, _ number: UInt64, of probe: Probe, _ step: Int, _ dialogue: any Dialogue,
    _ verdict: Verdict
  ) {
    probe.isOnKeptConnection = false
    guard case .success = verdict, (dialogue as? HTTPExchange)?.leavesConnectionOpen ?? false, isRunning,
      keptConnections.count < Self.mostKept
    else { return connection.close() }
    dropKept(of: probe)
    keptConnections[probe.number] = KeptConnection(
      number: number, connection: connection, request: probe.settings.request(step: step))
  }

  /// The kept connection of a probe, if it suits the request; any other is closed.
  func takeKept(for probe: Probe, _ request: ConnectionRequest) -> KeptConnection? {
    guard let kept = keptConnections.removeValue(forKey: probe.number) else { return nil }
    guard kept.request == request else {
      kept.connection.close()
      return nil
    }
    return kept
  }

  /// Closes the kept connection of a probe.
  func dropKept(of probe: Probe) {
    keptConnections.removeValue(forKey: probe.number)?.connection.close()
  }

  /// What an event on a kept connection means: one that is gone is replaced, and then the answer is true.
  func askAgain(_ probe: Probe, _ number: UInt64, after event: ConnectionEvent) -> Bool {
    guard case .talking(number, let step, let connection, _) = probe.activity else { return false }
    probe.isOnKeptConnection = false
    switch event {
    case .connected, .received: return false
    case .ended, .failed:
      connection.close()
      open(probe, step: step)
      noteDeadline(of: probe)
      return true
    }
  }
}
