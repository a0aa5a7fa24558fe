internal import CNetlink

extension NetlinkSession {
  /// Requests in one datagram: more are not faster, and the errors of all must fit the receive buffer.
  static var batchLength: Int { 64 }
  /// Octets from which on a datagram is sent, well within the smallest send buffer.
  static var batchOctets: Int { 32_768 }

  /// Sends so many requests, in order, and tells which were refused, by their place. `write` writes exactly one message
  /// for each place; the flags for acknowledgement are added here.
  package mutating func batch(
    count: Int, _ write: (Int, inout MessageWriter) -> Void
  ) -> [Int: Refusal] {
    var refusals: [Int: Refusal] = [:]
    var place = 0
    while place < count {
      var writer = MessageWriter()
      writer.sequence = nextSequence
      var places: [Int] = []
      var last = 0
      while place < count, places.count < Self.batchLength, writer.octets.count < Self.batchOctets {
        let start = writer.octets.count
        write(place, &writer)
        if writer.isTooLong || writer.octets.count - start > Self.batchOctets {
          writer.cut(to: start)
          writer.sequence = nextSequence &+ UInt32(truncatingIfNeeded: places.count)
          refusals[place] = Refusal(code: EMSGSIZE)
        } else {
          places.append(place)
          last = start
        }
        place += 1
      }
      guard !places.isEmpty else { continue }
      writer.setFlags(UInt16(NLM_F_ACK), ofMessageAt: last)
      refusals.merge(exchange(writer, places)) { first, _ in first }
    }
    return refusals
  }

  /// Sends one datagram of requests and collects the errors up to the answer to the last.
  private mutating func exchange(_ writer: MessageWriter, _ places: [Int]) -> [Int: Refusal] {
    let first = nextSequence
    nextSequence = writer.sequence
    var refusals: [Int: Refusal] = [:]
    var faults: [MessageFault] = []
    var isAnswered = false
    var reason: Refusal?
    do { try send(writer.octets) } catch { reason = error }
    // Each datagram in the queue is a request's error or a leftover of an earlier request; beyond that something is wrong.
    var patience = places.count + 1024
    while reason == nil, !isAnswered {
      let reception = receive { message in
        guard message.type == NLMSG_ERROR, let index = Int(exactly: message.sequence &- first), index < places.count
        else { return }
        do throws(MessageFault) {
          if case .refused(let refusal) = try Verdict(error: message) { refusals[places[index]] = refusal }
          if index == places.count - 1 { isAnswered = true }
        } catch {
          faults.append(error)
        }
      }
      patience -= 1
      reason = reception.refusal ?? (patience < 0 ? Refusal(code: EPROTO) : nil)
    }
    for fault in faults { self.count(fault) }
    if let reason {
      // What became of the others is unknown; whoever reads the state back will see.
      for place in places where refusals[place] == nil { refusals[place] = reason }
      drain()
    }
    return refusals
  }

  /// Sends one request and returns what `decode` makes of the messages that answer it.
  package mutating func request<Value>(
    _ write: (inout MessageWriter) -> Void, _ decode: (Message) throws(MessageFault) -> Value?
  ) throws(Refusal) -> [Value] {
    let answer = ask(UInt16(NLM_F_ACK), until: NLMSG_ERROR, write, decode)
    if let refusal = answer.refusal { throw refusal }
    return answer.values
  }

  /// Reads all things of a kind. A dump that was disturbed, or lost a part, is repeated.
  package mutating func dump<Value>(
    _ write: (inout MessageWriter) -> Void, _ decode: (Message) throws(MessageFault) -> Value?
  ) throws(Refusal) -> [Value] {
    for _ in 0..<16 {
      let answer = ask(UInt16(NLM_F_ROOT | NLM_F_MATCH), until: NLMSG_DONE, write, decode)
      if answer.isDisturbed { continue }
      if let refusal = answer.refusal { throw refusal }
      return answer.values
    }
    throw Refusal(code: EBUSY, explanation: "changed with every attempt to read it")
  }

  private struct Answer<Value> {
    var values: [Value] = []
    var refusal: Refusal?
    var isDisturbed = false
    var isComplete = false
  }

  private mutating func ask<Value>(
    _ flags: UInt16, until end: Int32, _ write: (inout MessageWriter) -> Void,
    _ decode: (Message) throws(MessageFault) -> Value?
  ) -> Answer<Value> {
    var answer = Answer<Value>()
    var faults: [MessageFault] = []
    var writer = MessageWriter()
    let sequence = nextSequence
    writer.sequence = sequence
    write(&writer)
    writer.setFlags(flags, ofMessageAt: 0)
    nextSequence = writer.sequence
    do { try send(writer.octets) } catch {
      answer.refusal = error
      return answer
    }
    while !answer.isComplete {
      let reception = receive { message in
        guard message.sequence == sequence, !answer.isComplete else { return }
        if message.has(NLM_F_DUMP_INTR) { answer.isDisturbed = true }
        do throws(MessageFault) {
          switch Int32(message.type) {
          case NLMSG_ERROR:
            if case .refused(let refusal) = try Verdict(error: message) { answer.refusal = refusal }
            answer.isComplete = answer.refusal != nil || end == NLMSG_ERROR
          case NLMSG_DONE:
            if case .refused(let refusal) = Verdict(done: message) { answer.refusal = refusal }
            answer.isComplete = true
          case NLMSG_NOOP, NLMSG_OVERRUN: break
          case _:
            if let value = try decode(message) { answer.values.append(value) }
          }
        } catch {
          faults.append(error)
        }
      }
      if reception == .lost { answer.isDisturbed = true }
      if let refusal = reception.refusal {
        answer.refusal = refusal
        drain()
        break
      }
    }
    for fault in faults { self.count(fault) }
    return answer
  }

  /// Throws away what is in the queue, the rest of a dump included, so that what comes next is fresh. Returns whether
  /// the queue was seen empty.
  @discardableResult
  mutating func drain() -> Bool {
    for _ in 0..<100_000 {
      switch receive({ _ in }) {
      case .received, .lost: continue
      case .nothing: return true
      case .failed: return false
      }
    }
    return false
  }
}

extension NetlinkSession.Reception {
  /// Why an answer will not come any more.
  var refusal: Refusal? {
    switch self {
    case .received: nil
    case .nothing: Refusal(code: EINTR, explanation: "the kernel did not answer")
    case .lost: Refusal(code: ENOBUFS, explanation: "the answer was lost")
    case .failed(let code): Refusal(code: code)
    }
  }
}
