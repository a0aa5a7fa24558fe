import CLinux
package import Machines
import Synchronization
package import World

// The loop of a role
//
// Role. One thread, one epoll: everything a role does happens in the turns of its reactor. Sockets, netlink, timers,
// signals, the ends of child processes and the jobs of Swift actors come in here and nowhere else, so nothing in a role
// needs a lock, and nothing can make the election wait but the election itself.
//
// A turn.
//  1. Descriptors. The reactor waits until something is ready and calls whoever watches it. When the timer was among
//     that, it looks again without waiting until nothing is ready any more. A flood ends that after `rounds` looks.
//  2. What was put off with `later` in an earlier turn.
//  3. Jobs of actors and tasks.
//  4. If the timer has expired: the alarms that were due at the moment it was armed for.
//
// Why alarms come last. A process can be stopped anywhere: by SIGSTOP, by its hypervisor, by a starved CPU. When it goes
// on, its timers are long due, but the packets that would have kept them from ringing wait in its sockets. An alarm
// therefore rings only when it was due before a look at the descriptors that found nothing more to read: a backup which
// slept through ten master down intervals reads the master's adverts first and stays a backup. The timer is a descriptor
// too, so the look that tells of it happened after the moment it was armed for, and where the process stopped does not
// matter. No measure of "how long did I sleep" is needed, and no clock.
//
// The timer. It is set only to an earlier moment than the one it is armed for. A backup moves its alarm with each
// advert; that costs no system call, and now and then the timer expires for nothing and is set anew.
//
// Pace. Alarms ring at most every `pace`, so that a thousand routers do not wake the process ten thousand times a second:
// those that come due meanwhile ring together. A lone alarm is never late for that. When packets have come faster than
// `packetPace` for a while, the loop sleeps for that long between its looks and takes what came meanwhile at once, as
// network cards do; a packet that comes alone never waits.
//
// Executors. The reactor is the serial executor of the role's actors (an actor returns
// `loop.executor.asUnownedSerialExecutor()`), so a callback of the reactor may enter an actor with `assumeIsolated`, and
// calls between its actors cost no more than a function call. Tasks begin with `start`, which prefers the reactor's task
// executor. Without that preference a continuation that is resumed passes through the global pool first, and a busy pool
// keeps it for seconds. For the same reason `Task {}`, `Task.sleep` and `Task.yield` are not used in this program.
//
// Threads. A reactor belongs to the thread that made it. Only `enqueue`, `later`, `start` and `stop` may be called from
// other threads; they pass through `inbox` and an eventfd. That makes the `@unchecked Sendable` sound.
//
// Sources: epoll(7), timerfd_create(2), SE-0392, SE-0417, SE-0424, SE-0471.

