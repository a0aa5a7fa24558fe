package import Dialogues
package import World

extension DialogueEvent {
  /// What happened on the connection, in the words of dialogues.
  package init(_ event: ConnectionEvent) {
    switch event {
    case .connected: self = .connected
    case .received(let octets): self = .received(octets)
    case .ended: self = .ended
    case .failed(let failure): self = .failed(reason: failure.text)
    }
  }
}

extension ConnectionFailure {
  /// Why, in words.
  package var text: String {
    switch self {
    case .refused(let reason): reason
    case .handshake(let reason): "TLS: \(reason)"
    case .impossible(let failure): "\(failure)"
    }
  }
}
