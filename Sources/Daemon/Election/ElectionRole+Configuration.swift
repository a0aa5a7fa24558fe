import ConfigurationLanguage
import Failover
import LinuxWorld
import Logging
import Machines
import Netlink
import Notifications
import VRRP
import Wire
import World

extension ElectionRole {
  /// Takes over a configuration: what did not change goes on undisturbed.
  func takeOver(_ descriptors: [Descriptor], generation: UInt64) {
    guard !isStopping, let text = descriptors.first else { return }
    if memory == nil, descriptors.count > 1 { memory = MemoryPage(descriptors[1]) }
    guard var new = ConfigurationCarrier.read(text) else {
      log.error("the configuration cannot be read; nothing is changed")
      return
    }
    if configuration.globals.vrrpProcess != new.globals.vrrpProcess {
      Scheduling.apply(new.globals.vrrpProcess, to: .election, log)
    }
    let wait = bootWait ?? new.globals.vrrp.delayAfterBoot - .nanoseconds(reactor.now.nanoseconds)
    bootWait = wait
    new.globals.vrrp.startupDelay = max(new.globals.vrrp.startupDelay, wait)
    Scheduling.name(new.globals.vrrpProcess, new.globals, .election, title: options.title)
    configuration = new
    notices = FailoverNotices(new, after: notices)
    let wanted = ElectionSettings(new)
    refuse(wanted.refusedAddresses)
    state.poll(wanted.linkbeats)
    watchStrangers(new.globals.vrrp.logsUnknownRouters)
    followLinks(wanted)
    keepStatics(StaticSettings(new))
    takeOverRecorder(new.globals.extensions.recordedMebibytes)
    apply(wanted)
    takeOverScripts(wanted.scripts)
    takeOverFiles(wanted.files)
    takeOverProcesses(wanted.processes)
    for failure in links.removeLeftovers() { log.warning("virtual interfaces: \(failure)") }
    if generation > 1, new.globals.fifos.writesStatesOnReload { repeatStates() }
    send(.supervisor, .configured(generation: generation))
  }

  /// Logs adverts for virtual routers that are not ours, or has the kernel drop them.
  private func watchStrangers(_ areLogged: Bool) {
    guard areLogged else { return transport.tellOfStrangers(nil) }
    transport.tellOfStrangers { router, advert, channel in
      self.assumeIsolated { role in
        let line = role.strangers.line(
          virtualRouter: router, from: advert.source, interface: channel.interface,
          name: { role.state.links[$0]?.name }, at: role.reactor.now)
        if let line { role.log.notice("\(line)") }
      }
    }
  }

  /// Writes all states to the FIFOs again (fifo_write_vrrp_states_on_reload).
  private func repeatStates() {
    for key in settings.order {
      guard let snapshot = groups[key]?.assumeIsolated({ $0.snapshot() }) else { continue }
      for frame in notices.states(of: snapshot) { link?.send(frame) }
    }
  }

  /// Has the packet filter drop what is sent to these addresses.
  func refuse(_ addresses: Set<IPAddress>) {
    let firewall = configuration.globals.firewall
    let failures = links.refuse(
      addresses, table: firewall.nftables ?? "keepalived", priority: Int32(clamping: firewall.nftablesPriority))
    for failure in failures { log.error("packet filter: \(failure)") }
  }

  private func apply(_ wanted: ElectionSettings) {
    let old = settings
    settings = wanted
    // At the first time the memories are those of the process before; later, of routers that move between groups.
    let names = wanted.groups.values.flatMap { $0.members.map(\.router.name) }
    var remembered = old.order.isEmpty ? memory?.recall(names) ?? [] : []
    for (key, names) in old.routersThatMove(to: wanted) { remembered += groups[key]?.release(names) ?? [] }
    for key in old.order where wanted.groups[key] == nil { groups.removeValue(forKey: key)?.remove() }
    for key in wanted.order {
      guard let group = wanted.groups[key] else { continue }
      let names = Set(group.members.map(\.router.name))
      let memory = remembered.filter { names.contains($0.name) }
      if let running = groups[key] {
        if old.groups[key] != group { running.apply(group, memory: memory) }
        continue
      }
      let new = FailoverGroup(
        settings: group, loop: reactor, transport: transport, state: state, control: control,
        links: links, pace: pace, memory: memory,
        remember: { memories in self.assumeIsolated { $0.remember(memories) } },
        report: { report in self.assumeIsolated { $0.report(report) } })
      groups[key] = new
      new.record(by: recorder, as: key)
      for (identity, value) in known { new.set(identity, to: value) }
      new.start()
    }
  }

  private func remember(_ memories: [RouterMemory]) {
    guard let memory, !isStopping else { return }
    for entry in memories {
      let slot = slots[entry.name] ?? slots.count
      slots[entry.name] = slot
      memory.write(entry, slot: slot)
    }
  }

