/// The kernel's table of virtual services as `ipvsadm` prints it, from the answer to the verb `ipvs`.
///
/// Programs and people read these forms by column, so they are ipvsadm's to the blank; `save` is what `ipvsadm -R` reads.
package enum TableText {
  /// `ipvsadm -Ln`
  package static func list(_ document: JSON) -> [String] {
    heading(
      document,
      "Prot LocalAddress:Port Scheduler Flags",
      "  -> RemoteAddress:Port           Forward Weight ActiveConn InActConn")
      + services(document).flatMap { service in
        [title(service, places: 0) + attributes(service)]
          + destinations(service).map { destination in
            "  -> \(padded(destination["name"]?.string ?? "", 28)) "
              + "\(padded(forwarding(destination).word, 7)) \(padded(number(destination, "weight"), 6)) "
              + "\(padded(number(destination, "active"), 10)) \(padded(number(destination, "inactive"), 10))"
          }
      }
  }

  /// `ipvsadm -Ln --stats --exact`, with the numbers in full.
  package static func statistics(_ document: JSON) -> [String] {
    heading(
      document,
      "Prot LocalAddress:Port               Conns   InPkts  OutPkts  InBytes OutBytes",
      "  -> RemoteAddress:Port")
      + services(document).flatMap { service in
        [title(service, places: 34) + counters(service)]
          + destinations(service).map { "  -> \(padded($0["name"]?.string ?? "", 28)) \(counters($0))" }
      }
  }

  /// `ipvsadm --save -n`
  package static func save(_ document: JSON) -> [String] {
    services(document).flatMap { service in
      let name = option(service)
      return ["-A \(name) -s \(service["scheduler"]?.string ?? "")\(options(service))"]
        + destinations(service).map { destination in
          "-a \(name) -r \(destination["name"]?.string ?? "") \(forwarding(destination).option) "
            + "-w \(number(destination, "weight"))\(tunnel(destination))"
        }
    }
  }

  private static func heading(_ document: JSON, _ lines: String...) -> [String] {
    [document["version"]?.string ?? "IP Virtual Server version 1.2.1"] + lines
  }

  private static func services(_ document: JSON) -> [JSON] { document["services"]?.array ?? [] }

  private static func destinations(_ service: JSON) -> [JSON] { service["destinations"]?.array ?? [] }

  private static func title(_ service: JSON, places: Int) -> String {
    let name = service["name"]?.string ?? ""
    let word = service["protocol"]?.string ?? ""
    let title =
      word == "FWM" && service["family"]?.integer == 6
      ? "\(padded(word, 4)) \(name) IPv6" : "\(padded(word, 4)) \(name)"
    return padded(title, places)
  }

  private static func attributes(_ service: JSON) -> String {
    var text = " \(service["scheduler"]?.string ?? "")"
    let flags = schedulerFlags(service)
    if !flags.isEmpty { text += " (\(flags.joined(separator: ",")))" }
    if let timeout = service["persistence"]?.integer { text += " persistent \(timeout)" }
    if let mask = service["mask"]?.string { text += " mask \(mask)" }
    if let engine = service["engine"]?.string { text += " pe \(engine)" }
    if service["one_packet"]?.boolean == true { text += " ops" }
    return text
  }

  private static func option(_ service: JSON) -> String {
    let name = service["name"]?.string ?? ""
    switch service["protocol"]?.string {
    case "TCP": return "-t \(name)"
    case "UDP": return "-u \(name)"
    case "SCTP": return "--sctp-service \(name)"
    default: return service["family"]?.integer == 6 ? "-f \(name) -6" : "-f \(name)"
    }
  }

  private static func options(_ service: JSON) -> String {
    var text = ""
    if let timeout = service["persistence"]?.integer { text += " -p \(timeout)" }
    if let mask = service["mask"]?.string { text += " -M \(mask)" }
    if let engine = service["engine"]?.string { text += " --pe \(engine)" }
    if service["one_packet"]?.boolean == true { text += " -o" }
    let flags = schedulerFlags(service)
    if !flags.isEmpty { text += " -b \(flags.joined(separator: ","))" }
    return text
  }

  /// The flags of a scheduler under the names that this scheduler gives them.
  private static func schedulerFlags(_ service: JSON) -> [String] {
    let names: [String] =
      switch service["scheduler"]?.string {
      case "sh": ["sh-fallback", "sh-port", "flag-3"]
      case "mh": ["mh-fallback", "mh-port", "flag-3"]
      default: ["flag-1", "flag-2", "flag-3"]
      }
    let flags = service["scheduler_flags"]?.integer ?? 0
    return names.indices.filter { flags & (1 << Int64($0)) != 0 }.map { names[$0] }
  }

  private static func forwarding(_ destination: JSON) -> (word: String, option: String) {
    switch destination["forwarding"]?.string {
    case "masquerade": ("Masq", "-m")
    case "local": ("Local", "-g")
    case "tunnel": ("Tunnel", "-i")
    case "bypass": ("Bypass", "-g")
    default: ("Route", "-g")
    }
  }

  private static func tunnel(_ destination: JSON) -> String {
    guard let tunnel = destination["tunnel"] else { return "" }
    let checksum: String =
      switch tunnel["flags"]?.integer ?? 0 {
      case 1: " --tun-csum"
      case 2: " --tun-remcsum"
      default: " --tun-nocsum"
      }
    switch tunnel["type"]?.integer ?? 0 {
    case 1: return " --tun-type gue --tun-port \(number(tunnel, "port"))\(checksum)"
    case 2: return " --tun-type gre\(checksum)"
    default: return " --tun-type ipip"
    }
  }

  private static func counters(_ json: JSON) -> String {
    ["connections", "in_packets", "out_packets", "in_bytes", "out_bytes"].map { name in
      let text = number(json, name)
      return String(repeating: " ", count: max(0, 8 - text.count)) + text
    }.joined(separator: " ")
  }

  private static func number(_ json: JSON, _ name: String) -> String { String(json[name]?.integer ?? 0) }

  private static func padded(_ text: String, _ width: Int) -> String {
    text + String(repeating: " ", count: max(0, width - text.count))
  }
}
