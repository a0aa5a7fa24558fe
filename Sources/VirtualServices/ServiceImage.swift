package import Wire

/// What matters of a service in the table: the part that a configuration decides, without counters.
package struct ServiceImage: Hashable, Sendable {
  package var attributes: ServiceAttributes
  package var destinations: [Endpoint: DestinationAttributes]

  /// A service with these destinations.
  package init(attributes: ServiceAttributes, destinations: [Endpoint: DestinationAttributes] = [:]) {
    self.attributes = attributes
    self.destinations = destinations
  }

  /// What matters of a service that was read from the kernel.
  package init(_ service: TableService) {
    attributes = service.attributes
    destinations = service.destinations.mapValues(\.attributes)
  }
}

extension ServiceAttributes {
  private static let persistent: UInt32 = 0x1
  /// Set by the kernel alone.
  private static let hashed: UInt32 = 0x2

  /// Whether the kernel would behave the same with either: without persistence its time-out and mask mean nothing.
  package func isEquivalent(to other: ServiceAttributes) -> Bool {
    guard scheduler == other.scheduler, persistenceEngine == other.persistenceEngine,
      flags & ~Self.hashed == other.flags & ~Self.hashed
    else { return false }
    guard flags & Self.persistent != 0 else { return true }
    return persistenceTimeout == other.persistenceTimeout && persistenceMask == other.persistenceMask
  }
}

extension DestinationAttributes {
  /// Whether the kernel would behave the same with either. Old kernels turn a server on the director itself into
  /// "local node", which no edit changes.
  package func isEquivalent(to other: DestinationAttributes) -> Bool {
    weight == other.weight && upperThreshold == other.upperThreshold && lowerThreshold == other.lowerThreshold
      && (forwarding == other.forwarding || forwarding == .localNode || other.forwarding == .localNode)
  }
}