  /// Sets `promote_secondaries` where it is asked for, now and when such an interface comes back.
  private func followLinks(_ wanted: ElectionSettings) {
    promoted = [:]
    if !wanted.promotingInterfaces.isEmpty, !followsLinks {
      followsLinks = true
      state.observe { _ in self.assumeIsolated { $0.promoteSecondaries($0.settings.promotingInterfaces) } }
    }
    guard followsLinks else { return }
    promoteSecondaries(wanted.promotingInterfaces, always: true)
  }

  private func promoteSecondaries(_ interfaces: Set<String>, always: Bool = false) {
    guard !isStopping else { return }
    var present: [String: Int32] = [:]
    for link in state.links.values where interfaces.contains(link.name) { present[link.name] = link.index }
    guard always || present != promoted else { return }
    promoted = present
    for failure in links.promoteSecondaries(on: interfaces) { log.warning("promote_secondaries: \(failure)") }
  }

  private func keepStatics(_ wanted: StaticSettings) {
    for identity in known.keys where identity.kind == .trackGroup && !wanted.trackGroups.contains(identity.name) {
      known[identity] = nil
    }
    if statics == nil {
      guard !wanted.items.isEmpty else { return }
      statics = StaticItems(
        loop: reactor, state: state, control: control,
        judged: { identity, value in self.assumeIsolated { $0.judged(identity, value) } },
        report: { report in self.assumeIsolated { $0.report(report) } })
    }
    statics?.apply(wanted)
  }

  private func judged(_ identity: Tracker.Identity, _ value: TrackerValue) {
    log.notice("\(identity) is \(value)")
    set(identity, to: value)
  }

  private func report(_ report: StaticItems.Report) {
    switch report {
    case .failed(let failure, let suppressed):
      log.error("static items: \(failure)\(suppressed > 0 ? " (and \(suppressed) more failures)" : "")")
    case .restored: log.notice("a static item was removed by another program and is put back")
    }
  }

  private func takeOverScripts(_ wanted: [VRRPScript]) {
    let names = Set(wanted.map(\.name))
    for (name, task) in scripts where !names.contains(name) {
      task.alarm.set(nil)
      scripts[name] = nil
    }
    for script in wanted where scripts[script.name]?.script != script {
      scripts[script.name]?.alarm.set(nil)
      let name = script.name
      let alarm = reactor.alarm { self.assumeIsolated { $0.deliver(.deadlineReached, to: name) } }
      scripts[name] = ScriptTask(script, alarm: alarm)
      deliver(.started, to: name)
    }
  }

  func scriptEnded(_ identifier: UInt64, _ outcome: ScriptOutcome) {
    guard let name = scriptRuns.removeValue(forKey: identifier) else { return }
    switch outcome {
    case .exited(status: 0): deliver(.succeeded, to: name)
    case .notRun(let reason):
      log.warning("script \(name) could not be run, which counts as a failure: \(reason)")
      deliver(.failed, to: name)
    case .exited, .signalled, .timedOut: deliver(.failed, to: name)
    }
  }

  private func deliver(_ event: ScriptTracker.Event, to name: String) {
    guard var task = scripts[name] else { return }
    let effects = task.machine.handle(event, at: reactor.now)
    scripts[name] = task
    task.alarm.set(task.machine.nextDeadline)
    for effect in effects {
      switch effect {
      case .run:
        lastRun += 1
        scriptRuns[lastRun] = name
        send(
          .supervisor,
          .runScript(
            identifier: lastRun, task.command,
            timeoutMilliseconds: UInt64(max(1, task.timeout.wholeNanoseconds / 1_000_000))))
      case .report(let value):
        log.notice("script \(name) is \(value)")
        set(Tracker.Identity(.script, name), to: value)
      }
    }
  }

  func set(_ identity: Tracker.Identity, to value: TrackerValue) {
    known[identity] = value
    for group in groups.values { group.set(identity, to: value) }
  }

  private func takeOverFiles(_ wanted: [TrackFile]) {
    let names = Set(wanted.map(\.name))
    for name in files.keys where !names.contains(name) { files.removeValue(forKey: name)?.cancel() }
    for file in wanted {
      guard let path = file.path, files[file.name]?.path != path else { continue }
      let identity = Tracker.Identity(.file, file.name)
      do {
        files[file.name] = try FileWatch(reactor, path: path) { content in
          self.assumeIsolated { $0.set(identity, to: .number(TrackedNumber.read(content))) }
        }
      } catch {
        log.error("file \(path) cannot be watched: \(error)")
        set(identity, to: .number(0))
      }
    }
  }
}

/// The number at the beginning of a tracked file; an empty, missing or other content counts as 0.
enum TrackedNumber {
  static func read(_ content: [UInt8]?) -> Int {
    guard let content else { return 0 }
    var text = ""
    for byte in content.drop(while: { $0 == 32 || (9...13).contains($0) }) {
      guard (48...57).contains(byte) || (text.isEmpty && (byte == 43 || byte == 45)), text.utf8.count < 20 else {
        break
      }
      text.unicodeScalars.append(Unicode.Scalar(byte))
    }
    return Int(text) ?? 0
  }
}
