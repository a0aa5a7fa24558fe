import CNetlink
import VirtualServices
import Wire
import World

/// A session with the family IPVS, whose number is asked for when it is first needed.
struct DirectorSession: ~Copyable {
  var netlink: NetlinkSession
  private var messages: DirectorMessages?
  /// Whether loading the module has been tried. Once is enough: it takes time, and the loop waits for it.
  private var hasTriedLoading = false

  init(_ netlink: consuming NetlinkSession) {
    self.netlink = netlink
  }

  /// The messages of the family. The kernel loads the module by itself where it may; where that did not help, for
  /// instance in a container that has modprobe but whose kernel does not find it, we try.
  mutating func family() throws(SystemFailure) -> DirectorMessages {
    if let messages { return messages }
    var number = try netlink.resolve(IPVS_GENL_NAME)
    if number == nil, !hasTriedLoading, unsafe "ip_vs".withCString({ unsafe cnetlink_load_module($0) }) == 0 {
      number = try netlink.resolve(IPVS_GENL_NAME)
    }
    hasTriedLoading = true
    guard let number else {
      throw SystemFailure(
        call: "IPVS", code: ENOENT, reason: "the kernel has no IPVS: module ip_vs is not there or may not be loaded")
    }
    let found = DirectorMessages(family: number)
    messages = found
    return found
  }

  /// Forgets the family's number, which changes when the module is taken out and put in again.
  mutating func forgetFamily() {
    messages = nil
  }

  mutating func read() throws(SystemFailure) -> [ServiceKey: TableService] {
    var table = try readServices()
    for key in Array(table.keys) { table[key]?.destinations = try readDestinations(of: key) }
    return table
  }

  mutating func readServices() throws(SystemFailure) -> [ServiceKey: TableService] {
    let services = try dump({ $0.writeServicesDump(&$1) }) { message throws(MessageFault) in
      try DirectorMessages.readService(message)
    }
    return Dictionary(services, uniquingKeysWith: { _, last in last })
  }

  mutating func readDestinations(of key: ServiceKey) throws(SystemFailure) -> [Endpoint: TableDestination] {
    let destinations = try dump {
      $0.writeDestinationsDump(key, &$1)
    } _: { message throws(MessageFault) -> (endpoint: Endpoint, destination: TableDestination)? in
      try DirectorMessages.readDestination(message, of: key.family)
    }
    return Dictionary(destinations.map { ($0.endpoint, $0.destination) }, uniquingKeysWith: { _, last in last })
  }

  private mutating func dump<Value>(
    _ write: (DirectorMessages, inout MessageWriter) -> Void, _ decode: (Message) throws(MessageFault) -> Value?
  ) throws(SystemFailure) -> [Value] {
    let messages = try family()
    do throws(Refusal) {
      return try netlink.dump({ write(messages, &$0) }, decode)
    } catch {
      if error.code == ENOENT { forgetFamily() }
      throw error.failure(of: "IPVS_CMD_GET_SERVICE")
    }
  }

  mutating func apply(_ operations: [TableOperation]) -> [Int: SystemFailure] {
    let messages: DirectorMessages
    do throws(SystemFailure) { messages = try family() } catch {
      return Dictionary(uniqueKeysWithValues: operations.indices.map { ($0, error) })
    }
    var refusals = netlink.batch(count: operations.count) { messages.write(operations[$0], &$1) }
    refusals = refusals.filter { !operations[$0.key].tolerates($0.value.code) }
    let second = refusals.compactMap { place, refusal in
      operations[place].alternative(after: refusal.code).map { (place, $0) }
    }
    .sorted { $0.0 < $1.0 }
    if !second.isEmpty {
      let again = netlink.batch(count: second.count) { messages.write(second[$0].1, &$1) }
      for (index, (place, _)) in second.enumerated() { refusals[place] = again[index] }
    }
    if refusals.count == operations.count, refusals.values.allSatisfy({ $0.code == ENOENT }) { forgetFamily() }
    return Dictionary(
      uniqueKeysWithValues: refusals.map { place, refusal in (place, operations[place].failure(refusal)) })
  }

  /// Sends a request and returns the attributes of its answer, which are none for a mere acknowledgement.
  mutating func request(
    _ call: String, on subject: String = "", _ write: (DirectorMessages, inout MessageWriter) -> Void
  ) throws(SystemFailure) -> AttributeSet {
    let messages = try family()
    do throws(Refusal) {
      let answers = try netlink.request {
        write(messages, &$0)
      } _: { message throws(MessageFault) -> AttributeSet? in
        try DirectorMessages.attributes(of: message)
      }
      return answers.first ?? AttributeSet()
    } catch {
      throw error.failure(of: call, on: subject)
    }
  }
}

extension DirectorSession {
  mutating func syncDaemons() throws(SystemFailure) -> [SyncDaemon] {
    let messages = try family()
    do throws(Refusal) {
      return try netlink.dump(messages.writeDaemonsDump) { message throws(MessageFault) -> SyncDaemon? in
        try DirectorMessages.readDaemon(message)
      }
    } catch {
      throw error.failure(of: "IPVS_CMD_GET_DAEMON")
    }
  }

  mutating func start(_ daemon: SyncDaemon) throws(SystemFailure) {
    let call = "IPVS_CMD_NEW_DAEMON"
    let subject = "\(daemon.state) on \(daemon.interface)"
    do throws(SystemFailure) {
      _ = try request(call, on: subject) { $0.writeStart(daemon, &$1) }
    } catch {
      guard error.code == EEXIST else { throw error }
      if try syncDaemons().contains(where: { daemon.isSatisfied(by: $0) }) { return }
      try stop(daemon.state)
      _ = try request(call, on: subject) { $0.writeStart(daemon, &$1) }
    }
  }

  mutating func stop(_ state: SyncDaemon.State) throws(SystemFailure) {
    do throws(SystemFailure) {
      _ = try request("IPVS_CMD_DEL_DAEMON", on: "\(state)") { $0.writeStop(state, &$1) }
    } catch {
      if error.code == ESRCH { return }
      // A daemon that is stopped before its thread ran for the first time ends with EINTR, which is not answered.
      guard error.code == EINTR, try !syncDaemons().contains(where: { $0.state == state }) else { throw error }
    }
  }
}
