package import Wire

/// The operations that make one service of the table what it should be; nil means that it is not there, or is not to
/// be there.
///
/// They are ordered so that at no moment the service has fewer usable servers than before and after: servers are
/// added and raised first, then lowered to zero, then removed. What stays is edited in place and keeps its
/// connections.
package func plan(_ key: ServiceKey, actual: ServiceImage?, desired: ServiceImage?) -> [TableOperation] {
  guard let desired else { return actual == nil ? [] : [.removeService(key)] }
  var steps = DestinationSteps(key: key)
  for (endpoint, attributes) in desired.destinations {
    steps.add(endpoint, actual: actual?.destinations[endpoint], desired: attributes)
  }
  guard let actual else { return [.addService(key, desired.attributes)] + steps.inOrder }
  for (endpoint, attributes) in actual.destinations where desired.destinations[endpoint] == nil {
    steps.add(endpoint, actual: attributes, desired: nil)
  }
  let edit: [TableOperation] =
    actual.attributes.isEquivalent(to: desired.attributes) ? [] : [.editService(key, desired.attributes)]
  return edit + steps.inOrder
}

/// The operations that make some destinations of an existing service what they should be, in the same order.
package func plan(
  _ key: ServiceKey, actual: ServiceImage, desired: [(Endpoint, DestinationAttributes?)]
) -> [TableOperation] {
  var steps = DestinationSteps(key: key)
  for (endpoint, attributes) in desired {
    steps.add(endpoint, actual: actual.destinations[endpoint], desired: attributes)
  }
  return steps.inOrder
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

/// Operations on destinations, sorted into the order of their danger.
private struct DestinationSteps {
  let key: ServiceKey
  private var added: [(Endpoint, DestinationAttributes)] = []
  private var edited: [(Endpoint, DestinationAttributes)] = []
  private var lowered: [(Endpoint, DestinationAttributes)] = []
  private var removed: [Endpoint] = []

  init(key: ServiceKey) {
    self.key = key
  }

  mutating func add(_ endpoint: Endpoint, actual: DestinationAttributes?, desired: DestinationAttributes?) {
    switch (actual, desired) {
    case (nil, nil): break
    case (nil, let desired?): added.append((endpoint, desired))
    case (_?, nil): removed.append(endpoint)
    case (let actual?, let desired?):
      guard !actual.isEquivalent(to: desired) else { break }
      if desired.weight == 0 { lowered.append((endpoint, desired)) } else { edited.append((endpoint, desired)) }
    }
  }

  /// Additions, changes, reductions to zero, removals; each by address, so that equal inputs give equal plans.
  var inOrder: [TableOperation] {
    added.sorted { $0.0 < $1.0 }.map { .addDestination(key, $0.0, $0.1) }
      + edited.sorted { $0.0 < $1.0 }.map { .editDestination(key, $0.0, $0.1) }
      + lowered.sorted { $0.0 < $1.0 }.map { .editDestination(key, $0.0, $0.1) }
      + removed.sorted().map { .removeDestination(key, $0) }
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
