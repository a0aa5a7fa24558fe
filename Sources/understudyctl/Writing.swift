import ArgumentParser
import ControlProtocol

/// Takes a real server out, or back in; adds and removes servers.
struct Server: ParsableCommand {
  static let configuration = CommandConfiguration(
    abstract: "Takes a real server out of its service, or back in; adds and removes servers.",
    discussion: """
      An order holds until it is taken back with `ready` or `enable`, whatever the server's checks say; it survives \
      reloads and a restart of the balancing role, but not a restart of the daemon. That a server was added or removed \
      is forgotten at the next reload; `save` writes it to a file.
      """,
    subcommands: [
      Drain.self, Ready.self, Weight.self, Disable.self, Enable.self, Add.self, Remove.self, Save.self,
    ])

  /// Which server.
  struct Place: ParsableArguments {
    @OptionGroup var options: SocketOptions

    @Argument(help: "The service, as `status` prints it or as ADDRESS:PORT.")
    var service: String

    @Argument(help: "The server, as `status` prints it.")
    var server: String

    func order(_ action: ServerOrder.Action) throws {
      let order = ServerOrder(service: service, server: server, action: action)
      let done = try Client.ask(.server(order), options)
      print("\(done["server"]?.string ?? server) of \(done["service"]?.string ?? service): \(Self.words(action))")
    }

    private static func words(_ action: ServerOrder.Action) -> String {
      switch action {
      case .drain: "drained, no new connections"
      case .weight(let weight): "weight \(weight), whatever the configuration says"
      case .disable: "out of service"
      case .enable: "as configured"
      case .add: "added, until the next reload"
      case .remove: "removed, until the next reload"
      }
    }
  }

  struct Drain: ParsableCommand {
    static let configuration = CommandConfiguration(abstract: "No new connections; those it has stay.")
    @OptionGroup var place: Place
    func run() throws { try place.order(.drain) }
  }

  struct Ready: ParsableCommand {
    static let configuration = CommandConfiguration(abstract: "As configured again.")
    @OptionGroup var place: Place
    func run() throws { try place.order(.enable) }
  }

  struct Weight: ParsableCommand {
    static let configuration = CommandConfiguration(abstract: "Another weight than the configured one.")
    @OptionGroup var place: Place
    @Argument(help: "0 to 2147483647.") var weight: UInt32
    func run() throws { try place.order(.weight(weight)) }
  }

  struct Disable: ParsableCommand {
    static let configuration = CommandConfiguration(abstract: "Out of the service, as if its checks had failed.")
    @OptionGroup var place: Place
    func run() throws { try place.order(.disable) }
  }

  struct Enable: ParsableCommand {
    static let configuration = CommandConfiguration(abstract: "As configured again.")
    @OptionGroup var place: Place
    func run() throws { try place.order(.enable) }
  }
}

extension Server {
  struct Add: ParsableCommand {
    static let configuration = CommandConfiguration(
      abstract: "One more server, until the next reload.",
      discussion: """
        It is configured as another server of the service, with the same checks, which connect to the new place. A \
        script as check gets the arguments of that other server. Without a port it has that of the service.
        """)
    @OptionGroup var place: Place
    @Option(help: "Its weight, 0 to 2147483647; else that of the other server.") var weight: UInt32?
    @Option(help: "The server that it is configured as; else the service's first.") var like: String?
    func run() throws { try place.order(.add(weight: weight, like: like)) }
  }

  struct Remove: ParsableCommand {
    static let configuration = CommandConfiguration(abstract: "Out of the configuration, until the next reload.")
    @OptionGroup var place: Place
    func run() throws { try place.order(.remove) }
  }

  struct Save: ParsableCommand {
    static let configuration = CommandConfiguration(
      abstract: "Writes services, with the servers added and without those removed, to a file to be included.",
      discussion: """
        The file has the whole blocks of the services: put `include FILE` in their place into the configuration. Then \
        it can be written again any time. It is for root only, as it may have passwords.
        """)
    @OptionGroup var options: SocketOptions
    @Argument(help: "The file, `-` for standard output.", completion: .file()) var file: String
    @Argument(help: "The services; without any, those to which servers were added or from which some were removed.")
    var services: [String] = []

    func run() throws {
      let text = try Client.ask(.services(names: services), options)["text"]?.string ?? ""
      guard !text.isEmpty else {
        throw ClientError(description: "no server was added or removed since the reload")
      }
      guard file != "-" else { return print(text, terminator: "") }
      try NewFile.write("# Written by `understudyctl server save`.\n\n" + text, to: file)
      print("written to \(file)")
    }
  }
}

/// Lets the other director take over.
struct Failover: ParsableCommand {
  static let configuration = CommandConfiguration(
    abstract: "Lets another director take over an instance or a sync group.",
    discussion: """
      Another Understudy takes over at once. Where only other VRRP routers listen, this one resigns with an advert of \
      priority 0, which they all understand, and the best of them takes over after its skew time. This one stays BACKUP \
      for as long as another master is heard, whatever its priority. `failover` on the other director gives it back, \
      `failover --end` here lets it be master again if it is the best.
      """)

  @OptionGroup var options: SocketOptions

  @Flag(help: "No longer leave a lower master alone after a handover.")
  var end = false

  @Argument(help: "The name of an instance or a sync group that is MASTER here.")
  var name: String

  func run() throws {
    let answer = try Client.ask(.failover(name: name, ends: end), options)
    if end { return print("\(name): a lower master is no longer left alone") }
    for router in answer["routers"]?.array ?? [] {
      let name = router["name"]?.string ?? ""
      print(
        router["to"]?.string.map { "\(name): handed over to \($0)" }
          ?? "\(name): resigned; no other Understudy answered, so the best other router takes over after its skew time")
    }
  }
}

/// Has the configuration read again.
struct Reload: ParsableCommand {
  static let configuration = CommandConfiguration(
    abstract: "Has the configuration read again, and says what came of it.")

  @OptionGroup var options: SocketOptions

  func run() throws {
    let answer = try Client.ask(.reload, options)
    print("the new configuration is in force (generation \(answer["generation"]?.integer ?? 0))")
  }
}
