/// The control socket: one request per line, one reply per line, both JSON.
///
///     {"protocol":1,"verb":"status"}
///     {"protocol":1,"ok":true,"result":{…}}
///     {"protocol":1,"ok":false,"error":"…"}
///
/// The number of the protocol changes when an old client would misread a reply; members may be added at any time, and
/// readers ignore those that they do not know.
package enum ControlSocket {
  /// The directory of the daemon's socket and state.
  package static let directory = "/run/understudy"
  /// Where the daemon listens.
  package static let path = "\(directory)/control.sock"
  /// The number of the protocol.
  package static let number: Int64 = 1
  /// The longest request in octets.
  package static let longestRequest = 64 << 10
}

/// Why a request is refused.
package enum ControlError: Error, Hashable, Sendable, CustomStringConvertible {
  case notAnObject
  case otherProtocol(Int64?)
  case unknownVerb(String)
  case badReply

  package var description: String {
    switch self {
    case .notAnObject: "a request is a JSON object"
    case .otherProtocol(let number):
      "protocol \(number.map(String.init) ?? "(none)") is not spoken here, only \(ControlSocket.number)"
    case .unknownVerb(let verb):
      "there is no verb \"\(verb)\"; there is: " + ControlRequest.Verb.allCases.map(\.rawValue).joined(separator: ", ")
    case .badReply: "the daemon's reply cannot be understood"
    }
  }
}

/// What a client asks.
package struct ControlRequest: Hashable, Sendable {
  /// The verbs.
  package enum Verb: String, CaseIterable, Sendable {
    /// Everything about groups, routers, services and servers.
    case status
  }

  /// The verb.
  package var verb: Verb

  /// A request.
  package init(_ verb: Verb) { self.verb = verb }

  /// Reads a request.
  package init(_ json: JSON) throws(ControlError) {
    guard case .object = json else { throw .notAnObject }
    let number = json["protocol"]?.integer
    guard number == ControlSocket.number else { throw .otherProtocol(number) }
    let word = json["verb"]?.string ?? ""
    guard let verb = Verb(rawValue: word) else { throw .unknownVerb(word) }
    self.verb = verb
  }

  /// The request as a line.
  package var line: [UInt8] {
    let json = JSON.object([
      JSON.Member("protocol", .integer(ControlSocket.number)), JSON.Member("verb", .string(verb.rawValue)),
    ])
    return Array("\(json)\n".utf8)
  }
}

/// What the daemon answers.
package enum ControlReply: Hashable, Sendable {
  case success(JSON)
  case failure(String)

  /// The reply as a line.
  package var line: [UInt8] {
    let json: JSON
    switch self {
    case .success(let result):
      json = .object([
        JSON.Member("protocol", .integer(ControlSocket.number)), JSON.Member("ok", true),
        JSON.Member("result", result),
      ])
    case .failure(let reason):
      json = .object([
        JSON.Member("protocol", .integer(ControlSocket.number)), JSON.Member("ok", false),
        JSON.Member("error", .string(reason)),
      ])
    }
    return Array("\(json)\n".utf8)
  }

  /// Reads a reply.
  package init(_ json: JSON) throws(ControlError) {
    guard json["protocol"]?.integer == ControlSocket.number, let ok = json["ok"]?.boolean else { throw .badReply }
    if ok, let result = json["result"] {
      self = .success(result)
    } else {
      self = .failure(json["error"]?.string ?? "no reason given")
    }
  }
}
