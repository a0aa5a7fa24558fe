package import Wire

/// A client on a segment: it remembers who announced which address last.
package final class SimulatedNeighbour: @unchecked Sendable {
  /// Its name.
  package let name: String
  /// Who has which address, as far as it was told.
  package private(set) var cache: [IPAddress: HardwareAddress] = [:]

  /// A client that was told nothing yet.
  package init(_ name: String) { self.name = name }

  func learn(_ announcement: Announcement) { cache[announcement.address] = announcement.hardwareAddress }

  /// Forgets an address that did not answer, as a client's kernel does after some seconds.
  package func forget(_ address: IPAddress) { cache[address] = nil }
}
