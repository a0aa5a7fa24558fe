// The control protocol
//
// Role. How local programs ask a running daemon what it does and why, and tell it the few things that are not for the
// configuration: to read that again, to hand over, to take a server out for a while. `understudyctl` speaks it, so can
// anything that writes a line to a Unix socket.
//
// Form. One request per line, one reply per line, both JSON. A request is an object with the number of the protocol, a
// verb, and what the verb needs:
//
//     {"protocol":1,"verb":"status"}
//     {"protocol":1,"ok":true,"result":{…}}
//     {"protocol":1,"ok":false,"error":"…"}
//
// After a reply with "ok":false the daemon hangs up. The number changes when an old client would misread a reply; members
// may be added at any time, and readers ignore those that they do not know. `events` with "follow":true is the one verb
// with more than one line: each event that happens later is a line of its own, until the client goes.
//
// Who may. The kernel says who is at the other end (SO_PEERCRED, SO_PEERGROUPS). Root may everything; members of
// `control_group` may what only reads. Nobody else can connect.
//
// Verbs. Reading: status, why, events, ipvs, metrics. Writing: reload, server, failover, services, which tells secrets,
// and recording, which is much to tell.
//
// Bounds. A request has at most `longestRequest` octets and must come within the daemon's patience; names have at most
// `longestName`. Answers of the roles are shared between clients that ask at nearly the same time, so that no number of
// them makes a role busy. A client that does not read is hung up on.
//
// Not keepalived's: that is asked by signals and answers in files, which still works (see KeepalivedJSON in Daemon).
//
// Sources: RFC 8259; unix(7) SO_PEERCRED; our own.

/// What both sides of the control socket know.
package enum ControlSocket {
  /// The directory of the daemon's socket and state.
  package static let directory = "/run/understudy"
  /// Where the daemon listens.
  package static let path = "\(directory)/control.sock"
  /// The number of the protocol.
  package static let number: Int64 = 1
  /// The longest request in octets.
  package static let longestRequest = 64 << 10
  /// The longest name in a request in octets.
  package static let longestName = 1024
}

/// Why a request is refused.
package enum ControlError: Error, Hashable, Sendable, CustomStringConvertible {
  case notAnObject
  case otherProtocol(Int64?)
  case unknownVerb(String)
  case badMember(String, expected: String)
  case badReply

  package var description: String {
    switch self {
    case .notAnObject: "a request is a JSON object"
    case .otherProtocol(let number):
      "protocol \(number.map(String.init) ?? "(none)") is not spoken here, only \(ControlSocket.number)"
    case .unknownVerb(let verb):
      "there is no verb \"\(verb.prefix(40))\"; there is: \(ControlRequest.words.joined(separator: ", "))"
    case .badMember(let name, let expected): "\"\(name)\" must be \(expected)"
    case .badReply: "the daemon's reply cannot be understood"
    }
  }
}

/// What a client asks.
package enum ControlRequest: Hashable, Sendable {
  /// Everything about groups, routers, services and servers.
  case status
  /// The same about one of them, with what happened to it last.
  case why(name: String)
  /// The last events, and with `follows` those to come; with a name only those about it.
  case events(limit: Int, name: String?, follows: Bool)
  /// The kernel's table of virtual services.
  case ipvs
  /// The metrics as text for Prometheus.
  case metrics
  /// Read the configuration again.
  case reload
  /// Take a real server out, or back in.
  case server(ServerOrder)
  /// The text of services as the configuration in force has them; without names, of those to which servers were added or
  /// from which some were removed.
  case services(names: [String])
  /// Let the other director take over an instance or a sync group; with `ends` no longer leave a lower master alone
  /// after that.
  case failover(name: String, ends: Bool)
  /// What the election recorded, as a list of texts in base 64 (`record_election`).
  case recording

  /// The words of the verbs.
  package static let words = [
    "status", "why", "events", "ipvs", "metrics", "reload", "server", "services", "failover", "recording",
  ]
  /// The most names in a request.
  package static let mostNames = 64
  /// The most events that are kept and told.
  package static let mostEvents = 1024

  /// The word of the verb.
  package var word: String {
    switch self {
    case .status: "status"
    case .why: "why"
    case .events: "events"
    case .ipvs: "ipvs"
    case .metrics: "metrics"
    case .reload: "reload"
    case .server: "server"
    case .services: "services"
    case .failover: "failover"
    case .recording: "recording"
    }
  }

  /// Whether it changes nothing, so that members of the control group may ask it.
  package var onlyReads: Bool {
    switch self {
    case .status, .why, .events, .ipvs, .metrics: true
    case .reload, .server, .services, .failover, .recording: false
    }
  }

  /// Whether a client may ask it.
  ///
  /// - Parameters:
  ///   - user: the client's user number
  ///   - daemon: the user number of the daemon itself, who may what root may
  ///   - isReader: whether the client belongs to the control group
  package func isPermitted(user: UInt32, daemon: UInt32, isReader: Bool) -> Bool {
    user == 0 || user == daemon || (isReader && onlyReads)
  }
}

