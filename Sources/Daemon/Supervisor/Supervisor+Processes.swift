import CLinux
import Glibc
import LinuxWorld
import Logging
import Machines
import Notifications
import World

extension Supervisor {
  /// Starts the process of a role with its end of a new channel as descriptor 3.
  func start(_ role: Role) {
    lastProcess += 1
    let number = lastProcess
    do {
      let pair = linux_connected_pair()
      guard pair.error == 0 else { throw SystemFailure("socketpair", code: pair.error) }
      let (own, theirs) = (Descriptor(pair.first), Descriptor(pair.second))
      let link = try RoleLink(
        reactor, own,
        receive: { message, descriptors in
          self.assumeIsolated { $0.received(message, descriptors, from: role, number) }
        },
        forward: { destination, frame in
          self.assumeIsolated { $0.processes[destination]?.link.forward(frame) }
        },
        closed: { reason in self.assumeIsolated { $0.channelClosed(role, number, reason) } }, role: .supervisor)
      var words = ["--role=\(role.name)", "--title=\(files.name)"]
      if !files.suffix.isEmpty { words.append("--suffix=\(files.suffix)") }
      if !starts.insert(role).inserted { words.append("--again") }
      words += arguments
      // In the background the terminal is let go; a role that kept it would keep whoever waits for its end.
      let child = try spawn(role, words, keepsStandard: !files.isDetached || role == .reader, theirs) { end in
        // What the role said last waits in its channel; it is heard first, in the next turn's look at the descriptors.
        self.reactor.later { self.assumeIsolated { $0.ended(role, number, end) } }
      }
      processes[role] = Process(number: number, child: child, link: link, execution: nil)
      files.started(role, child.process)
    } catch {
      log.error("\(role.name) cannot be started: \(error)")
      reactor.later { self.assumeIsolated { $0.deliver(.exited(role, .status(70))) } }
    }
  }

  /// A role is a copy of the supervisor: what neither writes to, which is most of what a program writes at its start, is
  /// in memory once. A supervisor with several threads, which it has not, would have to run the program again.
  private func spawn(
    _ role: Role, _ words: [String], keepsStandard: Bool, _ channel: Descriptor,
    ended: @escaping @Sendable (ProcessEnd) -> Void
  ) throws(SystemFailure) -> ChildProcess {
    let title = files.title(of: role)
    guard ChildProcess.mayCopy else {
      var program = LinuxWorld.Program(files.program, [title] + words, environment: HostFiles.environment)
      program.keepsStandard = keepsStandard
      program.channel = channel.number
      return try ChildProcess(program, on: reactor, ended: ended)
    }
    return try ChildProcess(
      copyingWith: channel.number, keepsStandard: keepsStandard, on: reactor,
      body: {
        unsafe linux_set_title(title)
        return Understudy.run([title] + words)
      }, ended: ended)
  }

  private func received(_ message: RoleMessage, _ descriptors: [Descriptor], from role: Role, _ number: UInt64) {
    guard processes[role]?.number == number else { return }
    if role == .reader, case .configurationRead(let summary) = message {
      markReading(false)
      candidate = SealedConfiguration(descriptors)
      deliver(.configurationRead(summary))
    } else if role == .control, case .query(let identifier, let text) = message {
      answer(identifier, text)
    } else {
      deliver(.received(message, from: role))
    }
  }

  /// A broken channel means a broken role, or one that is about to end: its end is what counts, and the status it ends
  /// with. Only one that does not end is ended, by the machine when all have to leave.
  private func channelClosed(_ role: Role, _ number: UInt64, _ reason: String) {
    guard let process = processes[role], process.number == number, role != .reader, process.execution == nil,
      machine.mayReload
    else { return }
    let execution = reactor.alarm { process.child.signal(SIGKILL) }
    execution.set(reactor.now + SupervisorMachine.heartbeatPeriod)
    processes[role]?.execution = execution
  }

  private func ended(_ role: Role, _ number: UInt64, _ end: ProcessEnd) {
    guard let process = processes[role], process.number == number else { return }
    process.link.close()
    processes[role] = nil
    files.ended(role)
    if role == .reader { markReading(false) }
    let exit: RoleExit =
      switch end {
      case .exited(let status): .status(Int32(status))
      case .killed(let signal): .signal(signal)
      case .unknown: .status(70)
      }
    deliver(.exited(role, exit))
  }
}
