package import Wire

/// The operations that make one service of the table what it should be; nil means that it is not there, or is not to
/// be there.
///
/// They are ordered so that at no moment the service has fewer usable servers than before and after: servers are
/// added and raised first, then lowered to zero, then removed. What stays is edited in place and keeps its
/// connections.
package func plan(_ key: ServiceKey, actual: ServiceImage?, desired: ServiceImage?) -> [TableOperation] {
  guard let desired else { return actual == nil ? [] : [.removeService(key)] }
  guard let actual else {
    let servers = desired.destinations
    var steps = DestinationSteps(key: key, first: .addService(key, desired.attributes), count: servers.count)
    for endpoint in servers.keys.sorted() { steps.add(endpoint, actual: nil, desired: servers[endpoint]) }
    return steps.inOrder()
  }
  let isSame = actual.attributes.isEquivalent(to: desired.attributes)
  var steps = DestinationSteps(key: key, first: isSame ? nil : .editService(key, desired.attributes))
  var changed = desired.destinations.keys.filter { endpoint in
    guard let present = actual.destinations[endpoint] else { return true }
    return !(desired.destinations[endpoint]?.isEquivalent(to: present) ?? false)
  }
  changed += actual.destinations.keys.filter { desired.destinations[$0] == nil }
  for endpoint in changed.sorted() {
    steps.add(endpoint, actual: actual.destinations[endpoint], desired: desired.destinations[endpoint])
  }
  return steps.inOrder()
}

/// The operations that make some destinations of an existing service what they should be, in the same order.
package func plan(
  _ key: ServiceKey, actual: ServiceImage, desired: [(Endpoint, DestinationAttributes?)]
) -> [TableOperation] {
  var steps = DestinationSteps(key: key)
  for (endpoint, attributes) in desired.sorted(by: { $0.0 < $1.0 }) {
    steps.add(endpoint, actual: actual.destinations[endpoint], desired: attributes)
  }
  return steps.inOrder()
}

/// The operations that make the given services of the table what they should be. Services without an entry in
/// `desired` are somebody else's and are left alone; an entry of nil is ours and is not to be there.
package func plan(
  actual: [ServiceKey: ServiceImage], desired: [ServiceKey: ServiceImage?]
) -> [TableOperation] {
  let keys = desired.keys.sorted(by: ServiceKey.isInOrder)
  // What appears comes before what goes.
  let (gone, kept) = (
    keys.filter { desired[$0] == .some(nil) }, keys.filter { desired[$0] != .some(nil) }
  )
  return (kept + gone).flatMap { plan($0, actual: actual[$0], desired: desired[$0] ?? nil) }
}

/// Operations on destinations in the order of their danger, and by address, so that equal inputs give equal plans. There
/// may be tens of thousands, so they are made where they stay.
private struct DestinationSteps {
  let key: ServiceKey
  /// The operation on the service itself, and additions.
  private var added: [TableOperation]
  private var edited: [TableOperation] = []
  private var lowered: [TableOperation] = []
  private var removed: [TableOperation] = []

  init(key: ServiceKey, first: TableOperation? = nil, count: Int = 0) {
    self.key = key
    added = []
    added.reserveCapacity(count + 1)
    if let first { added.append(first) }
  }

  /// Adds what has to be done with a destination. They come in the order of their addresses.
  mutating func add(_ endpoint: Endpoint, actual: DestinationAttributes?, desired: DestinationAttributes?) {
    switch (actual, desired) {
    case (nil, nil): break
    case (nil, let desired?): added.append(.addDestination(key, endpoint, desired))
    case (_?, nil): removed.append(.removeDestination(key, endpoint))
    case (let actual?, let desired?):
      guard !actual.isEquivalent(to: desired) else { break }
      if desired.weight == 0 {
        lowered.append(.editDestination(key, endpoint, desired))
      } else {
        edited.append(.editDestination(key, endpoint, desired))
      }
    }
  }

  /// The service, additions, changes, reductions to zero, removals.
  consuming func inOrder() -> [TableOperation] {
    var operations = added
    added = []
    for more in [edited, lowered, removed] where !more.isEmpty { operations += more }
    return operations
  }
}

extension ServiceKey {
  /// A fixed order, so that equal inputs give equal plans: endpoints by protocol and address, then marks.
  package static func isInOrder(_ left: ServiceKey, _ right: ServiceKey) -> Bool {
    switch (left, right) {
    case (.endpoint(let first, let one), .endpoint(let second, let other)):
      first == second ? one < other : first.rawValue < second.rawValue
    case (.endpoint, .firewallMark): true
    case (.firewallMark, .endpoint): false
    case (.firewallMark(let one, let first), .firewallMark(let other, let second)):
      one == other ? first == .ipv4 && second == .ipv6 : one < other
    }
  }

  /// As ipvsadm and people write it: "tcp 192.0.2.1:80" or "fwmark 7".
  package var text: String {
    switch self {
    case .endpoint(let transport, let endpoint): "\(transport.word) \(endpoint)"
    case .firewallMark(let mark, .ipv4): "fwmark \(mark)"
    case .firewallMark(let mark, .ipv6): "fwmark \(mark) inet6"
    }
  }
}

extension TableOperation {
  /// The command for people: "add server 192.0.2.11:80 to tcp 192.0.2.1:80".
  package var text: String {
    switch self {
    case .addService(let key, _): "add service \(key.text)"
    case .editService(let key, _): "edit service \(key.text)"
    case .removeService(let key): "remove service \(key.text)"
    case .addDestination(let key, let server, let attributes):
      "add server \(server) with weight \(attributes.weight) to \(key.text)"
    case .editDestination(let key, let server, let attributes):
      "edit server \(server) of \(key.text) to weight \(attributes.weight)"
    case .removeDestination(let key, let server): "remove server \(server) from \(key.text)"
    case .flush: "flush"
    }
  }
}
