import CLinux
import Machines
import World

/// Counts the processes that run under certain names.
///
/// Where the kernel reports forks, new programs and ends of processes (proc connector), each report is looked at. That is
/// so only for those who can reach the initial network namespace from the initial PID namespace; elsewhere, in containers
/// for instance, the list of processes is looked through again and again. To keep that cheap, a look is taken in slices,
/// and processes known for a while are only looked at in every eighth round, since few change their name.
///
/// Not a process of its own but a zombie does not count. Everything happens on the reactor's thread.
package final class ProcessMonitor: @unchecked Sendable {
  /// From one look at all processes to the next, where the kernel does not report.
  package static let period = Duration.milliseconds(500)
  /// Processes looked at in one turn of the loop.
  private static let slice = 128
  /// In how many rounds each process known for a while is looked at once.
  private static let rounds = 8

  private let reactor: Reactor
  private let patterns: [String: ProcessPattern]
  private let changed: @Sendable (String, Int) -> Void
  private var table: ProcessTable
  private var events: ProcessEvents?
  private var watch: Watch?
  private var alarm: (any Alarm)?
  private var list: ProcessList?
  private var round = 0
  private var reported: [String: Int] = [:]
  private var hasLooked = false
  private var mustLookAgain = false
  private var isOver = false
  /// Whether the kernel reports, so that nobody has to look.
  package private(set) var isFollowing = false

  /// Counts from now on, until `cancel`.
  ///
  /// - Parameters:
  ///   - patterns: Which processes are counted, by a name for each kind.
  ///   - usesReports: Whether the kernel's reports are used where there are any.
  ///   - changed: Called on the loop with a name and its count: once for each name after the first look, then whenever
  ///     the count is another.
  package init(
    _ reactor: Reactor, patterns: [String: ProcessPattern], usesReports: Bool = true,
    changed: @escaping @Sendable (String, Int) -> Void
  ) {
    self.reactor = reactor
    self.patterns = patterns
    self.changed = changed
    table = ProcessTable(patterns)
    alarm = reactor.alarm { [weak self] in self?.look() }
    if usesReports, let events = ProcessEvents() {
      watch = try? reactor.watch(events.fileDescriptor, .readable) { [weak self] _ in self?.readReports() }
      self.events = watch == nil ? nil : events
    }
    readReports()
    reactor.later { [weak self] in self?.look() }
  }

  deinit {
    cancel()
  }

  /// Ends: nothing is told any more.
  package func cancel() {
    isOver = true
    watch?.cancel()
    alarm?.set(nil)
    (watch, events, list) = (nil, nil, nil)
  }

  private func readReports() {
    guard !isOver, let events else { return }
    switch events.read() {
    case .lost: look()
    case .events(let batch):
      for event in batch { heed(event) }
      tell()
    }
  }

  private func heed(_ event: ProcessEvent) {
    // The confirmation may come late, but nothing comes without one.
    isFollowing = true
    switch event {
    case .confirmed: break
    case .forked(let parent, let child): table.inherit(child, from: parent, round: round)
    case .renamed(let process): table.look(at: process, round: round)
    case .ended(let process): table.drop(process)
    }
  }

  /// Looks at all processes, in slices.
  private func look() {
    guard !isOver else { return }
    guard list == nil else {
      mustLookAgain = true
      return
    }
    list = ProcessList()
    round &+= 1
    lookOn()
  }

  private func lookOn() {
    guard !isOver, let list else { return }
    for _ in 0..<Self.slice {
      guard let process = list.next() else { return finishLook() }
      let isDue = !hasLooked || isFollowing || (Int(process) &+ round) % Self.rounds == 0
      table.visit(process, round: round, thoroughly: isDue, isYoungFor: Self.rounds)
    }
    reactor.later { [weak self] in self?.lookOn() }
  }

  private func finishLook() {
    list = nil
    hasLooked = true
    table.dropUnseen(round: round)
    tell()
    if mustLookAgain {
      mustLookAgain = false
      reactor.later { [weak self] in self?.look() }
    } else {
      alarm?.set(isFollowing ? nil : reactor.now + Self.period)
    }
  }

  private func tell() {
    guard hasLooked else { return }
    for (name, count) in table.counts where !isOver && reported.updateValue(count, forKey: name) != count {
      changed(name, count)
    }
  }
}

/// The processes in /proc.
@safe private final class ProcessList {
  private let list: OpaquePointer

  init?() {
    guard let list = unsafe linux_process_list_open() else { return nil }
    unsafe self.list = list
  }

  deinit {
    unsafe linux_process_list_close(list)
  }

  func next() -> Int32? {
    let process = unsafe linux_process_list_next(list)
    return process > 0 ? process : nil
  }
}
