import Dialogues
import Glibc
import LinuxWorld
import Machines
import Notifications
import Wire
import World

/// The program `genhash`: fetches a page and prints the digest of its body, for the `digest` keyword.
///
/// keepalived's exits with 0 even when it could not ask; this one does not, so that nobody takes silence for a digest.
enum Genhash {
  /// Runs with the words after the program's name and returns the exit status.
  static func run(_ words: [String]) -> Int32 {
    let options: GenhashOptions
    do {
      options = try GenhashOptions(words)
    } catch {
      Understudy.complain("genhash: \(error)")
      Understudy.write(help, to: 2)
      return 1
    }
    guard !options.wantsHelp else {
      Understudy.write(help, to: 2)
      return 0
    }
    guard let address = IPAddress(options.server) ?? HostResolver.lookUp(options.server) else {
      return Understudy.complain("genhash: the name \(options.server) cannot be resolved")
    }
    do {
      let page = try Page(options, address)
      return page.fetch()
    } catch {
      return Understudy.complain("genhash: \(error)")
    }
  }

  private static let help = """
    Usage: genhash [-S [-I]] -s ADDRESS -p PORT -u URL [OPTION...]
      -s, --server=ADDRESS          the server, by address or name
      -p, --port=PORT               its port
      -u, --url=PATH                the page
      -S, --use-ssl                 ask over TLS
      -I, --use-sni                 name the virtual host in the TLS handshake
      -V, --use-virtualhost=NAME    the Host field
      -P, --protocol=1.0|1.0c|1.1   the version of HTTP; 1.0c asks the server to hang up
      -m, --fwmark=MARK             mark the packets
      -t, --timeout=SECONDS         for the connection and for each piece of the answer (5)
      -v, --verbose                 show the answer, too
      -h, --help                    print this and exit

    """

  /// One page being fetched.
  private final class Page {
    private let reactor: Reactor
    private let connector: LinuxConnector
    private let options: GenhashOptions
    private let address: IPAddress
    private var dialogue: PageDigest
    private var connection: (any Connection)?
    private var alarm: (any Alarm)?
    private var status: Int32 = 1

    init(_ options: GenhashOptions, _ address: IPAddress) throws(SystemFailure) {
      reactor = try Reactor()
      connector = LinuxConnector(reactor)
      self.options = options
      self.address = address
      let host = options.virtualHost ?? "\(Endpoint(address, port: options.port))"
      let settings = HTTPExchange.Settings(
        path: options.path, host: host, version: options.version, closes: options.closes)
      dialogue = PageDigest(settings, timeout: .seconds(options.timeout), from: reactor.now)
    }

    func fetch() -> Int32 {
      let name = options.namesServer ? options.virtualHost : nil
      let transport = options.usesTLS ? ConnectionRequest.Transport.tls(TLSSettings(serverName: name)) : .tcp
      let request = ConnectionRequest(
        to: Endpoint(address, port: options.port), over: transport, firewallMark: options.firewallMark)
      nonisolated(unsafe) let page = self
      alarm = reactor.alarm { unsafe page.take(.deadlineReached) }
      alarm?.set(dialogue.nextDeadline)
      // Events come on the loop, which runs in this very call.
      connection = connector.open(request) { event in unsafe page.take(DialogueEvent(event)) }
      reactor.runForever()
      return status
    }

    private func take(_ event: DialogueEvent) {
      for effect in dialogue.handle(event, at: reactor.now) {
        switch effect {
        case .send(let octets): connection?.send(octets)
        case .secure: break
        case .finish(let verdict): finish(verdict)
        }
      }
      alarm?.set(dialogue.nextDeadline)
    }

    private func finish(_ verdict: Verdict) {
      connection?.close()
      if options.isVerbose {
        Understudy.write(String(decoding: dialogue.answer, as: UTF8.self) + "\n", to: 2)
      }
      switch verdict {
      case .success(let digest):
        Understudy.say("\(digest)\n")
        status = 0
      case .failure(let reason): Understudy.complain("genhash: \(reason)")
      }
      reactor.stop()
    }
  }
}
