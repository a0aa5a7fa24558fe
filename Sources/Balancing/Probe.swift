import Dialogues
import Machines
import VirtualServices
import World

/// Who wants to know the verdict of a probe: a check, by its place.
struct Subscription: Hashable {
  let service: Int
  let server: Int
  let check: Int
}

/// What is asked of one endpoint with one rhythm, on behalf of any number of checks. It belongs to the director.
final class Probe {
  /// What is going on while the machine waits for a result.
  enum Activity {
    case idle
    /// Too many probes are under way; this one waits its turn.
    case queued
    /// A conversation, by the number that its events carry.
    case talking(number: UInt64, step: Int, connection: any Connection, dialogue: any Dialogue)
    /// A program runs; it is given up at the deadline.
    case running(ScriptRun, until: Moment)
  }

  let number: Int
  let settings: ProbeSettings
  /// The machine of a probe that we make; nil for one whose verdict comes from elsewhere.
  var machine: CheckMachine?
  /// The verdict of a probe that we do not make.
  var told: CheckState
  var activity = Activity.idle
  var subscribers: Set<Subscription> = []
  /// The checks among them whose service wants to be checked now; at zero the probe rests.
  var awake = 0
  /// The deadline that stands in the queue.
  var queued: Moment?
  var lastTry: Moment?
  /// When the attempt under way began.
  var began: Moment?
  var history = ProbeHistory()
  /// Whether the conversation under way goes over a connection of an earlier one, which has not yet answered this time.
  var isOnKeptConnection = false

  init(number: Int, settings: ProbeSettings, seed: UInt64, at now: Moment) {
    self.number = number
    self.settings = settings
    told = CheckState(since: now)
    machine = settings.kind.isPassive ? nil : CheckMachine(settings.schedule, seed: seed, at: now)
  }

  /// The current verdict.
  var state: CheckState { machine?.state ?? told }

  /// When it wants to be looked at.
  var nextDeadline: Moment? {
    switch activity {
    case .idle: machine?.nextDeadline
    case .queued: nil
    case .talking(_, _, _, let dialogue): dialogue.nextDeadline
    case .running(_, let deadline): deadline
    }
  }

  /// Whether it holds one of the places for probes under way.
  var isUnderWay: Bool {
    switch activity {
    case .idle, .queued: false
    case .talking, .running: true
    }
  }
}

extension ProbeKind {
  /// Whether the verdict comes to us instead of being asked for.
  var isPassive: Bool {
    switch self {
    case .file, .bfd: true
    case .tcp, .http, .smtp, .dns, .udp, .ping, .misc, .agent: false
    }
  }
}
