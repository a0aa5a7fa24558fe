import CNetlink
import Wire
import World

/// Attributes of link requests (linux/if_link.h).
private enum LinkRequestAttribute {
  static var group: Attribute<UInt32> { .init(IFLA_GROUP) }
  static var master: Attribute<UInt32> { .init(IFLA_MASTER) }
  static var macvlanMode: Attribute<UInt32> { .init(IFLA_MACVLAN_MODE) }
  static var ipvlanMode: Attribute<UInt16> { .init(IFLA_IPVLAN_MODE) }
  static var ipvlanFlags: Attribute<UInt16> { .init(IFLA_IPVLAN_FLAGS) }
  static var families: Attribute<AttributeSet> { .init(IFLA_AF_SPEC) }
  static var ipv4: Attribute<AttributeSet> { .init(2) }  // AF_INET
  static var ipv6: Attribute<AttributeSet> { .init(10) }  // AF_INET6
  static var parameters: Attribute<AttributeSet> { .init(IFLA_INET_CONF) }
  static var addressGeneration: Attribute<UInt8> { .init(IFLA_INET6_ADDR_GEN_MODE) }
}

/// Parameters of an interface that netlink can set (IPV4_DEVCONF_*), by the name they have below /proc/sys.
enum DeviceParameter {
  static let numbers: [String: Int] = [
    "rp_filter": 8, "arp_filter": 13, "arp_ignore": 19, "promote_secondaries": 20, "accept_local": 23,
  ]
}

/// A link with what tells a virtual one from another.
struct LinkDetails: Hashable {
  var link: Link
  /// The kind of a virtual link, for instance "macvlan"; empty for hardware.
  var kind: String
  /// The mode of a macvlan.
  var macvlanMode: UInt32?
  var group: UInt32
  var master: Int32?

  /// Whether it is what is asked for, on this base.
  func fits(_ specification: VirtualLinkSpecification, on base: LinkDetails) -> Bool {
    // The kernel stacks none of them on its like but puts it beside that.
    guard link.lower == (base.kind == kind ? base.link.lower : base.link.index) else { return false }
    switch specification.kind {
    case .macvlan(let address):
      return kind == "macvlan" && link.hardwareAddress == address && macvlanMode == MACVLAN_MODE_PRIVATE.rawValue
    case .ipvlan: return kind == "ipvlan"
    }
  }
}

extension LinkMessages {
  private static func writeHeader(
    _ message: inout MessageWriter, index: Int32 = 0, flags: UInt32 = 0, change: UInt32 = 0
  ) {
    message.number(UInt8(0))  // AF_UNSPEC
    message.number(UInt8(0))
    message.number(UInt16(0))  // ARPHRD_*
    message.number(index)
    message.number(flags)
    message.number(change)
  }

  /// Asks for one link, by name or by number (RTM_GETLINK).
  static func writeQuestion(name: String? = nil, index: Int32 = 0, _ writer: inout MessageWriter) {
    writer.message(type: UInt16(RTM_GETLINK), flags: UInt16(NLM_F_REQUEST)) { message in
      writeHeader(&message, index: index)
      message.put(LinkAttribute.name, name)
      message.put(LinkAttribute.filter, 8)  // RTEXT_FILTER_SKIP_STATS
    }
  }

