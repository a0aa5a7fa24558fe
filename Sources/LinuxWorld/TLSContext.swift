import COpenSSL
import Glibc
import VirtualServices
import World

/// What sessions with the same settings share: trust, certificate and key, read from their files once.
@safe final class TLSContext: @unchecked Sendable {
  let context: OpaquePointer

  /// Reads the files of the settings.
  ///
  /// - Throws: what could not be read, with OpenSSL's words.
  init(_ settings: TLSSettings) throws(SystemFailure) {
    guard let context = unsafe openssl_client_context() else { throw Self.failure("SSL_CTX_new", "") }
    unsafe self.context = context
    if settings.verifies || settings.authorityFile != nil {
      let isTrusted = unsafe openssl_trust(context, settings.authorityFile) == 1
      guard isTrusted else { throw Self.failure("SSL_CTX_load_verify_file", settings.authorityFile ?? "") }
    }
    if let oldest = settings.oldestVersion {
      let isSet = unsafe openssl_demand_version(context, Int32(oldest.rawValue)) == 1
      guard isSet else { throw Self.failure("SSL_CTX_set_min_proto_version", "\(oldest)") }
    }
    unsafe SSL_CTX_set_verify(context, settings.verifies ? SSL_VERIFY_PEER : SSL_VERIFY_NONE, nil)
    if let certificate = settings.certificateFile {
      let isUsed = unsafe openssl_use_certificate(context, certificate) == 1
      guard isUsed else { throw Self.failure("SSL_CTX_use_certificate_chain_file", certificate) }
    }
    if let key = settings.keyFile {
      let isUsed = unsafe openssl_use_key(context, key, settings.keyPassword) == 1
      guard isUsed else { throw Self.failure("SSL_CTX_use_PrivateKey_file", key) }
    }
  }

  deinit {
    unsafe SSL_CTX_free(context)
  }

  private static func failure(_ call: String, _ subject: String) -> SystemFailure {
    let words = unsafe openssl_take_error().map { unsafe String(cString: $0) }
    return SystemFailure(call: call, code: EINVAL, subject: subject, reason: words ?? "failed")
  }
}

/// The contexts that are in use, one for each set of settings.
final class TLSContexts: @unchecked Sendable {
  private var contexts: [TLSSettings: TLSContext] = [:]

  /// The context for some settings; one that could not be made is tried again the next time.
  func context(for settings: TLSSettings) throws(SystemFailure) -> TLSContext {
    // The server's name belongs to the session, not to the context.
    var key = settings
    key.serverName = nil
    if let context = contexts[key] { return context }
    let context = try TLSContext(key)
    contexts[key] = context
    return context
  }

  /// Has all files read again when they are needed next.
  func forget() {
    contexts = [:]
  }
}
