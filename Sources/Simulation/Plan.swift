package import Wire

/// What is configured in a cluster, from which the configuration of each of its nodes is written.
package struct Plan: Hashable, Sendable {
  /// A virtual router.
  package struct Instance: Hashable, Sendable {
    /// Its name; also says on which segment it is: "VI_1".
    package var name: String
    package var virtualRouter: Int
    package var isVersionThree: Bool
    package var family: AddressFamily
    /// "eth0" (clients) or "eth1" (real servers).
    package var interface: String
    /// In hundredths of a second.
    package var interval: Int
    /// By node.
    package var priorities: [Int]
    package var preempts = true
    /// In seconds.
    package var preemptDelay = 0
    package var downTimerAdverts = 3
    package var password: String?
    package var isUnicast = false
    package var addresses: [String]
    package var excludedAddresses: [String] = []
    /// The weight of the script "ready", 0 for a fault; nil when it is not tracked.
    package var scriptWeight: Int?
    /// The weight of the other interface; nil when it is not tracked.
    package var interfaceWeight: Int?
    /// The factor of the number in the file "load"; nil when it is not tracked.
    package var fileWeight: Int?
  }

  /// A real server of a service.
  package struct Server: Hashable, Sendable {
    /// Its number, which says where it is and what it speaks.
    package var number: Int
    package var weight: Int
    package var inhibits = false
  }

  /// A virtual service.
  package struct Service: Hashable, Sendable {
    package var address: String
    package var port: Int
    package var servers: [Server]
    package var quorum = 1
    package var hasSorryServer = false
    package var alpha = false
    package var delayLoop = 2
    package var retry = 1
    package var delayBeforeRetry = 1
    package var connectTimeout = 2
    package var onBackup: String?
  }

  /// What a real server speaks, by its number.
  package enum Language: Int, Hashable, Sendable, CaseIterable {
    case tcp
    case http
    case smtp
    case ping
  }

  /// How many nodes there are.
  package var nodes: Int
  package var instances: [Instance]
  /// Sync groups, as lists of the names of instances.
  package var groups: [[String]] = []
  package var services: [Service] = []
  /// Seconds between runs of the script "ready".
  package var scriptInterval = 1
  package var scriptRise = 1
  package var scriptFall = 1
  /// The startup delay in seconds.
  package var startupDelay = 0

  /// What the server of a number speaks.
  package static func language(of server: Int) -> Language { Language(rawValue: server % 4) ?? .tcp }

  /// The address of a real server.
  package static func address(of server: Int) -> String { "10.0.0.\(100 + server)" }

  /// The port of a real server.
  package static func port(of server: Int) -> Int { 8000 + server }

  /// The number of servers there are, the sorry server being the last.
  package static let serverCount = 9
  package static let sorryServer = 8

  /// The group of an instance; nil for one that stands alone.
  package func group(of instance: String) -> [String]? { groups.first { $0.contains(instance) } }
}

/// The addresses of a node itself.
package enum NodeAddress {
  /// On eth0.
  package static func front(_ node: Int) -> String { "192.0.2.\(node + 1)/24" }
  /// On eth1.
  package static func back(_ node: Int) -> String { "10.0.0.\(node + 1)/24" }
  /// On eth0, for IPv6.
  package static func frontLinkLocal(_ node: Int) -> String { "fe80::\(String(node + 1, radix: 16))/64" }
}
