import ConfigurationLanguage
import Logging
import World

/// Keeps the kernel's connection synchronisation in step with a VRRP instance: the master sends, a backup receives
/// (lvs_sync_daemon).
final class SyncDaemonKeeper {
  private let table: any DirectorTable
  private let log: Logger
  private var settings: ConfigurationLanguage.SyncDaemon?
  private var identifiers: [String: UInt8] = [:]
  private var running: [World.SyncDaemon.State: World.SyncDaemon] = [:]

  init(table: any DirectorTable, log: Logger) {
    self.table = table
    self.log = log
  }

  /// Takes over the settings of a configuration. Daemons that another run left behind are taken for ours when this
  /// configuration has any.
  func apply(_ new: ConfigurationLanguage.SyncDaemon?, in configuration: Configuration, masters: [String: Bool]) {
    if settings == nil, new != nil, let found = try? table.syncDaemons() {
      for daemon in found { running[daemon.state] = daemon }
    }
    settings = new
    for instance in configuration.vrrpInstances { identifiers[instance.name] = instance.virtualRouterID }
    refresh(isMaster: new?.instance.flatMap { masters[$0] })
  }

  /// An instance is, or is not any more, MASTER here.
  func routerChanged(_ name: String, virtualRouterID: UInt8, isMaster: Bool) {
    identifiers[name] = virtualRouterID
    guard settings?.instance == name else { return }
    refresh(isMaster: isMaster)
  }

  /// Ends what runs.
  func stop() {
    settings = nil
    refresh(isMaster: nil)
  }

  private func refresh(isMaster: Bool?) {
    // While the state of the instance is not known, what runs is left alone: a restarted role changes nothing.
    if settings?.instance != nil, isMaster == nil { return }
    let states: [World.SyncDaemon.State] =
      settings == nil ? [] : settings?.instance == nil ? [.master, .backup] : [isMaster == true ? .master : .backup]
    for state in World.SyncDaemon.State.allCases where !states.contains(state) && running[state] != nil {
      attempt("stopped", state) { () throws(SystemFailure) in try table.stopSyncDaemon(state) }
      running[state] = nil
    }
    for state in states {
      guard let wanted = daemon(state) else { continue }
      if let now = running[state], wanted.isSatisfied(by: now) { continue }
      attempt("started", state) { () throws(SystemFailure) in try table.startSyncDaemon(wanted) }
      running[state] = wanted
    }
  }

  /// The daemon as configured. Without an identifier of its own it has the VRID of its instance.
  private func daemon(_ state: World.SyncDaemon.State) -> World.SyncDaemon? {
    guard let settings else { return nil }
    let identifier =
      settings.$identifier.isWritten ? settings.identifier : settings.instance.flatMap { identifiers[$0] } ?? 0
    var daemon = World.SyncDaemon(state: state, interface: settings.interface, identifier: identifier)
    daemon.maximumLength = settings.maximumLength.map { UInt16(clamping: $0) }
    daemon.group = settings.group
    daemon.port = settings.port
    daemon.timeToLive = settings.timeToLive
    return daemon
  }

  private func attempt(_ what: String, _ state: World.SyncDaemon.State, _ body: () throws(SystemFailure) -> Void) {
    do {
      try body()
      log.info("IPVS sync daemon of state \(state) \(what)")
    } catch {
      log.error("IPVS sync daemon of state \(state) cannot be \(what): \(error)")
    }
  }
}
