/// Case b with configurations of the test's own, for what a director does with all kinds of checks and tables.
extension Lab {
  /// The virtual address of the services.
  static let publicAddress = "203.0.113.10"

  /// Builds the hosts; the configuration is for d1, and d2 stays off.
  static func director(_ configuration: String) throws -> Lab {
    let lab = try Lab("b")
    try write(configuration, to: lab.path("d1", "keepalived.conf"))
    return lab
  }

  /// The service of a port: "203.0.113.10:80" and its servers with their weights; nil when it is not in the table.
  func servers(_ port: Int, of director: String = "d1") throws -> [String: Int]? {
    try table(director)[Lab.publicAddress + ":\(port)"]
  }

  /// A program on a host, beside the test. It is ended with this object.
  func program(_ host: String, _ words: [String]) throws -> Background {
    try Background(
      ["ip", "netns", "exec", prefix + host] + words)
  }

  /// Waits until somebody listens on a host.
  func untilListening(_ host: String, _ port: Int, udp: Bool = false) throws {
    try until("\(host) listens at \(port)", within: 30) {
      try self("exec", host, "ss", udp ? "-Hlun" : "-Hltn", "sport = :\(port)").isEmpty == false
    }
  }
}

/// Texts of configurations.
enum DirectorText {
  /// What makes checks quick.
  static let quick = "delay_loop 1\nretry 1\ndelay_before_retry 0.5\nconnect_timeout 1\nwarmup 0\n"

  /// A service of the virtual address with the real servers' blocks.
  static func service(_ port: Int, _ words: String = "", transport: String = "TCP", _ servers: String...) -> String {
    """
    virtual_server \(Lab.publicAddress) \(port) {
    \(quick)
    protocol \(transport)
    lvs_sched rr
    lvs_method NAT
    \(words)
    \(servers.joined(separator: "\n"))
    }

    """
  }

  /// A real server.
  static func server(_ number: Int, _ port: Int, _ words: String = "") -> String {
    "real_server 10.0.0.\(number) \(port) {\n\(words)\n}"
  }

  /// The instances of case b.
  static func routers(priority: Int) -> String {
    """
    vrrp_sync_group SHOP {
      group {
        OUTSIDE
        INSIDE
      }
    }
    vrrp_instance OUTSIDE {
      interface eth0
      virtual_router_id 61
      priority \(priority)
      virtual_ipaddress {
        \(Lab.publicAddress)/24
      }
    }
    vrrp_instance INSIDE {
      interface eth1
      virtual_router_id 62
      priority \(priority)
      virtual_ipaddress {
        10.0.0.10/24
      }
    }

    """
  }
}
