internal import CNetlink
internal import Glibc
internal import World

/// Our table in the kernel's packet filter. It is written as a whole in one transaction, so that it is never there in
/// part, and nobody has to know what was there before.
struct Firewall: ~Copyable {
  private var session: NetlinkSession?
  /// What is in the kernel by our doing.
  private(set) var applied = FirewallRules()

  /// Makes the table be as wanted; without rules there is none.
  ///
  /// - Throws: why not, for instance because the kernel has no nf_tables; then all is as before.
  mutating func apply(_ wanted: FirewallRules) throws(SystemFailure) {
    guard wanted != applied, !(wanted.isEmpty && applied.isEmpty) else { return }
    let applied = applied
    try transact(on: wanted.table) { writer in
      if applied.table != wanted.table, !applied.isEmpty { FirewallMessages.writeRemoval(applied.table, &writer) }
      FirewallMessages.writeRemoval(wanted.table, &writer)
      if !wanted.isEmpty { FirewallMessages.writeTable(wanted, &writer) }
    }
    self.applied = wanted
  }

  /// Removes the table that an earlier run left behind.
  mutating func remove(_ table: String) throws(SystemFailure) {
    try transact(on: table) { FirewallMessages.writeRemoval(table, &$0) }
  }

  private mutating func transact(on table: String, _ write: (inout MessageWriter) -> Void) throws(SystemFailure) {
    var session = if let session = self.session.take() { session } else { try NetlinkSession(.netfilter) }
    let refusal = session.transact(write)
    self.session = consume session
    guard var refusal else { return }
    if refusal.code == EOPNOTSUPP, refusal.explanation.isEmpty { refusal.explanation = "the kernel has no nf_tables" }
    throw refusal.failure(of: "nf_tables", on: "table \(table)")
  }
}

extension NetlinkSession {
  /// Sends messages as one transaction of nfnetlink, which takes effect as a whole or not at all.
  fileprivate mutating func transact(_ write: (inout MessageWriter) -> Void) -> Refusal? {
    var writer = MessageWriter()
    let first = nextSequence
    writer.sequence = first
    FirewallMessages.writeBracket(isBegin: true, &writer)
    write(&writer)
    let last = writer.sequence &- 1
    // Not every kernel acknowledges the end, so the last message before it asks.
    if let offset = Self.offset(ofMessage: Int(last &- first), in: writer.octets) {
      writer.setFlags(UInt16(NLM_F_ACK), ofMessageAt: offset)
    }
    FirewallMessages.writeBracket(isBegin: false, &writer)
    nextSequence = writer.sequence
    if writer.isTooLong { return Refusal(code: EMSGSIZE) }
    do throws(Refusal) { try send(writer.octets) } catch { return error }
    var answer: Refusal??
    while answer == nil {
      let reception = receive { message in
        guard message.type == NLMSG_ERROR, message.sequence &- first <= last &- first, answer == nil,
          let verdict = try? Verdict(error: message)
        else { return }
        switch verdict {
        case .refused(let refusal): answer = .some(refusal)
        case .success: if message.sequence == last { answer = .some(nil) }
        }
      }
      if answer == nil, let refusal = reception.refusal { answer = .some(refusal) }
    }
    drain()
    return answer ?? nil
  }

  private static func offset(ofMessage place: Int, in octets: [UInt8]) -> Int? {
    var offset = 0
    for _ in 0..<max(0, place) {
      guard offset + 4 <= octets.count, let length = UInt32(attribute: octets[offset..<(offset + 4)]), length > 0
      else { return nil }
      offset += Int(length) + MessageWriter.padding(after: Int(length))
    }
    return offset
  }
}
