package import Wire

// Changes of a configuration in force: servers that come and go until the next reload, and the text of its services.

extension RealServer {
  /// The same settings for a server elsewhere. What its checks connect to moves along, as far as it is not written.
  package func copy(at place: Endpoint) -> RealServer {
    var copy = self
    copy.endpoint = place
    copy.snmpName = nil
    for position in copy.checks.indices {
      let check = copy.checks[position]
      copy.checks[position].endpoint = Endpoint(
        check.connectAddress ?? place.address, port: check.connectPort ?? place.port)
    }
    return copy
  }
}

extension VirtualServer {
  /// Lowers the quorum to what the servers can reach, and the hysteresis below the quorum, as reading a file does.
  package mutating func limitQuorum() {
    let total = realServers.reduce(0) { min($0 + $1.weight, Int(Int32.max)) }
    quorum = min(quorum, max(1, total))
    hysteresis = min(hysteresis, quorum - 1)
  }
}

extension Configuration {
  /// The text of some services, as `canonical` has it.
  package static func canonical(_ services: [VirtualServer]) -> String {
    var writer = CanonicalWriter()
    TopKeywords.write(services, to: &writer)
    return CanonicalWriter.text(writer.nodes)
  }
}
