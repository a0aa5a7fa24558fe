import ConfigurationLanguage
import Machines
import Notifications
import VRRP
import World

/// A checking script at work: its machine and its alarm.
struct ScriptTask {
  /// What the configuration says; a script that changed begins anew, one that did not keeps its health.
  let script: VRRPScript
  let command: ScriptCommand
  let timeout: Duration
  let alarm: any Alarm
  var machine: ScriptTracker

  init(_ script: VRRPScript, alarm: any Alarm) {
    self.script = script
    self.alarm = alarm
    var command = script.script.map(ScriptCommand.init) ?? ScriptCommand(arguments: [])
    if let user = script.user { (command.user, command.group) = (user.user, user.group) }
    self.command = command
    timeout = script.timeout
    machine = ScriptTracker(
      ScriptTracker.Settings(
        interval: script.interval, rise: script.rise, fall: script.fall, startsFailed: script.startsFailed))
  }
}