/// The loop of a role on Linux: epoll, one timer, and the executor of the role's actors.
package final class Reactor: Loop, SerialExecutor, @unchecked Sendable {
  /// Work that may come from any thread.
  enum Work {
    /// A job of an actor.
    case isolated(UnownedJob)
    /// A job of a task outside every actor.
    case free(UnownedJob)
    /// Something put off to the next turn.
    case deferred(@Sendable () -> Void)
  }

  /// The timer's events. Token 0 is nobody's.
  static let timerToken = UInt64.max
  /// How often a turn looks at the descriptors before alarms ring though more may be ready.
  static let rounds = 64
  /// How many jobs a turn runs before it goes on though more may be waiting.
  static let jobs = 4096
  /// The shortest time from one ringing of alarms to the next, unless the loop is busy anyway.
  static let pace = Duration.microseconds(250)

  /// How long the loop sleeps between looks when packets come faster than that, and how many have to.
  static let packetPace = Duration.milliseconds(1)
  static let packetsUntilPace = 32

  private let thread = linux_thread_identity()
  let epoll: Descriptor
  let timer: Descriptor
  let wakeup: Descriptor
  let inbox = Mutex<[Work]>([])
  private let hasStopped = Atomic<Bool>(false)

  var watches: [UInt64: Watch] = [:]
  var tokens: [Int32: UInt64] = [:]
  var lastToken: UInt64 = 0
  var events = [linux_event](repeating: linux_event(), count: Int(linux_epoll_capacity))
  var alarms = AlarmHeap()
  /// The moment for which the timer is set, until it expires.
  var armed: Moment?
  /// The moment of the timer that expired in this turn.
  var expired: Moment?
  private var nextRinging = Moment.origin
  /// Since when there was no pause, and when the loop was last known to be turning.
  package private(set) var awakeSince: Moment?
  private var lastMark = Moment.origin
  /// Whether a pause was found before the alarms rang, and they wait for one more look.
  private var looksAgain = false
  /// When packets came last, and how many times in a row they came faster than `packetPace`.
  private var lastArrival = Moment.origin
  private var quickArrivals = 0
  var jobs: [Work] = []
  var deferred: [@Sendable () -> Void] = []

  /// The directories whose files are watched.
  lazy var directories = DirectoryWatches(self)

  /// Jobs of tasks that belong to no actor run here too.
  package private(set) lazy var taskExecutor: any TaskExecutor = ReactorTaskExecutor(self)

  /// A reactor that belongs to the calling thread.
  package init() throws(SystemFailure) {
    epoll = Descriptor(try succeed("epoll_create", linux_epoll_create()))
    timer = Descriptor(try succeed("timerfd_create", linux_timer_create()))
    wakeup = Descriptor(try succeed("eventfd", linux_wakeup_create()))
    // Edge-triggered, so that neither has to be read: each expiry and each wake-up is an edge.
    try control(.add, timer.number, [.readable, .edge], token: Self.timerToken)
    try control(.add, wakeup.number, [.readable, .edge], token: 0)
    _ = taskExecutor
    lastMark = now
    awakeSince = lastMark
  }

  package nonisolated var executor: any SerialExecutor { self }
  package nonisolated var now: Moment { Moment(nanoseconds: linux_monotonic_time()) }
  package nonisolated var wallTime: WallTime { WallTime(nanoseconds: linux_wall_time()) }
  /// Whether the caller runs on the reactor's thread.
  package nonisolated var isCurrent: Bool { linux_thread_identity() == thread }

  /// Turns until `stop` is called.
  package func runForever() {
    while !hasStopped.load(ordering: .acquiring) { turn(until: nil) }
  }

  /// Lets `runForever` return after the turn in which it is.
  package func stop() {
    hasStopped.store(true, ordering: .releasing)
    linux_wakeup_raise(wakeup.number)
  }

  /// One turn, which waits for something to happen until `moment`, or for ever.
  package func turn(until moment: Moment?) {
    precondition(isCurrent, "a reactor turns on the thread that made it")
    takeInbox()
    let putOff = deferred
    deferred = []
    var end = alarms.earliest().map { max($0, nextRinging) }
    if let moment { end = min(moment, end ?? moment) }
    arm(end)
    let isBusy = !jobs.isEmpty || !putOff.isEmpty
    if quickArrivals > Self.packetsUntilPace, !isBusy { linux_sleep(Self.packetPace.wholeNanoseconds) }
    var ready = look(waits: !isBusy)
    if ready > 0 { noteArrival() }
    var rounds = 1
    while expired != nil, ready > 0, rounds < Self.rounds {
      ready = look(waits: false)
      rounds += 1
    }
    for job in putOff { job() }
    runJobs()
    ringAlarms()
  }

  private func noteArrival() {
    let now = now
    // A sleep counts as quick when it was worth it: something came meanwhile. One gap does not end a stream.
    let isQuick = now - lastArrival < Self.packetPace * (quickArrivals > Self.packetsUntilPace ? 2 : 1)
    quickArrivals = isQuick ? min(quickArrivals + 1, 2 * Self.packetsUntilPace) : max(0, quickArrivals - 8)
    lastArrival = now
  }

  private func ringAlarms() {
    guard let moment = expired else { return }
    expired = nil
    let due = alarms.takeDue(at: moment)
    guard !due.isEmpty else { return }
    // Waiting until the timer expires is no pause, and ringing other alarms is none either.
    let hasPaused = mark(after: max(moment, lastMark))
    // The stop may have come after the look that found nothing. One more look; a loop of slow turns has to ring some time.
    looksAgain = hasPaused && !looksAgain
    if looksAgain { return alarms.putBack(due) }
    for (place, alarm) in due.enumerated() {
      alarm.ringIfStillDue()
      guard mark(after: lastMark) else { continue }
      // What came while the process stood still is read before anybody takes it for silence.
      alarms.putBack(due[(place + 1)...])
      break
    }
    // When ringing takes longer than the pace, what came due meanwhile rings together.
    nextRinging = max(moment + Self.pace, lastMark)
  }

  /// Notes that the loop turns; returns whether it did not between `moment` and now.
  @discardableResult
  private func mark(after moment: Moment) -> Bool {
    lastMark = now
    let hasPaused = lastMark - moment > Self.pause
    if hasPaused { awakeSince = lastMark }
    return hasPaused
  }
}

// Alarms
extension Reactor {
  /// A new alarm. While it is set the reactor keeps it alive.
  package nonisolated func alarm(_ ring: @escaping @Sendable () -> Void) -> any Alarm {
    ReactorAlarm(self, ring: ring)
  }

  func set(_ alarm: ReactorAlarm, to moment: Moment?) {
    precondition(isCurrent, "alarms are set on the reactor's thread")
    alarms.set(alarm, to: moment)
  }

  /// Sees to it that the timer expires not later than at `moment`.
  private func arm(_ moment: Moment?) {
    guard let moment, armed.map({ moment < $0 }) ?? true else { return }
    armed = moment
    // A timer for the origin of time would be no timer.
    linux_timer_set(timer.number, max(moment.nanoseconds, 1))
  }
}
