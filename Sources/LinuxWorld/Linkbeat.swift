internal import CLinux
package import World

/// Carriers that drivers are asked for, instead of believing the kernel's flags (`linkbeat_interfaces`,
/// `linkbeat_use_polling`): there are drivers that never tell the kernel of a cable that was pulled.
package struct Linkbeat: Sendable {
  /// Ways to ask.
  package enum Method: Int32, CaseIterable, Sendable {
    /// A register of the PHY (SIOCGMIIREG).
    case mii = 1
    /// ETHTOOL_GLINK.
    case ethtool = 2
    /// The interface's own flags (SIOCGIFFLAGS).
    case flags = 3
  }

  /// How often drivers are asked.
  package static let interval = Duration.seconds(1)
  private static let running: UInt32 = 0x40  // IFF_RUNNING

  /// The interfaces by name, with the one way to ask them, or nil for the first that works.
  package var interfaces: [String: Method?]
  private var beats: [String: Bool] = [:]

  /// Asks the drivers of these interfaces.
  package init(_ interfaces: [String: Method?] = [:]) { self.interfaces = interfaces }

  /// The link as its driver has it.
  package func corrected(_ link: Link) -> Link {
    guard let beat = beats[link.name] else { return link }
    var link = link
    link.flags = beat && link.isUp ? link.flags | Self.running : link.flags & ~Self.running
    return link
  }

  /// Asks for the carriers of these links; returns those that are otherwise than before, as they are now. An interface
  /// whose driver answers to nothing is believed what the kernel says.
  package mutating func poll(
    _ links: some Sequence<Link>, ask: (String, Method) -> Bool? = Linkbeat.ask
  ) -> [Link] {
    var changed: [Link] = []
    var new: [String: Bool] = [:]
    for link in links {
      guard let method = interfaces[link.name] else { continue }
      let before = corrected(link)
      let methods = method.map { [$0] } ?? Method.allCases
      var beat: Bool?
      for method in methods where beat == nil { beat = ask(link.name, method) }
      beats[link.name] = beat
      if let beat { new[link.name] = beat }
      if corrected(link) != before { changed.append(corrected(link)) }
    }
    beats = new
    return changed
  }

  /// Whether a driver says that there is a carrier; nil when it does not answer in this way.
  package static func ask(_ interface: String, _ method: Method) -> Bool? {
    let answer = unsafe linux_link_beat(interface, method.rawValue)
    return answer < 0 ? nil : answer == 1
  }
}
