package import World
internal import CNetlink

/// The families of netlink sockets this program uses.
package enum NetlinkFamily: Int32, Sendable {
  /// Links, addresses, routes and rules (NETLINK_ROUTE).
  case route = 0
  /// The packet filter (NETLINK_NETFILTER).
  case netfilter = 12
  /// The families with names, IPVS among them (NETLINK_GENERIC).
  case generic = 16
}

/// Where datagrams are received. Memory that no datagram has reached yet is not the process's.
@safe final class DatagramRoom {
  let octets: UnsafeMutableRawBufferPointer

  init(_ count: Int) {
    unsafe octets = UnsafeMutableRawBufferPointer.allocate(byteCount: count, alignment: 16)
  }

  deinit {
    unsafe octets.deallocate()
  }

  var count: Int { unsafe octets.count }

  /// A copy of the first octets.
  func taken(_ count: Int) -> ArraySlice<UInt8> {
    unsafe Array(octets.prefix(count))[...]
  }
}

/// A netlink socket, opened and bound by libnl, in the network namespace of the thread that makes it.
///
/// Nothing here waits. The kernel works a request off within the call that sends it and prepares the next part of a dump
/// within the call that takes the one before, so an answer that is not there will not come: it was lost in an overflow,
/// or the kernel swallowed it, as it does when its error is EINTR. A session is owned by one thing at a time, and closes
/// its socket when it ends.
@safe package struct NetlinkSession: ~Copyable {
  /// The longest datagram taken in: twice what the kernel makes of a dump.
  static let capacity = 65_536

  private let socket: OpaquePointer
  private let room = DatagramRoom(NetlinkSession.capacity)
  var nextSequence: UInt32 = 1
  /// How often something received was not understood, by reason.
  package private(set) var faults: [MessageFault: Int] = [:]

  /// Opens a session; one that belongs to groups is a monitor.
  package init(_ family: NetlinkFamily, groups: [Int] = []) throws(SystemFailure) {
    unsafe socket = try Self.open(family, groups)
  }

  private static func open(_ family: NetlinkFamily, _ groups: [Int]) throws(SystemFailure) -> OpaquePointer {
    guard let socket = unsafe nl_socket_alloc() else {
      throw Refusal(code: ENOMEM).failure(of: "nl_socket_alloc")
    }
    do throws(SystemFailure) {
      let result = unsafe nl_connect(socket, family.rawValue)
      guard result == 0 else { throw Self.failure(of: "nl_connect", result) }
      unsafe prepare(nl_socket_get_fd(socket))
      for group in groups { unsafe try join(socket, group) }
    } catch {
      unsafe nl_socket_free(socket)
      throw error
    }
    return unsafe socket
  }

  deinit {
    unsafe nl_socket_free(socket)
  }

  /// The descriptor, to wait for events of a monitor.
  package var fileDescriptor: Int32 { unsafe nl_socket_get_fd(socket) }

  /// Makes the monitor a member of one more group.
  package mutating func join(_ group: Int) throws(SystemFailure) {
    unsafe try Self.join(socket, group)
  }

  private static func join(_ socket: OpaquePointer, _ group: Int) throws(SystemFailure) {
    let result = unsafe nl_socket_add_membership(socket, Int32(truncatingIfNeeded: group))
    guard result == 0 else { throw failure(of: "nl_socket_add_membership", result) }
  }

  /// The number of a generic family; nil when the kernel does not have it.
  package mutating func resolve(_ family: String) throws(SystemFailure) -> UInt16? {
    let result = unsafe family.withCString { unsafe genl_ctrl_resolve(socket, $0) }
    if result == -NLE_OBJ_NOTFOUND { return nil }
    guard result >= 0, let number = UInt16(exactly: result) else {
      throw Self.failure(of: "genl_ctrl_resolve", result)
    }
    return number
  }

  /// Options that make the session quicker or its errors clearer. Each is a gift of newer kernels or of privileges; the
  /// session works without, so that nothing is said when one is refused.
  private static func prepare(_ descriptor: Int32) {
    let megabyte: Int32 = 1 << 20
    if cnetlink_set_option(descriptor, SOL_SOCKET, SO_RCVBUFFORCE, 4 * megabyte) < 0 {
      _ = cnetlink_set_option(descriptor, SOL_SOCKET, SO_RCVBUF, 4 * megabyte)
    }
    if cnetlink_set_option(descriptor, SOL_SOCKET, SO_SNDBUFFORCE, megabyte) < 0 {
      _ = cnetlink_set_option(descriptor, SOL_SOCKET, SO_SNDBUF, megabyte)
    }
    _ = cnetlink_set_option(descriptor, SOL_NETLINK, NETLINK_CAP_ACK, 1)
    _ = cnetlink_set_option(descriptor, SOL_NETLINK, NETLINK_EXT_ACK, 1)
    _ = cnetlink_set_option(descriptor, SOL_NETLINK, NETLINK_GET_STRICT_CHK, 1)
  }

  /// A failure in libnl, which has numbers of its own for errors.
  private static func failure(of call: String, _ result: Int32) -> SystemFailure {
    let code: Int32 =
      switch -result {
      case NLE_NOMEM: ENOMEM
      case NLE_PERM: EPERM
      case NLE_NOACCESS: EACCES
      case NLE_AF_NOSUPPORT: EAFNOSUPPORT
      case NLE_PROTO_MISMATCH: EPROTONOSUPPORT
      case NLE_OBJ_NOTFOUND: ENOENT
      case NLE_AGAIN: EAGAIN
      default: EIO
      }
    return SystemFailure(call: call, code: code, reason: unsafe String(cString: nl_geterror(result)))
  }
}

extension NetlinkSession {
  /// What a call of `receive` came to.
  enum Reception: Hashable {
    case received
    /// The queue is empty.
    case nothing
    /// The socket's buffer was full and something was lost (ENOBUFS), or a datagram was cut.
    case lost
    case failed(Int32)
  }

  /// Sends messages in one datagram.
  func send(_ octets: [UInt8]) throws(Refusal) {
    let sent = unsafe octets.withUnsafeBytes { unsafe cnetlink_send(fileDescriptor, $0.baseAddress, $0.count) }
    guard sent >= 0 else { throw Refusal(code: Int32(truncatingIfNeeded: -sent)) }
  }

  /// Receives one datagram and hands over its messages one after the other.
  mutating func receive(_ body: (Message) -> Void) -> Reception {
    var port: UInt32 = 0
    let descriptor = fileDescriptor
    let length = unsafe cnetlink_receive(descriptor, room.octets.baseAddress, room.octets.count, &port)
    guard length >= 0 else {
      switch Int32(truncatingIfNeeded: -length) {
      case EAGAIN: return .nothing
      case ENOBUFS: return .lost
      case let code: return .failed(code)
      }
    }
    guard port == 0 else {
      count(.foreignSender)
      return .received
    }
    guard length <= room.count else {
      count(.truncated)
      return .lost
    }
    var reader = DatagramReader(room.taken(length))
    do {
      while let message = try reader.next() { body(message) }
    } catch {
      count(error)
    }
    return .received
  }

  /// Counts something received that was not understood.
  mutating func count(_ fault: MessageFault) {
    faults[fault, default: 0] &+= 1
  }
}
