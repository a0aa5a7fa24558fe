package import VirtualServices

/// The kernel's IPVS table.
package protocol DirectorTable: AnyObject, Sendable {
  /// Reads all services and their destinations.
  func read() throws(SystemFailure) -> [ServiceKey: TableService]

  /// Carries out the operations in order, in batches, and returns those that failed by their place in the list.
  func apply(_ operations: [TableOperation]) -> [Int: SystemFailure]

  /// Sets the time-outs of connections in seconds; zero leaves one as it is.
  func setTimeouts(tcp: UInt32, tcpFin: UInt32, udp: UInt32) throws(SystemFailure)
}
