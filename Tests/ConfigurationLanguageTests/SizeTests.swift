import ConfigurationLanguage
import Glibc
import Testing

/// Configurations as large as anyone's.
enum LargeConfiguration {
  static func services(_ count: Int, servers: Int) -> String {
    var text = "global_defs {\n router_id R\n}\n"
    for service in 0..<count {
      let address = "10.\(service / 62500 + 50).\(service / 250 % 250).\(service % 250 + 1)"
      text += "virtual_server \(address) 80 {\n delay_loop 6\n lb_algo rr\n lb_kind DR\n protocol TCP\n"
      for server in 0..<servers {
        let address = "172.\(16 + server / 62500).\(server / 250 % 250).\(server % 250 + 1)"
        text += " real_server \(address) 80 {\n weight 1\n TCP_CHECK {\n connect_timeout 1\n }\n }\n"
      }
      text += "}\n"
    }
    return text
  }

  static func routers(_ count: Int) -> String {
    (0..<count).map { number in
      """
      vrrp_instance V\(number) {
        interface e\(number / 250)
        virtual_router_id \(number % 250 + 1)
        priority 100
        virtual_ipaddress {
          10.\(100 + number / 250).1.\(number % 250)/32
        }
      }

      """
    }.joined()
  }
}

/// Processor time of this thread in nanoseconds; other tests run at the same time.
func threadTime() -> Int {
  var time = timespec()
  unsafe clock_gettime(CLOCK_THREAD_CPUTIME_ID, &time)
  return time.tv_sec * 1_000_000_000 + time.tv_nsec
}

struct SizeTests {
  /// Processor time of reading a text, the least of three times.
  static func time(_ text: String, expecting count: Int, _ size: (Configuration) -> Int) -> Int {
    var least = Int.max
    for _ in 0..<3 {
      let start = threadTime()
      let parsed = parse(text, environment: nil)
      least = min(least, threadTime() - start)
      #expect(parsed.configuration.map(size) == count)
    }
    return max(1, least)
  }

  @Test func `twice the servers of one service take twice the time`() {
    func servers(_ count: Int) -> Int {
      Self.time(LargeConfiguration.services(1, servers: count), expecting: count) {
        $0.virtualServers.first?.realServers.count ?? 0
      }
    }
    #expect(Double(servers(20_000)) < 3.5 * Double(servers(10_000)))
  }

  @Test func `twice the services take twice the time`() {
    func services(_ count: Int) -> Int {
      Self.time(LargeConfiguration.services(count, servers: 5), expecting: count, \.virtualServers.count)
    }
    #expect(Double(services(2000)) < 3.5 * Double(services(1000)))
  }

  @Test func `twice the instances take twice the time`() {
    func routers(_ count: Int) -> Int {
      Self.time(LargeConfiguration.routers(count), expecting: count, \.vrrpInstances.count)
    }
    #expect(Double(routers(2000)) < 3.5 * Double(routers(1000)))
  }

  /// Texts that make a careless reader look at everything again for everything.
  static let hostile: [@Sendable (Int) -> String] = [
    { count in
      (0..<count).map { "vrrp_script script\($0) {\nscript /usr/bin/true\n}\n" }.joined() + instance
        + "\ntrack_script {\n" + (0..<count).map { "scropt\($0)\n" }.joined() + "}\n}\n"
    },
    { count in
      instance + (0..<count).map { "\nvirtual_ipaddress_excluded {\n10.0.\($0 / 250).\($0 % 250)\n}" }.joined()
        + "\n}\n"
    },
    { count in instance + String(repeating: "\nunicast_peer {\n10.0.0.1\n}", count: count) + "\n}\n" },
    { count in instance + String(repeating: "\ntrack_interface {\neth1\n}", count: count) + "\n}\n" },
    { count in
      LargeConfiguration.routers(count)
        + (0..<count).map { "vrrp_sync_group G\($0) {\ngroup {\nV\($0)\n}\n}\n" }.joined()
    },
    { count in "global_defs { " + String(repeating: "router_id a ", count: count * 4) + "}\n" },
    { count in String(repeating: "$A=1\n", count: count * 4) + String(repeating: "$A ", count: count) },
    { count in "~SEQ(A, 1, \(count)) @node1 { $B=1 @other x { $A }\n" },
    { count in String(repeating: "{@node1 ", count: count / 4) + "\n" },
    { count in "global_defs { router_id \"" + String(repeating: "\\\"", count: count * 4) + "\n}" },
    { count in (0..<count).map { "virtual_server group g\($0) {\nreal_server 10.0.0.1 80 { }\n}\n" }.joined() },
    { count in (0..<count).map { "virtual_server_group g\($0) {\n10.0.0.\($0 % 200) 80\n}\n" }.joined() },
  ]

  @Test(arguments: hostile.indices)
  func `hostile texts take time in proportion`(number: Int) {
    func time(_ count: Int) -> Int {
      let text = Self.hostile[number](count)
      return (0..<2).map { _ in
        let start = threadTime()
        _ = parse(text, environment: CanonicalTests.machine)
        return threadTime() - start
      }.min() ?? 0
    }
    #expect(time(4000) < 5 * time(2000) + 20_000_000)
  }

  @Test func `a million lines are read`() {
    let text = String(repeating: "# comment\n\n global_defs { }\n", count: 350_000) + instance + "\n}\n"
    let parsed = parse(text)
    #expect(parsed.configuration?.vrrpInstances.count == 1)
    #expect(parsed.configuration.flatMap { parsed.text.location(of: $0.vrrpInstances[0].origin) }?.line == 1_050_001)
  }

  @Test func `braces without end are read`() {
    for brace in ["{", "}", "a {", "vrrp_instance a {\n"] {
      let parsed = parse(String(repeating: brace, count: 50_000))
      #expect(parsed.diagnostics.exitStatus == 5)
    }
  }
}
