import COpenSSL
import Wire
import World

/// One client's session on a descriptor that does not wait.
@safe final class TLSSession: @unchecked Sendable {
  /// What came of a step.
  enum Step {
    /// So many octets; zero for a handshake that is over.
    case done(Int)
    case wantsRead
    case wantsWrite
    /// The other side has finished.
    case closed
    /// A system call failed.
    case broken(Int32)
    /// TLS failed, in OpenSSL's words.
    case refused(String)
  }

  private let context: TLSContext
  private let session: OpaquePointer
  private var isEstablished = false

  /// A session on a connected socket.
  init(_ context: TLSContext, settings: TLSSettings, endpoint: Endpoint, on descriptor: Int32) throws(SystemFailure) {
    self.context = context
    guard let session = unsafe SSL_new(context.context) else { throw SystemFailure("SSL_new", code: 12) }
    unsafe self.session = session
    unsafe SSL_set_fd(session, descriptor)
    // An address is no server name (RFC 6066 §3).
    let name = settings.serverName.flatMap { IPAddress($0) == nil ? $0 : nil }
    if let name { unsafe _ = openssl_set_server_name(session, name) }
    guard settings.verifies else { return }
    let isSet =
      if let name {
        unsafe openssl_demand_host(session, name) == 1
      } else {
        unsafe openssl_demand_address(session, settings.serverName ?? endpoint.address.description) == 1
      }
    if !isSet { throw SystemFailure("SSL_set1_host", code: 22, subject: name ?? "\(endpoint.address)") }
  }

  deinit {
    unsafe SSL_free(session)
  }

  /// Goes on with the handshake.
  func shakeHands() -> Step {
    let step = unsafe step(openssl_shake_hands(session))
    if case .done = step { isEstablished = true }
    return step
  }

  /// Reads into a buffer.
  func read(_ buffer: UnsafeMutableRawBufferPointer) -> Step {
    unsafe step(openssl_read(session, buffer.baseAddress, buffer.count))
  }

  /// Writes some of the octets.
  func write(_ octets: ArraySlice<UInt8>) -> Step {
    unsafe octets.withUnsafeBytes { buffer in
      unsafe step(openssl_write(session, buffer.baseAddress, buffer.count))
    }
  }

  /// Says goodbye where there was a greeting.
  func finish() {
    if isEstablished { unsafe openssl_finish(session) }
  }

  private func step(_ step: openssl_step) -> Step {
    switch UInt32(bitPattern: step.result) {
    case openssl_done.rawValue: return .done(step.count)
    case openssl_wants_read.rawValue: return .wantsRead
    case openssl_wants_write.rawValue: return .wantsWrite
    case openssl_closed.rawValue: return .closed
    case openssl_broken.rawValue: return .broken(step.code)
    default:
      let words = unsafe openssl_take_error().map { unsafe String(cString: $0) } ?? "TLS failed"
      let fault = unsafe openssl_certificate_fault(session).map { unsafe String(cString: $0) }
      return .refused(fault.map { "\(words): \($0)" } ?? words)
    }
  }
}
