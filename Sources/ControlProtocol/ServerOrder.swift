/// What an operator wants of a real server, whatever its checks say. It holds until it is taken back or the server
/// leaves the configuration; that a server is added or removed holds until the next reload.
package struct ServerOrder: Hashable, Sendable {
  /// The orders.
  package enum Action: Hashable, Sendable {
    /// No new connections: it stays in the table with weight 0.
    case drain
    /// This weight instead of the configured one, 0 to 2,147,483,647.
    case weight(UInt32)
    /// Out of the table and out of the quorum, as if its checks had failed.
    case disable
    /// As configured.
    case enable
    /// One more server: with the settings of another one, whose name may be given, and with a weight of its own if one
    /// is given, 0 to 2,147,483,647.
    case add(weight: UInt32?, like: String?)
    /// Out of the configuration in force.
    case remove
  }

  /// The service, as `status` prints it: "[192.0.2.10]:tcp:80".
  package var service: String
  /// The server: "192.0.2.11:80".
  package var server: String
  /// What is wanted of it.
  package var action: Action

  /// An order about a server of a service.
  package init(service: String, server: String, action: Action) {
    self.service = service
    self.server = server
    self.action = action
  }
}

extension ServerOrder {
  /// The words for actions; "ready" is "enable" under the name that goes with "drain".
  package static let words = ["drain", "ready", "weight", "disable", "enable", "add", "remove"]

  /// Whether it changes which servers there are, rather than what one of them does.
  package var isEdit: Bool {
    switch action {
    case .add, .remove: true
    case .drain, .weight, .disable, .enable: false
    }
  }

  /// The largest weight the kernel takes.
  package static let largestWeight: Int64 = 0x7FFF_FFFF

  /// Reads the members of a request.
  package init(_ json: JSON) throws(ControlError) {
    let action: Action
    switch json["action"]?.string ?? "" {
    case "drain": action = .drain
    case "ready", "enable": action = .enable
    case "disable": action = .disable
    case "weight": action = .weight(try Self.weight(json))
    case "add":
      action = .add(
        weight: json["weight"] == nil ? nil : try Self.weight(json),
        like: json["like"] == nil ? nil : try json.name("like"))
    case "remove": action = .remove
    default: throw .badMember("action", expected: Self.words.joined(separator: ", "))
    }
    self.init(service: try json.name("service"), server: try json.name("server"), action: action)
  }

  private static func weight(_ json: JSON) throws(ControlError) -> UInt32 {
    guard let weight = json["weight"]?.integer, (0...largestWeight).contains(weight) else {
      throw .badMember("weight", expected: "a number from 0 to \(largestWeight)")
    }
    return UInt32(weight)
  }

  /// The members of a request.
  package var members: [JSON.Member] {
    var members = [
      JSON.Member("action", .string(word)), JSON.Member("service", .string(service)),
      JSON.Member("server", .string(server)),
    ]
    switch action {
    case .weight(let weight): members.append(JSON.Member("weight", .integer(Int64(weight))))
    case .add(let weight, let like):
      if let weight { members.append(JSON.Member("weight", .integer(Int64(weight)))) }
      if let like { members.append(JSON.Member("like", .string(like))) }
    case .drain, .disable, .enable, .remove: break
    }
    return members
  }

  /// The word of the action.
  package var word: String {
    switch action {
    case .drain: "drain"
    case .weight: "weight"
    case .disable: "disable"
    case .enable: "enable"
    case .add: "add"
    case .remove: "remove"
    }
  }
}
