package import World
internal import CNetlink

/// The kernel, or the way to it, said no.
package struct Refusal: Error, Hashable, Sendable {
  /// The error number, positive.
  package var code: Int32
  /// The kernel's explanation (extended acknowledgement); empty when it gave none.
  package var explanation: String

  /// A refusal by an error number.
  package init(code: Int32, explanation: String = "") {
    self.code = code
    self.explanation = explanation
  }

  /// The refusal as a failure of a call on something.
  package func failure(of call: String, on subject: String = "") -> SystemFailure {
    let text = unsafe String(cString: cnetlink_error_text(code))
    return SystemFailure(
      call: call, code: code, subject: subject, reason: explanation.isEmpty ? text : "\(text) (\(explanation))")
  }
}

/// What the kernel says about a request in a message of type NLMSG_ERROR or NLMSG_DONE.
package enum Verdict: Hashable, Sendable {
  case success
  case refused(Refusal)

  private static let message = Attribute<String>(NLMSGERR_ATTR_MSG)

  /// Reads a message of type NLMSG_ERROR: the error, the request's header, the request itself unless it was capped,
  /// and the attributes of the extended acknowledgement.
  package init(error answer: Message) throws(MessageFault) {
    var reader = HostReader(answer.payload)
    let code: Int32 = try reader.field()
    guard code != 0 else {
      self = .success
      return
    }
    guard code < 0, code > Int32.min else { throw .badAttributeValue }
    self = .refused(Refusal(code: -code, explanation: Self.explanation(in: reader, of: answer)))
  }

  /// Reads a message of type NLMSG_DONE, whose error number older kernels leave out.
  package init(done answer: Message) {
    var reader = HostReader(answer.payload)
    guard let code: Int32 = reader.number(), code < 0, code > Int32.min else {
      self = .success
      return
    }
    self = .refused(Refusal(code: -code))
  }

  /// The kernel's text. It is a courtesy: where it cannot be read, there is none.
  private static func explanation(in reader: HostReader, of answer: Message) -> String {
    guard answer.has(NLM_F_ACK_TLVS) else { return "" }
    var reader = reader
    guard let length: UInt32 = reader.number(), length >= Message.headerLength else { return "" }
    let echoed = answer.has(NLM_F_CAPPED) ? Message.headerLength : Int(length)
    let rest = reader.rest.dropFirst(echoed + MessageWriter.padding(after: echoed) - 4)
    do {
      let text = try AttributeSet(parsing: rest).value(message) ?? ""
      return String(text.prefix(200))
    } catch {
      return ""
    }
  }
}
