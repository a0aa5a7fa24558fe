import ConfigurationLanguage
import Testing

/// Configurations as large as anyone's.
enum LargeConfiguration {
  static func services(_ count: Int, servers: Int, check: Bool) -> String {
    var text = "global_defs {\n router_id R\n}\n"
    for service in 0..<count {
      let address = "10.\(service / 62500 + 50).\(service / 250 % 250).\(service % 250 + 1)"
      text += "virtual_server \(address) 80 {\n delay_loop 6\n lb_algo rr\n lb_kind DR\n protocol TCP\n"
      for server in 0..<servers {
        let address = "172.\(16 + server / 62500).\(server / 250 % 250).\(server % 250 + 1)"
        text += " real_server \(address) 80 {\n weight 1\n"
        text += check ? " TCP_CHECK {\n connect_timeout 1\n }\n }\n" : " }\n"
      }
      text += "}\n"
    }
    return text
  }
}

struct SizeTests {
  @Test func `sizes`() {
    for (name, text) in [
      ("1000x10 checked", LargeConfiguration.services(1000, servers: 10, check: true)),
      ("1x10000", LargeConfiguration.services(1, servers: 10000, check: true)),
      ("1x20000", LargeConfiguration.services(1, servers: 20000, check: true)),
    ] {
      let clock = ContinuousClock()
      let time = clock.measure {
        let parsed = parse(text)
        if parsed.configuration?.virtualServers.isEmpty ?? true { print("EMPTY") }
      }
      print(name, text.utf8.count, time)
    }
  }
}
