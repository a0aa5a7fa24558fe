import Daemon
import Failover

/// How a deliberately wrong program differs where the world cannot lie to it: in what it is told to do, remembers and
/// tells. Everything is nil or false in the right one.
struct Alteration {
  /// Changes what the election role is to do.
  var settings: ((ElectionSettings) -> ElectionSettings)?
  /// A restarted process knows nothing of the old one.
  var forgetsMemory = false
  /// A reload lets every group begin anew.
  var beginsAnew = false
  /// Whether a report gets lost.
  var loses: ((FailoverReport) -> Bool)?
  /// The balancing role never hears who is master.
  var hidesMasters = false
  /// An orderly stop is an end without farewell.
  var leavesSilently = false
}
