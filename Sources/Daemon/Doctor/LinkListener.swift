import CLinux
import Diagnosis
import Glibc
import LinuxWorld
import VRRP
import Wire
import World

/// Listens on the links for adverts and for who claims the virtual addresses.
struct LinkListener {
  private struct Link {
    let interface: HostFacts.Interface
    let socket: Descriptor
  }

  private let intent: Intent
  private var links: [Link] = []
  private(set) var adverts: [HostFacts.HeardAdvert] = []
  private(set) var claims: [HostFacts.Claim] = []

  /// Opens the links that routers speak on, and those whose network a virtual address is in.
  init(_ intent: Intent, _ interfaces: [HostFacts.Interface]) throws(SystemFailure) {
    self.intent = intent
    let virtual = intent.virtualAddresses
    for interface in interfaces where interface.hardwareAddress != nil {
      let isSpokenOn = intent.routers.contains { $0.interface == interface.name }
      guard isSpokenOn || !Self.near(interface, virtual).isEmpty else { continue }
      let index = unsafe if_nametoindex(interface.name)
      guard index != 0 else { continue }
      let number = try succeed("packet socket", about: interface.name, linux_link_listener(Int32(index)))
      links.append(Link(interface: interface, socket: Descriptor(number)))
    }
  }

  /// The virtual IPv4 addresses whose network is that of an interface.
  private static func near(_ interface: HostFacts.Interface, _ addresses: Set<IPAddress>) -> [IPv4Address] {
    addresses.compactMap { address in
      guard case .v4(let four) = address else { return nil }
      let isNear = interface.addresses.contains { $0.length < 32 && $0.includes(address) }
      return isNear ? four : nil
    }
  }

  /// Asks who has the virtual addresses. A thousand of them is a thousand small frames, once.
  func probe() {
    guard let socket = try? Descriptor(succeed("packet socket", linux_frame_socket())) else { return }
    for link in links {
      guard let hardwareAddress = link.interface.hardwareAddress else { continue }
      let index = unsafe if_nametoindex(link.interface.name)
      for address in Self.near(link.interface, intent.virtualAddresses).prefix(1024) {
        let frame = AddressProbe.frame(for: address, from: hardwareAddress)
        unsafe _ = frame.withUnsafeBytes {
          unsafe linux_send_frame(socket.number, $0.baseAddress, $0.count, Int32(index))
        }
      }
    }
  }

  /// Takes in what comes within a time.
  mutating func listen(for time: Duration) {
    let end = ContinuousClock.now + time
    var buffer = [UInt8](repeating: 0, count: 4608)
    while true {
      let left = end - ContinuousClock.now
      guard left > .zero else { return }
      var polled = links.map { pollfd(fd: $0.socket.number, events: Int16(POLLIN), revents: 0) }
      let milliseconds = left.components.seconds * 1000 + left.components.attoseconds / 1_000_000_000_000_000 + 1
      guard unsafe poll(&polled, nfds_t(polled.count), Int32(clamping: milliseconds)) >= 0 else { return }
      for (place, link) in links.enumerated() where polled[place].revents != 0 {
        // Bounded, so that a busy link does not keep the others and the clock waiting.
        for _ in 0..<256 {
          let length = unsafe linux_receive(link.socket.number, &buffer, buffer.count)
          guard length > 0 else { break }
          if let frame = HeardFrame(buffer.prefix(length)) { note(frame, on: link.interface.name) }
        }
      }
    }
  }

  private mutating func note(_ frame: HeardFrame, on interface: String) {
    switch frame {
    case .claim(let address, let owner):
      let claim = HostFacts.Claim(interface: interface, address: address, hardwareAddress: owner)
      if intent.virtualAddresses.contains(address), !claims.contains(claim) { claims.append(claim) }
    case .packet(let sender, let source, let transport, let payload):
      guard let message = Self.message(transport, payload), adverts.count < 4096,
        let advert = Advertisement(message, family: source.family)
      else { return }
      let heard = HostFacts.HeardAdvert(
        interface: interface, source: source, hardwareAddress: sender, virtualRouter: advert.virtualRouter,
        version: Int(advert.version.rawValue), priority: advert.priority, addresses: advert.addresses)
      if !adverts.contains(heard) { adverts.append(heard) }
    }
  }

  /// The message proper, without an authentication header before it or a trailer behind it.
  private static func message(_ transport: UInt8, _ payload: ArraySlice<UInt8>) -> ArraySlice<UInt8>? {
    let message: ArraySlice<UInt8>
    switch transport {
    case 112: message = payload
    case 51 where payload.first == 112: message = payload.dropFirst(24)
    default: return nil
    }
    return message.count > MessageTrailer.length && Advertisement(message, family: .ipv4) == nil
      && Advertisement(message, family: .ipv6) == nil ? message.dropLast(MessageTrailer.length) : message
  }
}
