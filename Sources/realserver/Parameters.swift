import Netlink
import Wire
import World

/// The kernel parameters of ARP.
enum Parameters {
  private static let wanted = ["arp_ignore": "1", "arp_announce": "2"]

  /// All that are set, in this order.
  static let names = ["all", "lo"].flatMap { interface in
    ["arp_ignore", "arp_announce"].map { KernelParameter(.ipv4, interface: interface, $0).name }
  }

  /// Whether a value keeps the host silent about addresses of lo. For arp_ignore 1, 2 and 8 do; 3 to 7 answer for
  /// addresses of global scope, so that a larger value is not always a stricter one.
  static func isRight(_ name: String, _ value: String) -> Bool {
    name.hasSuffix("arp_ignore") ? ["1", "2", "8"].contains(value) : value == "2"
  }

  /// The name as sysctl(8) writes it.
  static func shown(_ name: String) -> String {
    String(name.map { $0 == "/" ? "." : $0 })
  }

  static func read(_ name: String) throws(Trouble) -> String {
    do throws(SystemFailure) { return try KernelParameter(name).read() } catch { throw Trouble(error) }
  }

  static func write(_ name: String, _ value: String) throws(Trouble) {
    do throws(SystemFailure) { try KernelParameter(name).write(value) } catch { throw Trouble(error) }
  }

  /// Sets the parameter unless its value is right or stricter.
  static func set(_ name: String) throws(Trouble) {
    guard let value = wanted[String(name.split(separator: "/").last ?? "")] else { return }
    let old = try read(name)
    guard !isRight(name, old) else { return }
    try write(name, value)
    Output.line("\(shown(name)) set to \(value) (was \(old))")
  }

  /// Gives the parameter a former value again.
  static func restore(_ name: String, _ value: String) throws(Trouble) {
    guard try read(name) != value else { return }
    try write(name, value)
    Output.line("\(shown(name)) restored to \(value)")
  }

  /// Interfaces that would answer for addresses of lo all the same, each with the value in effect: the larger of its
  /// own and that of "all".
  static func talkative(_ interfaces: [String]) throws(Trouble) -> [(interface: String, name: String, value: Int)] {
    var found: [(interface: String, name: String, value: Int)] = []
    for name in ["arp_ignore", "arp_announce"] {
      let all = Int(try read(KernelParameter(.ipv4, interface: "all", name).name)) ?? 0
      for interface in interfaces {
        let own = Int(try read(KernelParameter(.ipv4, interface: interface, name).name)) ?? 0
        let value = max(all, own)
        if !isRight(name, String(value)) { found.append((interface, name, value)) }
      }
    }
    return found
  }
}
