import CLinux
package import World

/// Turns the results of CLinux, where a negative number is an error number, into values and errors.
///
/// - Throws: a failure of `call` on `subject` when `result` is negative.
@discardableResult
package func succeed<Number: SignedInteger>(
  _ call: String, about subject: @autoclosure () -> String = "", _ result: Number
) throws(SystemFailure) -> Number {
  guard result < 0 else { return result }
  throw SystemFailure(call, code: Int32(truncatingIfNeeded: -result), subject: subject())
}

extension SystemFailure {
  /// A failure with the C library's words for its error number.
  package init(_ call: String, code: Int32, subject: String = "") {
    self.init(call: call, code: code, subject: subject, reason: unsafe String(cString: linux_error_text(code)))
  }
}
