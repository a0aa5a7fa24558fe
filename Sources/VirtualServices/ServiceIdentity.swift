package import Wire

/// What the configuration calls a virtual service; it names the service in logs, mails and FIFOs, and identifies it
/// across reloads.
package enum ServiceIdentity: Hashable, Sendable {
  /// `virtual_server ADDRESS PORT`
  case endpoint(TransportProtocol, Endpoint)
  /// `virtual_server fwmark N`
  case firewallMark(UInt32, AddressFamily)
  /// `virtual_server group NAME`; the protocol is nil when the group holds only firewall marks.
  case group(String, TransportProtocol?)

  /// The word for the protocol of its real servers: "tcp", "udp", "sctp", or "none" for firewall marks.
  package var protocolWord: String {
    switch self {
    case .endpoint(let transport, _): transport.word
    case .firewallMark: "none"
    case .group(_, let transport): transport?.word ?? "none"
    }
  }

  /// How logs, mails and FIFOs write one of its real servers: "[192.0.2.1]:tcp:80".
  package func text(of server: Endpoint) -> String {
    "[\(server.address)]:\(protocolWord):\(server.port)"
  }
}

extension ServiceIdentity: CustomStringConvertible {
  /// keepalived's form: "[192.0.2.1]:tcp:80", "FWM 7" or "[NAME]:0".
  package var description: String {
    switch self {
    case .endpoint(let transport, let endpoint): "[\(endpoint.address)]:\(transport.word):\(endpoint.port)"
    case .firewallMark(let mark, _): "FWM \(mark)"
    case .group(let name, _): "[\(name)]:0"
    }
  }
}

extension TransportProtocol {
  /// "tcp", "udp" or "sctp".
  package var word: String {
    switch self {
    case .tcp: "tcp"
    case .udp: "udp"
    case .sctp: "sctp"
    }
  }
}
