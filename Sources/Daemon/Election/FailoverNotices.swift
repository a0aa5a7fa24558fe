package import ConfigurationLanguage
package import Failover
import Notifications
import VRRP
import Wire

/// Whom to tell of transitions, and in which form: scripts, FIFO lines and mails as keepalived has them.
package struct FailoverNotices: Sendable {
  private struct Recipient {
    var scripts: NotifyScripts
    var mails: Bool
    var tellsPriorityChanges: Bool
  }

  private var instances: [String: Recipient] = [:]
  private var groups: [String: Recipient] = [:]
  /// Those of the configuration before, for what a reload removes.
  private var former: [String: Recipient] = [:]
  private var formerGroups: [String: Recipient] = [:]
  private var omitsFaultMails = false
  private var announces = false

  /// Tells nobody.
  package init() {}

  /// Tells those whom a configuration names; that something was removed, those whom the one before named.
  package init(_ configuration: Configuration, after old: FailoverNotices = FailoverNotices()) {
    (former, formerGroups) = (old.instances, old.groups)
    for instance in configuration.vrrpInstances {
      instances[instance.name] = Recipient(
        scripts: instance.notify, mails: instance.mailsAlerts, tellsPriorityChanges: instance.notifiesPriorityChanges)
    }
    for group in configuration.syncGroups {
      groups[group.name] = Recipient(
        scripts: group.notify, mails: group.mailsAlerts, tellsPriorityChanges: false)
    }
    omitsFaultMails = configuration.globals.mail.omitsFaults
    announces = configuration.globals.extensions.notifyWebhook != nil
  }

  /// The messages that a report is worth, in keepalived's order: scripts, FIFOs, mail.
  package func messages(for report: FailoverReport) -> [RoleFrame] {
    switch report {
    case .router(let name, .transition(let transition)):
      return transitionMessages(
        kind: "INSTANCE", name, transition, priority: transition.effectivePriority, to: instances[name] ?? former[name])
    case .group(let name, let transition):
      return transitionMessages(
        kind: "GROUP", name, transition, priority: 0,
        to: groups[name] ?? formerGroups[name])
    case .router(let name, .lowerPriorityHeard):
      let line = fifo("INSTANCE", name, "MASTER_RX_LOWER_PRI", 0)
      return scripts(
        [instances[name]?.scripts.masterReceivedLowerPriority], subject: "instance \(name)",
        state: "MASTER_RX_LOWER_PRI") + [line]
    case .router(let name, .contested(let source, let priority)):
      guard let recipient = instances[name] else { return [] }
      var script = recipient.scripts.contested
      script?.arguments += ["INSTANCE", name, "CONTESTED", source.description, String(priority)]
      var frames = scripts([script], subject: "instance \(name)", state: "CONTESTED")
      if recipient.mails {
        frames.append(
          RoleFrame(
            to: .control,
            .mail(
              subject: "VRRP Instance \(name) - Contested",
              body: "=> \(source) with priority \(priority) was master too; this one stays <=")))
      }
      return frames
    case .router(let name, .priorityChanged(_, let priority, let state)):
      guard instances[name]?.tellsPriorityChanges == true, state == .master || state == .backup else { return [] }
      return [fifo("INSTANCE", name, "\(state.rawValue)_PRIORITY", priority)]
    case .router, .failed:
      return []
    }
  }

  /// The lines that say in which state everything is.
  package func states(of group: GroupSnapshot) -> [RoleFrame] {
    let routers = group.routers.filter { $0.state != .initialize }.map { router in
      fifo("INSTANCE", router.settings.name, router.state.rawValue, router.priority.effective)
    }
    guard let name = group.name, group.state != .initialize else { return routers }
    return routers + [fifo("GROUP", name, group.state.rawValue, 0)]
  }

  private func transitionMessages(
    kind: String, _ name: String, _ transition: Transition, priority: UInt8, to recipient: Recipient?
  ) -> [RoleFrame] {
    var state = transition.to
    if state == .deleted, recipient?.scripts.reportsDeleted != true { state = .fault }
    let notify = recipient?.scripts
    let own: Script?
    switch state {
    case .initialize: return []
    case .master: own = notify?.master
    case .backup: own = notify?.backup
    case .fault: own = notify?.fault
    case .stopped: own = notify?.stop
    case .deleted: own = notify?.deleted
    }
    var general = notify?.any
    general?.arguments += [kind, name, state.rawValue, String(priority)]
    var frames = scripts([own, general], subject: "\(kind.lowercased()) \(name)", state: state.rawValue)
    frames.append(fifo(kind, name, state.rawValue, priority))
    if recipient?.mails == true, !(omitsFaultMails && state == .fault) {
      frames.append(mail(kind: kind, name, state))
    }
    if announces {
      let type = kind == "GROUP" ? "vrrp_sync_group" : "vrrp_instance"
      let announcement = Announcement(
        type: type, name: name, state: state.rawValue, priority: kind == "GROUP" ? nil : priority,
        cause: "\(transition.cause)")
      frames.append(RoleFrame(to: .control, .announcement(announcement)))
    }
    return frames
  }

  private func scripts(_ scripts: [Script?], subject: String, state: String) -> [RoleFrame] {
    let commands = scripts.compactMap { $0 }.map(ScriptCommand.init)
    guard !commands.isEmpty else { return [] }
    return [RoleFrame(to: .supervisor, .notice(ScriptNotice(subject: subject, state: state, commands: commands)))]
  }

  private func fifo(_ kind: String, _ name: String, _ state: String, _ priority: UInt8) -> RoleFrame {
    RoleFrame(to: .supervisor, .fifo(.vrrp, line: "\(kind) \"\(name)\" \(state) \(priority)\n"))
  }

  private func mail(kind: String, _ name: String, _ state: RouterStateName) -> RoleFrame {
    let isGroup = kind == "GROUP"
    let subject = isGroup ? "VRRP Group \(name)" : "VRRP Instance \(name)"
    let (event, body): (String, String) =
      switch state {
      case .master:
        (
          "Entering MASTER state",
          isGroup ? "All VRRP group instances are now in MASTER state" : "VRRP Instance is now owning VRRP VIPs"
        )
      case .backup, .fault, .initialize:
        (
          "Entering \(state.rawValue) state",
          isGroup
            ? "All VRRP group instances are now in \(state.rawValue) state"
            : "VRRP Instance is no longer owning VRRP VIPs"
        )
      case .stopped:
        ("Stopping", isGroup ? "All VRRP group instances are now stopping" : "VRRP Instance stopping")
      case .deleted: ("Deleted", "VRRP Deleted at reload")
      }
    return RoleFrame(to: .control, .mail(subject: "\(subject) - \(event)", body: "=> \(body) <="))
  }
}

extension ScriptCommand {
  /// The command of a script of the configuration.
  package init(_ script: Script) {
    self.init(arguments: script.arguments, user: script.user, group: script.group)
  }
}
