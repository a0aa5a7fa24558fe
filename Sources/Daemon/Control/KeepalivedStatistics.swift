package import Failover
import VRRP

/// The text of keepalived's statistics file (SIGUSR2), which exporters read line by line.
package enum KeepalivedStatistics {
  /// One paragraph for each instance.
  package static func text(_ groups: [GroupSnapshot]) -> String {
    groups.flatMap(\.routers).map(paragraph).joined()
  }

  private static func paragraph(_ router: RouterSnapshot) -> String {
    let counters = router.counters
    let sections: [(title: String, rows: [(String, UInt64)])] = [
      ("Advertisements", [("Received", counters.advertsReceived), ("Sent", counters.advertsSent)]),
      ("Became master: \(counters.becameMaster)", []),
      ("Released master: \(counters.releasedMaster)", []),
      (
        "Packet Errors",
        [
          ("Length", counters.packetLengthErrors), ("TTL", counters.timeToLiveErrors),
          ("Invalid Type", counters.invalidTypes), ("Advertisement Interval", counters.advertIntervalErrors),
          ("Address List", counters.addressListErrors),
        ]
      ),
      (
        "Authentication Errors",
        [
          ("Invalid Type", counters.invalidAuthenticationTypes),
          ("Type Mismatch", counters.authenticationTypeMismatches),
          ("Failure", counters.authenticationFailures),
        ]
      ),
      (
        "Authentication Extension Errors",
        [
          ("Missing", counters.trailersMissing), ("Malformed", counters.trailersMalformed),
          ("Unknown Key", counters.trailersOfUnknownKey), ("Invalid HMAC", counters.trailersInvalid),
          ("Stale", counters.trailersStale), ("Replay", counters.trailersReplayed),
        ]
      ),
      ("Priority Zero", [("Received", counters.priorityZeroReceived), ("Sent", counters.priorityZeroSent)]),
    ]
    var text = "VRRP Instance: \(router.settings.name)\n"
    for section in sections {
      text += section.rows.isEmpty ? "  \(section.title)\n" : "  \(section.title):\n"
      for (name, value) in section.rows { text += "    \(name): \(value)\n" }
    }
    return text
  }
}
