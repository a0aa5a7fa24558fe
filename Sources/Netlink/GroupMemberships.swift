internal import CNetlink
internal import Glibc
internal import Wire
internal import World

/// Memberships in multicast groups on one interface, so that the kernel reports them there. The sockets receive nothing.
final class GroupMemberships {
  /// Memberships of one socket; the kernel allows 20 of IPv4 (igmp_max_memberships) and some hundreds of IPv6.
  private static let groupsOfSocket = 16

  /// The interface.
  let interface: Int32
  /// The groups.
  let groups: Set<IPAddress>
  private var sockets: [Int32] = []

  /// Joins the groups; those that could not be joined are in `failures`.
  init(_ groups: Set<IPAddress>, interface: Int32, failures: inout [SystemFailure]) {
    self.interface = interface
    self.groups = groups
    for family in AddressFamily.allCases {
      let groups = groups.filter { $0.family == family }.sorted()
      for start in stride(from: 0, to: groups.count, by: Self.groupsOfSocket) {
        let number = socket(Int32(family.number), Int32(SOCK_DGRAM.rawValue | SOCK_CLOEXEC.rawValue), 0)
        guard number >= 0 else {
          failures.append(Refusal(code: errno).failure(of: "socket", on: "\(family)"))
          break
        }
        sockets.append(number)
        for group in groups.dropFirst(start).prefix(Self.groupsOfSocket) where !join(number, group) {
          failures.append(Refusal(code: errno).failure(of: "join group", on: "\(group)"))
        }
      }
    }
  }

  deinit {
    for number in sockets { close(number) }
  }

  private func join(_ socket: Int32, _ group: IPAddress) -> Bool {
    switch group {
    case .v4(let address):
      var request = ip_mreqn()
      request.imr_multiaddr.s_addr = address.rawValue.bigEndian
      request.imr_ifindex = interface
      let length = socklen_t(MemoryLayout<ip_mreqn>.size)
      return unsafe setsockopt(socket, Int32(IPPROTO_IP), IP_ADD_MEMBERSHIP, &request, length) == 0
    case .v6(let address):
      var request = ipv6_mreq()
      unsafe withUnsafeMutableBytes(of: &request.ipv6mr_multiaddr) { unsafe $0.copyBytes(from: address.octets) }
      request.ipv6mr_interface = UInt32(bitPattern: interface)
      let length = socklen_t(MemoryLayout<ipv6_mreq>.size)
      return unsafe setsockopt(socket, Int32(IPPROTO_IPV6), IPV6_ADD_MEMBERSHIP, &request, length) == 0
    }
  }
}
