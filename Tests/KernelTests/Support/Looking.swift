/// What can be seen of a lab from outside its daemons.
extension Lab {
  /// Whether a host has an address on an interface, as the kernel says.
  func holds(_ host: String, _ address: String = Lab.address, on interface: String = "eth0") throws -> Bool {
    let outcome = try run(["ip", "-n", prefix + host, "-o", "addr", "show", "dev", interface, "to", address])
    guard outcome.status == 0 else { throw NotSo(description: outcome.output) }
    return !outcome.output.isEmpty
  }

  /// Whether this director, and no other, has the address.
  func isMaster(_ host: String, address: String = Lab.address) throws -> Bool {
    let other = host == "d1" ? "d2" : "d1"
    return try holds(host, address) && !holds(other, address)
  }

  /// The real servers in a director's IPVS table: "address:port" and weight, by service.
  func table(_ host: String) throws -> [String: [String: Int]] {
    var services: [String: [String: Int]] = [:]
    var service = ""
    for line in try self("table", host).split(separator: "\n") {
      let words = line.split(separator: " ")
      if words.count > 3, words[0] == "->" {
        services[service, default: [:]][String(words[1])] = Int(words[3])
      } else if words.count > 1 {
        service = String(words[1])
        services[service] = [:]
      }
    }
    return services
  }

  /// Packets that were forwarded from one director to the other and back, since the hosts were built.
  func bounced() throws -> Int {
    try packets().map(\.bounced).reduce(0, +)
  }

  /// The counters of all hosts that have some.
  func packets() throws -> [(host: String, sent: Int, arrived: Int, bounced: Int)] {
    let counters = try self("packets").split(separator: "\n").map { line in
      let words = line.split(separator: " ").map(String.init)
      guard words.count == 7, let sent = Int(words[2]), let arrived = Int(words[4]), let bounced = Int(words[6]) else {
        throw NotSo(description: "not a line of counters: \(line)")
      }
      return (host: words[0], sent: sent, arrived: arrived, bounced: bounced)
    }
    guard !counters.isEmpty else { throw NotSo(description: "no counters") }
    return counters
  }

  /// The mails that have arrived, each as the sink printed it.
  func mails() throws -> [String] {
    try self("mails").split(separator: "\n\n").map(String.init)
  }

  /// How many mails have these words in them, every one.
  func mails(with words: String...) throws -> Int {
    try mails().count { mail in words.allSatisfy(mail.contains) }
  }

  /// The process of a role.
  func role(_ host: String, _ name: String) throws -> Int {
    guard let process = Int(try self("role", host, name).dropLast()) else {
      throw NotSo(description: "no process has the role \(name)")
    }
    return process
  }
}

/// Every change of a host's addresses while it is watched.
struct AddressWatch {
  private let monitor: Background

  init(_ lab: Lab, _ host: String) throws {
    monitor = try lab.background("exec", host, "ip", "monitor", "address")
    // It listens when it reports a change of ours.
    let probe = "127.0.9.9"
    try lab("exec", host, "ip", "addr", "add", probe + "/32", "dev", "lo")
    var present = true
    try lab.until("the address monitor of \(host) runs") {
      if monitor.output.contains(probe) { return true }
      present.toggle()
      try lab("exec", host, "ip", "addr", present ? "add" : "del", probe + "/32", "dev", "lo")
      return false
    }
  }

  /// Ends the watch: the lines that name the address.
  func changes(of address: String) -> [String] {
    monitor.stop().lines.filter { $0.contains(address + "/") }.map(String.init)
  }
}
