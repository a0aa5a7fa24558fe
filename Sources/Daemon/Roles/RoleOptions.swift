/// What the command line says to the roles.
struct RoleOptions: Sendable {
  /// Addresses, routes and rules stay at exit (`--dont-release-vrrp`).
  var keepsAddresses: Bool
  /// The IPVS table stays at exit (`--dont-release-ipvs`).
  var keepsTable: Bool
  /// Whether an election role runs beside the balancing role.
  var hasElection: Bool
  /// Whether a balancing role runs beside the others.
  var hasBalancing: Bool
  /// The network namespace that the command line names.
  var namespace: String?
  /// Whether an earlier process of this role has died: what is done once at the start of the daemon is done already.
  var isRestarted: Bool
  /// How to log.
  var journal: Journal.Settings
  /// Where dump files go: TMPDIR, else /tmp.
  var dumpDirectory: String
  /// The name of the program, for the names of processes.
  var title: String

  /// The options of a command line.
  init(_ options: CommandLineOptions, environment: (String) -> String?) {
    keepsAddresses = options.has(.dontReleaseVRRP)
    keepsTable = options.has(.dontReleaseIPVS)
    hasElection = !options.has(.check)
    hasBalancing = !options.has(.vrrp)
    namespace = options.argument(.namespace)
    isRestarted = options.has(.again)
    title = options.argument(.title) ?? "understudy"
    journal = Journal.Settings(options)
    let directory = environment("TMPDIR") ?? ""
    dumpDirectory = directory.hasPrefix("/") ? directory : "/tmp"
  }
}

extension Journal.Settings {
  /// How a command line wants the log.
  init(_ options: CommandLineOptions) {
    self.init()
    console = options.has(.logConsole)
    syslog = !options.has(.noSyslog)
    detail = options.count(.logDetail)
    isJSON = options.argument(.logFormat) == "json"
    isUnderJournald = Journal.isUnderJournald(HostFiles().environmentVariable("JOURNAL_STREAM"))
    if let facility = options.argument(.logFacility).flatMap(Self.facility) { self.facility = facility }
  }

  /// The number of a facility's name or of a local one's number.
  static func facility(_ name: String) -> Int32? {
    switch name {
    case "user": return 1
    case "daemon": return 3
    default:
      let digits = name.hasPrefix("local") ? String(name.dropFirst(5)) : name
      guard let number = Int32(digits), (0...7).contains(number) else { return nil }
      return 16 + number
    }
  }
}
