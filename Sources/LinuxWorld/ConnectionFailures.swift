import Glibc
import World

extension ConnectionFailure {
  /// Who is to blame for the error of a socket's call: the other side and the network, or this host.
  ///
  /// No route to the other side counts as the network's no: with the same routes its clients would not reach it either.
  init(_ call: String, code: Int32, subject: String) {
    let failure = SystemFailure(call, code: code, subject: subject)
    switch code {
    case ECONNREFUSED, ECONNRESET, ECONNABORTED, ETIMEDOUT, EHOSTUNREACH, ENETUNREACH, EHOSTDOWN, ENONET, ENETRESET,
      ENOPROTOOPT, EPROTO, EPIPE, EMSGSIZE:
      self = .refused(reason: failure.reason.prefix(1).lowercased() + failure.reason.dropFirst())
    default:
      self = .impossible(failure)
    }
  }
}
