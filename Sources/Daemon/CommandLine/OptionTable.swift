/// The options of the command line: keepalived's, with the same letters, and our own long ones.
package enum Option: String, CaseIterable, Sendable {
  case useFile = "use-file"
  case vrrp
  case check
  case noBFD = "no_bfd"
  case all
  case logConsole = "log-console"
  case logDetail = "log-detail"
  case logFacility = "log-facility"
  case logFile = "log-file"
  case flushLogFile = "flush-log-file"
  case noSyslog = "no-syslog"
  case umask
  case releaseVIPs = "release-vips"
  case dontReleaseVRRP = "dont-release-vrrp"
  case dontReleaseIPVS = "dont-release-ipvs"
  case dontRespawn = "dont-respawn"
  case dontFork = "dont-fork"
  case dumpConfiguration = "dump-conf"
  case pid
  case vrrpPid = "vrrp_pid"
  case checkersPid = "checkers_pid"
  case bfdPid = "bfd_pid"
  case addressMonitoring = "address-monitoring"
  case genhash
  case namespace
  case allConfiguration = "all-config"
  case configurationIdentifier = "config-id"
  case snmp
  case snmpAgentSocket = "snmp-agent-socket"
  case coreDump = "core-dump"
  case coreDumpPattern = "core-dump-pattern"
  case signalNumber = "signum"
  case configurationTest = "config-test"
  case ignoreInterrupt = "ignore-sigint"
  case version
  case help
  // Ours.
  case canonical
  case difference = "diff"
  case explain
  case keywords
  case doctor
  case diagnostics
  case logFormat = "log-format"
  case role
  case title
  case suffix
  case detached
  case again

  /// Whether an option wants an argument.
  package enum Argument: Sendable {
    case none
    /// Only attached: `--opt=ARG` or `-oARG`.
    case optional(String)
    case required(String)
  }

  /// The letter, as keepalived has it.
  package var letter: Character? {
    switch self {
    case .useFile: "f"
    case .vrrp: "P"
    case .check: "C"
    case .noBFD: "B"
    case .logConsole: "l"
    case .logDetail: "D"
    case .logFacility: "S"
    case .logFile: "g"
    case .noSyslog: "G"
    case .umask: "u"
    case .releaseVIPs: "X"
    case .dontReleaseVRRP: "V"
    case .dontReleaseIPVS: "I"
    case .dontRespawn: "R"
    case .dontFork: "n"
    case .dumpConfiguration: "d"
    case .pid: "p"
    case .vrrpPid: "r"
    case .checkersPid: "c"
    case .bfdPid: "b"
    case .addressMonitoring: "a"
    case .genhash: "T"
    case .namespace: "s"
    case .allConfiguration: "e"
    case .configurationIdentifier: "i"
    case .snmp: "x"
    case .snmpAgentSocket: "A"
    case .coreDump: "m"
    case .coreDumpPattern: "M"
    case .configurationTest: "t"
    case .version: "v"
    case .help: "h"
    case .all, .flushLogFile, .signalNumber, .ignoreInterrupt, .canonical, .difference, .explain, .keywords,
      .doctor, .diagnostics, .logFormat, .role, .title, .suffix, .detached, .again:
      nil
    }
  }

  /// What the option takes.
  package var argument: Argument {
    switch self {
    case .useFile, .pid, .vrrpPid, .checkersPid, .bfdPid: .required("FILE")
    case .logFacility: .required("FACILITY")
    case .umask: .required("MASK")
    case .namespace, .signalNumber: .required("NAME")
    case .configurationIdentifier: .required("ID")
    case .snmpAgentSocket: .required("SOCKET")
    case .explain: .required("CODE")
    case .difference: .required("NEW-FILE")
    case .diagnostics, .logFormat: .required("plain|json")
    case .role: .required("ROLE")
    case .suffix: .optional("SUFFIX")
    case .title: .required("NAME")
    case .logFile, .configurationTest: .optional("FILE")
    case .coreDumpPattern: .optional("PATTERN")
    case .vrrp, .check, .noBFD, .all, .logConsole, .logDetail, .flushLogFile, .noSyslog, .releaseVIPs,
      .dontReleaseVRRP, .dontReleaseIPVS, .dontRespawn, .dontFork, .dumpConfiguration, .addressMonitoring, .genhash,
      .allConfiguration, .snmp, .coreDump, .ignoreInterrupt, .version, .help, .canonical, .keywords, .doctor, .detached,
      .again:
      .none
    }
  }

  /// What it does, for `--help`; nil for what is internal.
  package var summary: String? {
    switch self {
    case .useFile: "read this configuration file (default /etc/keepalived/keepalived.conf)"
    case .vrrp: "run VRRP only, no health checks"
    case .check: "run health checks only, no VRRP"
    case .noBFD: "do not run BFD"
    case .all: "start every role, needed or not"
    case .logConsole: "log to standard error too"
    case .logDetail: "log in detail"
    case .logFacility: "syslog facility: 0-7, local0-local7, user, daemon"
    case .logFile: "not supported: log to a file"
    case .flushLogFile: "not supported: flush the log file after each line"
    case .noSyslog: "do not log to syslog"
    case .umask: "file mode creation mask, octal"
    case .releaseVIPs: "remove virtual addresses when leaving the master state, whoever added them"
    case .dontReleaseVRRP: "keep virtual addresses, routes and rules at exit"
    case .dontReleaseIPVS: "keep the IPVS table at exit"
    case .dontRespawn: "end when a role ends, instead of restarting it"
    case .dontFork: "stay in the foreground"
    case .dumpConfiguration: "log the configuration as understood"
    case .pid: "pid file of the main process"
    case .vrrpPid: "pid file of the election role"
    case .checkersPid: "pid file of the balancing role"
    case .bfdPid: "pid file of BFD"
    case .addressMonitoring: "log every change of an address"
    case .genhash: "be genhash: fetch a page and print its digest"
    case .namespace: "run in this network namespace"
    case .allConfiguration: "report every problem with include files"
    case .configurationIdentifier: "identifier for @ lines (default: host name up to the first dot)"
    case .snmp: "not supported: SNMP"
    case .snmpAgentSocket: "not supported: AgentX socket"
    case .coreDump: "allow core dumps"
    case .coreDumpPattern: "allow core dumps, with this pattern"
    case .signalNumber: "print the number of a signal (STOP, RELOAD, DATA, STATS, STATS_CLEAR, JSON) and exit"
    case .configurationTest: "check the configuration and exit: 0 good, 2, 4, 5 or 6 not"
    case .ignoreInterrupt: "ignore SIGINT"
    case .version: "print the version and exit"
    case .help: "print this and exit"
    case .canonical: "print the configuration as understood, defaults filled in, and exit"
    case .difference: "print what a reload with NEW-FILE would change, and exit"
    case .explain: "explain a diagnostic such as U0101, and exit"
    case .keywords: "print every keyword and whether it is supported, and exit"
    case .doctor: "look on this host for what most often goes wrong, and exit: 0 nothing, 1 something does not work"
    case .diagnostics: "how to print diagnostics"
    case .logFormat: "how to log to standard error"
    case .role, .title, .suffix, .detached, .again: nil
    }
  }
}
