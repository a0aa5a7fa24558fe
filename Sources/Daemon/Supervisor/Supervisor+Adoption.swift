import CLinux
import Glibc
import LinuxWorld
import Logging
import Machines
import World

// What a configuration means for the supervisor itself.
extension Supervisor {
  /// Takes over a configuration. The first one says where the daemon lives; another daemon may live there already.
  func adopt(_ summary: ConfigurationSummary) {
    let isFirst = configuration == nil
    if let configuration, formerConfiguration.map({ $0.generation != machine.electionGeneration }) ?? true {
      formerConfiguration = (machine.generation - 1, configuration)
    }
    configuration = candidate
    candidate = nil
    if isFirst, !settle(summary) { return }
    readingMark = summary.readingMark.map { $0.isEmpty ? files.usualReadingMark : $0 }
    scripts.accounts = summary.accounts
    scripts.shutdown = summary.shutdownScript
    scripts.shutdownTimeout = .seconds(Int64(summary.shutdownTimeout))
    fifos.apply(summary.fifos, scripts)
    plan(summary.schedule)
  }

  /// Claims the daemon's place; ends the daemon and returns false when there is none.
  private func settle(_ summary: ConfigurationSummary) -> Bool {
    if let mask = summary.fileMask, !keepsFileMask { umask(mode_t(mask)) }
    if let name = summary.processName { unsafe linux_set_name(name) }
    do {
      guard try files.claim(summary.place) else {
        log.error("\(files.name) is running already")
        leave()
        return false
      }
    } catch {
      log.error("\(error)")
      status = 1
      leave()
      return false
    }
    // A full disk is no reason not to be there for an address.
    if let flaw = files.flaw { log.warning("\(flaw); nobody can read there which process this is") }
    if !files.suffix.isEmpty { journal.append(toIdentity: files.suffix) }
    return true
  }

  // MARK: reload_file, reload_time_file

  /// Makes or removes the file that exists while configurations are read.
  func markReading(_ isReading: Bool) {
    guard let readingMark else { return }
    guard isReading else {
      unsafe _ = unlink(readingMark)
      return
    }
    let descriptor = unsafe open(readingMark, O_WRONLY | O_CREAT | O_NOFOLLOW | O_CLOEXEC, 0o644)
    guard descriptor >= 0 else { return log.warning("\(readingMark) cannot be made: \(errorText(errno))") }
    close(descriptor)
  }

  private func plan(_ schedule: ReloadSchedule?) {
    guard let schedule else {
      reloadAlarm?.set(nil)
      return
    }
    let pause = max(0, schedule.seconds - reactor.wallTime.seconds)
    log.notice("a reload is due in \(pause) s, as \(schedule.path) says")
    reloadAlarm?.set(reactor.now + .seconds(pause))
    if !schedule.keepsFile { scheduleFile = schedule.path }
  }

  /// The time of the file has come. A file that is not to be used again goes first, so that the new configuration does
  /// not plan by it.
  func reloadAtSetTime() {
    if let file = scheduleFile {
      scheduleFile = nil
      unsafe _ = unlink(file)
    }
    deliver(.reloadRequested)
  }

  /// What the supervisor writes on SIGUSR1.
  var dataText: String {
    var lines = [
      "------< Processes >------", " Name = \(files.name)", " Process = \(getpid())",
      " Configuration generation = \(machine.generation)", " Reloads refused = \(reloadsRefused)",
    ]
    if let namespace = files.place.namespace { lines.append(" Network namespace = \(namespace)") }
    if let instance = files.place.instance { lines.append(" Instance = \(instance)") }
    for life in machine.lifeOfRoles {
      lines.append(" Role = \(life.role.name)")
      lines.append("   State = \(life.since == nil ? "not running" : "running")")
      if let process = processes[life.role] { lines.append("   Process = \(process.child.process)") }
      lines.append("   Restarts = \(life.restarts)")
    }
    return lines.joined(separator: "\n") + "\n"
  }
}
