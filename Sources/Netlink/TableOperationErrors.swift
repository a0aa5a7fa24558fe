import CNetlink
import VirtualServices
import World

extension TableOperation {
  /// Whether the error means that what was to be removed is not there.
  func tolerates(_ code: Int32) -> Bool {
    switch self {
    case .removeService: code == ESRCH
    case .removeDestination: code == ENOENT || code == ESRCH
    case .addService, .editService, .addDestination, .editDestination, .flush: false
    }
  }

  /// What reaches the same end after an error that says the table was not as we thought.
  func alternative(after code: Int32) -> TableOperation? {
    switch self {
    case .addService(let key, let attributes):
      code == EEXIST ? .editService(key, attributes) : nil
    case .addDestination(let key, let endpoint, let attributes):
      code == EEXIST ? .editDestination(key, endpoint, attributes) : nil
    case .editDestination(let key, let endpoint, let attributes):
      code == ENOENT ? .addDestination(key, endpoint, attributes) : nil
    case .editService, .removeService, .removeDestination, .flush: nil
    }
  }

  /// The kernel's refusal in words; it explains none of its own for this family.
  func failure(_ refusal: Refusal) -> SystemFailure {
    var refusal = refusal
    if refusal.explanation.isEmpty { refusal.explanation = explanation(of: refusal.code) }
    return refusal.failure(of: call, on: subject)
  }

  private func explanation(of code: Int32) -> String {
    switch self {
    case .addService(_, let attributes), .editService(_, let attributes):
      switch code {
      case ENOENT:
        "the kernel has no scheduler \(attributes.scheduler)"
          + (attributes.persistenceEngine.map { " or no persistence engine \($0)" } ?? "")
      case ESRCH: "no such service"
      default: ""
      }
    case .addDestination, .editDestination, .removeDestination:
      switch code {
      case ESRCH: "no such service"
      case ENOENT: "no such destination"
      case ERANGE: "weight or thresholds out of range"
      default: ""
      }
    case .removeService, .flush: ""
    }
  }

  private var call: String {
    switch self {
    case .addService: "IPVS_CMD_NEW_SERVICE"
    case .editService: "IPVS_CMD_SET_SERVICE"
    case .removeService: "IPVS_CMD_DEL_SERVICE"
    case .addDestination: "IPVS_CMD_NEW_DEST"
    case .editDestination: "IPVS_CMD_SET_DEST"
    case .removeDestination: "IPVS_CMD_DEL_DEST"
    case .flush: "IPVS_CMD_FLUSH"
    }
  }

  private var subject: String {
    switch self {
    case .addService(let key, _), .editService(let key, _), .removeService(let key): Self.text(key)
    case .addDestination(let key, let endpoint, _), .editDestination(let key, let endpoint, _),
      .removeDestination(let key, let endpoint):
      "\(endpoint) of \(Self.text(key))"
    case .flush: ""
    }
  }

  private static func text(_ key: ServiceKey) -> String {
    switch key {
    case .endpoint(let transport, let endpoint): "\(transport) \(endpoint)"
    case .firewallMark(let mark, let family): "\(family) fwmark \(mark)"
    }
  }
}