extension ControlRequest {
  /// Reads a request; nothing in it makes this trap.
  package init(_ json: JSON) throws(ControlError) {
    guard case .object = json else { throw .notAnObject }
    let number = json["protocol"]?.integer
    guard number == ControlSocket.number else { throw .otherProtocol(number) }
    switch json["verb"]?.string ?? "" {
    case "status": self = .status
    case "why": self = .why(name: try json.name("name"))
    case "events":
      let limit = json["limit"]?.integer ?? 100
      guard (0...Int64(Self.mostEvents)).contains(limit) else {
        throw .badMember("limit", expected: "0 to \(Self.mostEvents)")
      }
      self = .events(
        limit: Int(limit), name: json["name"] == nil ? nil : try json.name("name"),
        follows: json["follow"]?.boolean ?? false)
    case "ipvs": self = .ipvs
    case "metrics": self = .metrics
    case "reload": self = .reload
    case "server": self = .server(try ServerOrder(json))
    case "services": self = .services(names: try json.names("services"))
    case "failover": self = .failover(name: try json.name("name"), ends: json["end"]?.boolean ?? false)
    case "recording": self = .recording
    case let word: throw .unknownVerb(word)
    }
  }

  /// The request as JSON.
  package var json: JSON {
    var members = [JSON.Member("protocol", .integer(ControlSocket.number)), JSON.Member("verb", .string(word))]
    switch self {
    case .status, .ipvs, .metrics, .reload, .recording: break
    case .why(let name): members.append(JSON.Member("name", .string(name)))
    case .failover(let name, let ends):
      members.append(JSON.Member("name", .string(name)))
      if ends { members.append(JSON.Member("end", true)) }
    case .events(let limit, let name, let follows):
      members.append(JSON.Member("limit", .integer(Int64(limit))))
      if let name { members.append(JSON.Member("name", .string(name))) }
      if follows { members.append(JSON.Member("follow", true)) }
    case .server(let order): members += order.members
    case .services(let names): members.append(JSON.Member("services", .array(names.map(JSON.string))))
    }
    return .object(members)
  }

  /// The request as a line.
  package var line: [UInt8] { Array("\(json)\n".utf8) }
}

extension JSON {
  /// A member that is a name: a text that is neither empty nor too long.
  func name(_ member: String) throws(ControlError) -> String {
    guard let text = self[member]?.string, !text.isEmpty, text.utf8.count <= ControlSocket.longestName else {
      throw .badMember(member, expected: "a name of 1 to \(ControlSocket.longestName) octets")
    }
    return text
  }

  /// A member that is a list of names; none when it is not there.
  func names(_ member: String) throws(ControlError) -> [String] {
    guard let list = self[member] else { return [] }
    let names = (list.array ?? []).compactMap(\.string)
    guard names.count == list.array?.count, names.count <= ControlRequest.mostNames,
      names.allSatisfy({ !$0.isEmpty && $0.utf8.count <= ControlSocket.longestName })
    else { throw .badMember(member, expected: "a list of at most \(ControlRequest.mostNames) names") }
    return names
  }
}

/// What the daemon answers.
package enum ControlReply: Hashable, Sendable {
  case success(JSON)
  case failure(String)

  /// The reply as a line.
  package var line: [UInt8] {
    switch self {
    case .success(let result): return Self.line(result: result.description)
    case .failure(let reason):
      let json = JSON.object([
        JSON.Member("protocol", .integer(ControlSocket.number)), JSON.Member("ok", false),
        JSON.Member("error", .string(reason)),
      ])
      return Array("\(json)\n".utf8)
    }
  }

  /// A reply of success whose result is JSON text already.
  package static func line(result: String) -> [UInt8] {
    Array("{\"protocol\":\(ControlSocket.number),\"ok\":true,\"result\":\(result)}\n".utf8)
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
