package import Machines
package import Wire

/// A client on a segment: it remembers who announced which address last.
package final class SimulatedNeighbour: @unchecked Sendable {
  /// Its name.
  package let name: String
  /// What it was told last of an address.
  package struct Entry: Hashable, Sendable {
    /// Who has it.
    package var hardwareAddress: HardwareAddress
    /// When that left the one who says so.
    package var announcedAt: Moment
    /// When it arrived.
    package var learnedAt: Moment
  }

  /// Who has which address, as far as it was told.
  package private(set) var cache: [IPAddress: Entry] = [:]

  /// A client that was told nothing yet.
  package init(_ name: String) { self.name = name }

  func learn(_ announcement: Announcement, announcedAt: Moment, at now: Moment) {
    cache[announcement.address] = Entry(
      hardwareAddress: announcement.hardwareAddress, announcedAt: announcedAt, learnedAt: now)
  }

  /// Forgets an address that did not answer, as a client's kernel does after some seconds.
  package func forget(_ address: IPAddress) { cache[address] = nil }
}
