/// What is recorded of an effect: enough to tell whether another machine does the same.
package struct RecordedEffect: Hashable, Sendable, CustomStringConvertible {
  /// What is done.
  package enum Kind: UInt8, Hashable, Sendable, CaseIterable {
    /// An advert is sent; the number is its priority.
    case advert
    /// A message about a handover is sent; the number is its kind.
    case handover
    case install
    case withdraw
    case restore
    /// Addresses are announced; the number says how often.
    case announce
    /// They are announced on other interfaces; 1 for all of them.
    case announceOnOthers
    /// Something is told; the text says what.
    case report
  }

  /// What is done.
  package var kind: Kind
  /// The name of the router, or for what is told of it the line.
  package var text: String
  /// What the kind says.
  package var number: UInt64

  /// What is recorded of an effect.
  package init(_ effect: GroupEffect) {
    switch effect {
    case .router(let name, let effect): self.init(effect, of: name)
    case .report(let name, let report): self.init(.report, report.text(router: name))
    case .groupReport(let name, let transition):
      self.init(.report, transition.text(subject: "VRRP Group \(name)"))
    }
  }

  private init(_ effect: RouterEffect, of name: String) {
    switch effect {
    case .sendAdvert(let packet):
      let front = packet.transport == AuthenticationHeader.transport ? AuthenticationHeader.length : 0
      self.init(.advert, name, UInt64(packet.payload.dropFirst(front + 2).first ?? 0))
    case .sendHandover(let packet): self.init(.handover, name, UInt64((packet.payload.first ?? 0) & 15))
    case .install: self.init(.install, name)
    case .withdraw: self.init(.withdraw, name)
    case .restore: self.init(.restore, name)
    case .announce(let repeats, _): self.init(.announce, name, UInt64(clamping: repeats))
    case .announceOnOtherInterfaces(let all): self.init(.announceOnOthers, name, all ? 1 : 0)
    case .report(let report): self.init(.report, report.text(router: name))
    }
  }

  private init(_ kind: Kind, _ text: String, _ number: UInt64 = 0) {
    self.kind = kind
    self.text = text
    self.number = number
  }

  package var description: String {
    switch kind {
    case .advert: "(\(text)) sends an advert of priority \(number)"
    case .handover: "(\(text)) sends a message of a handover, kind \(number)"
    case .install: "(\(text)) puts its addresses in place"
    case .withdraw: "(\(text)) takes its addresses away"
    case .restore: "(\(text)) puts back what was lost"
    case .announce: "(\(text)) announces its addresses \(number) times"
    case .announceOnOthers: "(\(text)) announces on \(number == 1 ? "all" : "virtual") other interfaces"
    case .report: text
    }
  }
}

extension RecordedEffect: Recorded {
  func write(to writer: inout RecordWriter) { write(to: &writer, knowing: nil) }

  /// The name of the only router of a group need not be said again and again.
  func write(to writer: inout RecordWriter, knowing name: String?) {
    let isKnown = kind != .report && text == name
    writer.add(kind.rawValue | (isKnown ? 0x80 : 0))
    writer.add(number: number)
    if !isKnown { writer.add(text: text) }
  }

  init(_ reader: inout RecordReader) { self.init(&reader, knowing: nil) }

  init(_ reader: inout RecordReader, knowing name: String?) {
    let octet = reader.octet()
    guard let kind = Kind(rawValue: octet & 0x7F) else {
      reader.refuse()
      self.init(.restore, "")
      return
    }
    let number = reader.number()
    if octet & 0x80 != 0 {
      if name == nil { reader.refuse() }
      self.init(kind, name ?? "", number)
    } else {
      self.init(kind, reader.text(), number)
    }
  }
}
