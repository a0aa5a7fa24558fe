import ConfigurationLanguage
import LinuxWorld
import Logging
import Machines
import VRRP
import World

/// A tracked process at work: its machine and its alarm.
struct ProcessTask {
  /// What the configuration says; a process that changed begins anew.
  let process: TrackProcess
  let alarm: any Alarm
  var machine: ProcessTracker

  init(_ process: TrackProcess, alarm: any Alarm) {
    self.process = process
    self.alarm = alarm
    machine = ProcessTracker(
      ProcessTracker.Settings(
        quorum: process.quorum, maximum: process.quorumMaximum, forkDelay: process.forkDelay,
        terminateDelay: process.terminateDelay))
  }
}

extension ElectionRole {
  /// Takes over what processes are tracked. When it is the same, nothing is counted anew.
  func takeOverProcesses(_ wanted: [TrackProcess]) {
    let byName = Dictionary(wanted.map { ($0.name, $0) }, uniquingKeysWith: { first, _ in first })
    guard byName != processes.mapValues(\.process) else { return }
    for (name, task) in processes where byName[name] != task.process {
      task.alarm.set(nil)
      processes[name] = nil
      known[Tracker.Identity(.process, name)] = nil
    }
    for (name, process) in byName where processes[name] == nil {
      let alarm = reactor.alarm { self.assumeIsolated { $0.deliver(.deadlineReached, toProcess: name) } }
      processes[name] = ProcessTask(process, alarm: alarm)
    }
    processMonitor?.cancel()
    processMonitor = nil
    guard !byName.isEmpty else { return }
    let monitor = ProcessMonitor(reactor, patterns: byName.mapValues(ProcessPattern.init)) { name, count in
      self.assumeIsolated { $0.deliver(.counted(count), toProcess: name) }
    }
    processMonitor = monitor
    if !monitor.isFollowing {
      log.notice("the kernel does not report processes here: the list of processes is looked through twice a second")
    }
  }

  /// Ends the counting.
  func stopProcesses() {
    processMonitor?.cancel()
    processMonitor = nil
    for task in processes.values { task.alarm.set(nil) }
  }

  private func deliver(_ event: ProcessTracker.Event, toProcess name: String) {
    guard var task = processes[name] else { return }
    let effects = task.machine.handle(event, at: reactor.now)
    processes[name] = task
    task.alarm.set(task.machine.nextDeadline)
    for case .report(let value) in effects {
      log.notice("process \(name) is \(value): \(task.machine.count) of it run")
      set(Tracker.Identity(.process, name), to: value)
    }
  }
}

extension ProcessPattern {
  /// What the configuration says about a process.
  fileprivate init(_ process: TrackProcess) {
    let match: ParameterMatch =
      switch process.parameterMatch {
      case .none: .none
      case .exact: .exact
      case .initial: .initial
      case .partial: .partial
      }
    self.init(
      program: process.process, parameters: process.parameters, match: match, usesCommandLine: process.fullCommand)
  }
}