  /// Makes a virtual link; EEXIST when the name is taken.
  static func writeCreation(
    _ specification: VirtualLinkSpecification, name: String, base: LinkDetails, master: Int32?,
    _ writer: inout MessageWriter
  ) {
    writer.message(type: UInt16(RTM_NEWLINK), flags: UInt16(NLM_F_REQUEST | NLM_F_CREATE | NLM_F_EXCL)) { message in
      writeHeader(&message)
      message.put(LinkAttribute.lower, base.link.index)
      message.put(LinkAttribute.name, name)
      message.put(LinkRequestAttribute.group, specification.group ?? base.group)
      message.put(LinkRequestAttribute.master, master.map(UInt32.init(bitPattern:)))
      if case .macvlan(let address) = specification.kind {
        message.put(LinkAttribute.hardwareAddress, RawOctets(address.octets))
      }
      message.nest(LinkAttribute.information) { information in
        switch specification.kind {
        case .macvlan:
          information.put(LinkAttribute.kind, "macvlan")
          information.nest(LinkAttribute.data) {
            $0.put(LinkRequestAttribute.macvlanMode, MACVLAN_MODE_PRIVATE.rawValue)
          }
        case .ipvlan(let isolation):
          information.put(LinkAttribute.kind, "ipvlan")
          information.nest(LinkAttribute.data) {
            $0.put(LinkRequestAttribute.ipvlanMode, UInt16(IPVLAN_MODE_L2.rawValue))
            // Kernels before 4.15 know no flags, and bridge is what they do.
            $0.put(LinkRequestAttribute.ipvlanFlags, isolation == .bridge ? nil : isolation.rawValue)
          }
        }
      }
    }
  }

  /// Lets IPv6 make no address by itself on the link (addr_gen_mode none).
  static func writeNoAddressGeneration(index: Int32, _ writer: inout MessageWriter) {
    writer.message(type: UInt16(RTM_NEWLINK), flags: UInt16(NLM_F_REQUEST)) { message in
      writeHeader(&message, index: index)
      message.nest(LinkRequestAttribute.families) {
        $0.nest(LinkRequestAttribute.ipv6) {
          $0.put(LinkRequestAttribute.addressGeneration, UInt8(IN6_ADDR_GEN_MODE_NONE.rawValue))
        }
      }
    }
  }

  /// Sets IPv4 parameters of the link.
  static func writeParameters(_ values: [(number: Int, value: UInt32)], index: Int32, _ writer: inout MessageWriter) {
    writer.message(type: UInt16(RTM_NEWLINK), flags: UInt16(NLM_F_REQUEST)) { message in
      writeHeader(&message, index: index)
      message.nest(LinkRequestAttribute.families) {
        $0.nest(LinkRequestAttribute.ipv4) {
          $0.nest(LinkRequestAttribute.parameters) { parameters in
            for (number, value) in values { parameters.put(Attribute<UInt32>(number), value) }
          }
        }
      }
    }
  }

  /// Brings the link up or down.
  static func writeState(index: Int32, isUp: Bool, _ writer: inout MessageWriter) {
    writer.message(type: UInt16(RTM_NEWLINK), flags: UInt16(NLM_F_REQUEST)) { message in
      writeHeader(&message, index: index, flags: isUp ? 1 : 0, change: 1)  // IFF_UP
    }
  }

  /// Removes the link.
  static func writeRemoval(index: Int32, _ writer: inout MessageWriter) {
    writer.message(type: UInt16(RTM_DELLINK), flags: UInt16(NLM_F_REQUEST)) { writeHeader(&$0, index: index) }
  }

  /// Reads a link with its details.
  static func readDetails(_ message: Message) throws(MessageFault) -> LinkDetails? {
    guard Int(message.type) == RTM_NEWLINK, let link = try read(message) else { return nil }
    var reader = HostReader(message.payload)
    _ = try reader.octets(16)  // struct ifinfomsg
    let attributes = try AttributeSet(parsing: reader.rest)
    let information = try attributes.value(LinkAttribute.information)
    let kind = try information?.value(LinkAttribute.kind) ?? ""
    let data = kind == "macvlan" ? try information?.value(LinkAttribute.data) : nil
    return LinkDetails(
      link: link, kind: kind, macvlanMode: try data?.value(LinkRequestAttribute.macvlanMode),
      group: try attributes.value(LinkRequestAttribute.group) ?? 0,
      master: try attributes.value(LinkRequestAttribute.master).map(Int32.init(bitPattern:)))
  }
}
