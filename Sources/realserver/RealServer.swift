// Prepares a host for being a real server of a director that forwards by direct routing.
//
// Role. With direct routing (and tunnelling) packets reach the real server with the virtual address still in them, so
// the server must have that address, and must keep silent about it: whoever answers ARP for it takes the traffic away
// from the director. Linux answers for every address it has, on every interface, unless told otherwise.
//
// What start does, in this order, since one answer too early is enough to hijack the address:
//  1. It writes down in the state file what it is going to change and what was there before. Killed at any point, it
//     leaves nothing behind that a later start or stop does not know of.
//  2. It sets arp_ignore to 1 (answer only for addresses of the interface the question came in by) and arp_announce to 2
//     (ask with an address of the interface one asks by) for "all" and "lo". Linux takes the larger value of "all" and
//     the interface. An arp_ignore of 2 or 8 is stricter still and stays.
//  3. It adds the addresses to lo: IPv4 as /32 with labels lo:0, lo:1 and so on, so that ifconfig shows them; IPv6 as
//     /128 without duplicate address detection and never chosen as a source. IPv6 needs no parameters: Linux answers
//     neighbour solicitations only for addresses of the interface they came in by.
//
// What stop does: it removes what start added, and with the last address it restores the parameters to what they were.
//
// What it leaves alone: addresses that somebody else added, even where they are the ones it was asked for.
//
// Differences to the scripts that everybody copies from the LVS-HOWTO: those write 0 back whatever was there before, do
// it although other addresses still need the setting, and set the parameters after the address.
//
// The agent is a service of its own: it tells directors, in the words of HAProxy's agent-check, which share of its weight
// this host asks for. See AgentGauge.
//
// Sources: Documentation/networking/ip-sysctl.rst of the kernel (arp_ignore, arp_announce); the LVS-HOWTO's chapter on
// the ARP problem, for what is to be achieved.

import ArgumentParser

@main
struct RealServer: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "realserver",
    abstract: "Prepares this host for being a real server, and tells directors how busy it is.",
    discussion: """
      start puts the virtual addresses on lo and keeps the host from answering ARP for them, as direct routing needs \
      it; stop undoes exactly that; status tells whether all is as it should be. The addresses are those given with \
      --vip, or those of the virtual servers in the director's configuration file. Without either, stop and status \
      mean all addresses that start added.

      agent answers AGENT_CHECK, and HAProxy's agent-check, with the share of its weight this host asks for.

      Exit status: 0 done, or all is as it should be; 1 something failed, or is not as it should be; 3 status: nothing \
      is set up here; 64 wrong use.
      """,
    subcommands: [Start.self, Stop.self, Status.self, Agent.self])

  func run() throws {
    throw ValidationError("what is to be done? start, stop, status or agent")
  }
}

/// The addresses that are meant.
struct AddressOptions: ParsableArguments {
  @Option(name: .customLong("vip"), parsing: .singleValue, help: "A virtual address, IPv4 or IPv6; may be repeated.")
  var addresses: [VirtualAddress] = []

  @Option(
    name: [.customShort("f"), .customLong("use-file")],
    help: "A configuration file whose virtual servers' addresses to take.")
  var file: String?

  func validate() throws {
    guard addresses.isEmpty || file == nil else {
      throw ValidationError("--vip and -f cannot be used together")
    }
  }

  /// The addresses that are meant, each once; nil for all.
  func wanted() throws(Trouble) -> [VirtualAddress]? {
    if let file { return try VirtualAddress.all(inConfiguration: file) }
    return addresses.isEmpty ? nil : addresses.withoutRepetitions
  }
}

struct Start: ParsableCommand {
  static let configuration = CommandConfiguration(abstract: "Puts the addresses on lo and restrains ARP.")

  @OptionGroup var options: AddressOptions

  func validate() throws {
    guard !options.addresses.isEmpty || options.file != nil else {
      throw ValidationError("start needs the virtual addresses: --vip ADDRESS, or -f FILE")
    }
  }

  func run() throws {
    try reportingTrouble { () throws(Trouble) in
      let wanted = try options.wanted()
      try Host(forChanges: true).start(wanted ?? [])
    }
  }
}

struct Stop: ParsableCommand {
  static let configuration = CommandConfiguration(abstract: "Undoes what start did.")

  @OptionGroup var options: AddressOptions

  func run() throws {
    try reportingTrouble { () throws(Trouble) in
      let wanted = try options.wanted()
      try Host(forChanges: true).stop(wanted)
    }
  }
}

struct Status: ParsableCommand {
  static let configuration = CommandConfiguration(abstract: "Tells whether all is as it should be.")

  @OptionGroup var options: AddressOptions

  func run() throws {
    let condition = try reportingTrouble { () throws(Trouble) in
      let wanted = try options.wanted()
      return try Host(forChanges: false).status(wanted)
    }
    throw ExitCode(condition.rawValue)
  }
}

/// Does something; when it fails the reason is told and the exit status 1.
func reportingTrouble<Outcome>(_ body: () throws(Trouble) -> Outcome) throws -> Outcome {
  do throws(Trouble) {
    return try body()
  } catch {
    error.report()
    throw ExitCode(1)
  }
}

extension [VirtualAddress] {
  /// The addresses in their order, each once.
  var withoutRepetitions: [VirtualAddress] {
    var seen: Set<VirtualAddress> = []
    return filter { seen.insert($0).inserted }
  }
}
