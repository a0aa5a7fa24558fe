import ControlProtocol
import Failover
import LinuxWorld
import Machines
import Wire

// The recording of what enters the groups' machines, for somebody who wonders about it later.
extension ElectionRole {
  /// Octets that are put into a text in one turn of the loop, some tens of microseconds' work.
  private static let octetsPerTurn = 24_576

  /// Begins, ends or changes the recording as the configuration wants it. What was recorded before in a ring of another
  /// size is forgotten.
  func takeOverRecorder(_ mebibytes: Int?) {
    let capacity = mebibytes.map { $0 << 20 }
    guard recorder?.capacity != capacity else { return }
    recorder = capacity.map { ElectionRecorder(reactor, capacity: $0) }
    for (key, group) in groups { group.record(by: recorder, as: key) }
  }

  /// Tells the recording to a client, some of it in each turn.
  func tellRecording(_ identifier: UInt64) {
    guard let recorder else {
      let reason = "nothing is recorded; `record_election 4` in global_defs keeps the last events in 4 MiB of memory"
      return tell(identifier, JSON.object([JSON.Member("error", .string(reason))]).description, isLast: true)
    }
    tell(identifier, "{\"recording\":[\"\"", isLast: false)
    tell(recorder.pieces()[...], identifier)
  }

  private func tell(_ pieces: ArraySlice<[UInt8]>, at offset: Int = 0, _ identifier: UInt64) {
    guard let piece = pieces.first else { return tell(identifier, "]}", isLast: true) }
    let end = min(piece.count, offset + Self.octetsPerTurn)
    tell(identifier, ",\"\(base64(piece[offset..<end]))\"", isLast: false)
    let isDone = end == piece.count
    reactor.later {
      self.assumeIsolated { $0.tell(isDone ? pieces.dropFirst() : pieces, at: isDone ? 0 : end, identifier) }
    }
  }

  private func tell(_ identifier: UInt64, _ text: String, isLast: Bool) {
    send(.control, .answer(identifier: identifier, role: .election, text: text, isLast: isLast))
  }
}
