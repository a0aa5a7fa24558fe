import ControlProtocol
import Testing

@Suite struct `A control request` {
  static let requests: [ControlRequest] = [
    .status, .why(name: "VI_1"), .events(limit: 0, name: nil, follows: false),
    .events(limit: 1024, name: "a \"b\"", follows: true), .ipvs, .metrics, .reload, .failover(name: "é", ends: false),
    .failover(name: "V1", ends: true), .recording,
    .server(ServerOrder(service: "[192.0.2.10]:tcp:80", server: "192.0.2.11:80", action: .drain)),
    .server(ServerOrder(service: "s", server: "r", action: .weight(0x7FFF_FFFF))),
    .server(ServerOrder(service: "s", server: "r", action: .disable)),
    .server(ServerOrder(service: "s", server: "r", action: .enable)),
    .server(ServerOrder(service: "s", server: "r", action: .add(weight: nil, like: nil))),
    .server(ServerOrder(service: "s", server: "r", action: .add(weight: 0, like: "q"))),
    .server(ServerOrder(service: "s", server: "r", action: .remove)), .services(names: []),
    .services(names: ["[192.0.2.10]:tcp:80", "FWM 7"]),
  ]

  @Test(arguments: requests)
  func `is read as it was written`(request: ControlRequest) throws {
    #expect(try ControlRequest(JSON(parsing: request.line.dropLast())) == request)
    #expect(ControlRequest.words.contains(request.word))
  }

  @Test(arguments: [
    (ServerOrder.Action.add(weight: 1, like: nil), true), (.remove, true), (.drain, false), (.weight(0), false),
    (.disable, false), (.enable, false),
  ])
  func `edits the list of servers, or only says what one of them does`(action: ServerOrder.Action, isEdit: Bool) {
    #expect(ServerOrder(service: "s", server: "r", action: action).isEdit == isEdit)
  }

  @Test func `of every verb is among those tried here`() {
    #expect(Set(Self.requests.map(\.word)) == Set(ControlRequest.words))
  }

  @Test(arguments: [
    "[]", "1", "{}", #"{"verb":"status"}"#, #"{"protocol":2,"verb":"status"}"#, #"{"protocol":"1","verb":"status"}"#,
    #"{"protocol":1}"#, #"{"protocol":1,"verb":"halt"}"#, #"{"protocol":1,"verb":["status"]}"#,
    #"{"protocol":1,"verb":"why"}"#, #"{"protocol":1,"verb":"why","name":""}"#,
    #"{"protocol":1,"verb":"why","name":7}"#,
    #"{"protocol":1,"verb":"events","limit":-1}"#, #"{"protocol":1,"verb":"events","limit":1025}"#,
    #"{"protocol":1,"verb":"events","name":null}"#, #"{"protocol":1,"verb":"failover"}"#,
    #"{"protocol":1,"verb":"server","service":"s","server":"r"}"#,
    #"{"protocol":1,"verb":"server","action":"kill","service":"s","server":"r"}"#,
    #"{"protocol":1,"verb":"server","action":"drain","server":"r"}"#,
    #"{"protocol":1,"verb":"server","action":"weight","service":"s","server":"r"}"#,
    #"{"protocol":1,"verb":"server","action":"weight","weight":-1,"service":"s","server":"r"}"#,
    #"{"protocol":1,"verb":"server","action":"weight","weight":2147483648,"service":"s","server":"r"}"#,
    #"{"protocol":1,"verb":"server","action":"add","weight":"1","service":"s","server":"r"}"#,
    #"{"protocol":1,"verb":"server","action":"add","like":"","service":"s","server":"r"}"#,
    #"{"protocol":1,"verb":"services","services":"s"}"#, #"{"protocol":1,"verb":"services","services":[1]}"#,
    #"{"protocol":1,"verb":"services","services":[""]}"#,
  ])
  func `with something missing or wrong is refused`(text: String) throws {
    let json = try JSON(parsing: text.utf8)
    #expect(throws: ControlError.self) { try ControlRequest(json) }
  }

  @Test func `with a name of a thousand octets is taken, with a longer one refused`() throws {
    for (length, isTaken) in [(1024, true), (1025, false)] {
      let request = ControlRequest.why(name: String(repeating: "x", count: length))
      #expect((try? ControlRequest(request.json)) == (isTaken ? request : nil))
    }
  }

  @Test(arguments: requests)
  func `that changes something is for root and the daemon's own user only`(request: ControlRequest) {
    #expect(request.isPermitted(user: 0, daemon: 7, isReader: false))
    #expect(request.isPermitted(user: 7, daemon: 7, isReader: false))
    #expect(!request.isPermitted(user: 8, daemon: 7, isReader: false))
    let changes = ["reload", "server", "services", "failover", "recording"].contains(request.word)
    #expect(request.isPermitted(user: 8, daemon: 7, isReader: true) == !changes)
  }

  @Test func `gets a reply that is read as it was written`() throws {
    for reply in [ControlReply.success(["a": [1, true]]), .failure("no\nsuch thing")] {
      #expect(try ControlReply(JSON(parsing: reply.line.dropLast())) == reply)
    }
    #expect(ControlReply.line(result: "[1]") == ControlReply.success([1]).line)
    #expect(throws: ControlError.self) { try ControlReply(["protocol": 2, "ok": true, "result": 1]) }
  }
}

@Suite struct `The history of events` {
  private func history(of count: Int, capacity: Int) -> EventHistory {
    var history = EventHistory(capacity: capacity)
    for number in 1...count {
      _ = history.append(
        time: Int64(number), role: "election", level: "info", about: [number % 2 == 0 ? "even" : "odd"],
        text: String(number))
    }
    return history
  }

  @Test(arguments: [1, 3, 4, 5, 9])
  func `keeps the last ones in their order`(count: Int) {
    let history = history(of: count, capacity: 4)
    let expected = (1...count).suffix(4).map(String.init)
    #expect(history.last(100).map(\.text) == expected)
    #expect(history.last(2).map(\.text) == expected.suffix(2))
    #expect(history.count == UInt64(count))
    #expect(history.last(0).isEmpty)
  }

  @Test func `finds those about a name`() {
    let history = history(of: 9, capacity: 4)
    #expect(history.last(9, about: "odd").map(\.text) == ["7", "9"])
    #expect(history.last(1, about: "even").map(\.text) == ["8"])
    #expect(history.last(9, about: "other").isEmpty)
    #expect(EventHistory().last(9).isEmpty)
  }

  @Test func `cuts what is too long`() {
    var history = EventHistory()
    let event = history.append(
      time: 0, role: "r", level: "info", about: Array(repeating: "x", count: 9),
      text: String(repeating: "é", count: 5000))
    #expect(event.text.utf8.count <= EventHistory.longestText + 3 + 3)
    #expect(event.about.count == 4)
    #expect(event.json["number"] == 1)
  }
}
