/// The states as keepalived names and numbers them, in scripts, FIFOs and dumps.
package enum RouterStateName: String, Hashable, Sendable, CaseIterable {
  case initialize = "INIT"
  case backup = "BACKUP"
  case master = "MASTER"
  case fault = "FAULT"
  case deleted = "DELETED"
  case stopped = "STOP"

  /// keepalived's number of the state (JSON, D-Bus, SNMP).
  package var number: Int {
    switch self {
    case .initialize: 0
    case .backup: 1
    case .master: 2
    case .fault: 3
    case .deleted: 97
    case .stopped: 98
    }
  }
}
