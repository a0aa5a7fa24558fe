import Testing

@Suite(.needs(.directors), .serialized) struct `A director that checks by all means` {
  private let all: [Int: [String: Int]] = [
    25: ["10.0.0.11:2525": 1], 53: ["10.0.0.12:53": 1], 54: ["10.0.0.12:53": 1], 55: ["10.0.0.12:53": 1],
    56: [:], 7: ["10.0.0.13:7": 1], 8: ["10.0.0.13:8": 1], 9: ["10.0.0.13:9": 7], 10: ["10.0.0.13:10": 15],
  ]

  private func configuration(_ directory: String) -> String {
    let query = "123401000001000000000000" + "03777777" + "0473686f70" + "076578616d706c65" + "0000010001"
    let dns = "DNS_CHECK {\ntype A\nname "
    return """
      global_defs {
        script_user root
      }
      track_file number {
        file \(directory)/number
        weight 1
      }

      """
        + DirectorText.service(25, DirectorText.server(11, 2525, "SMTP_CHECK {\nhelo_name director.shop.example\n}"))
        + DirectorText.service(53, transport: "UDP", DirectorText.server(12, 53, dns + "www.shop.example\n}"))
        + DirectorText.service(
          54, transport: "UDP", DirectorText.server(12, 53, "UDP_CHECK {\npayload \(query)\nrequire_reply 12348xx0\n}"))
        + DirectorText.service(55, transport: "UDP", DirectorText.server(12, 53, "UDP_CHECK {\npayload 00\n}"))
        + DirectorText.service(56, transport: "UDP", DirectorText.server(12, 53, dns + "elsewhere.example\n}"))
        + DirectorText.service(7, DirectorText.server(13, 7, "PING_CHECK {\n}"))
        + DirectorText.service(
          8,
          DirectorText.server(13, 8, "MISC_CHECK {\nmisc_path \"/usr/bin/test -e \(directory)/there\"\nuser nobody\n}"))
        + DirectorText.service(
          9, DirectorText.server(13, 9, "MISC_CHECK {\nmisc_path \(directory)/status\nmisc_dynamic\n}"))
        + DirectorText.service(
          10, DirectorText.server(13, 10, "weight 10\nFILE_CHECK {\ntrack_file number\n}"))
  }

  /// Exim, with a greeting of two lines.
  private func mailServer(_ lab: Lab, _ directory: String) throws -> Background {
    try write(
      """
      primary_hostname = mail.shop.example
      daemon_smtp_ports = 2525
      local_interfaces = 0.0.0.0
      spool_directory = \(directory)/spool
      log_file_path = \(directory)/spool/exim-%s
      keep_environment =
      pid_file_path = \(directory)/spool/exim.pid
      tls_advertise_hosts =
      smtp_banner = mail.shop.example ESMTP\\nno junk, please

      """, to: "\(directory)/exim.conf")
    _ = try run(["bash", "-c", "mkdir -p \(directory)/spool && chown -R Debian-exim \(directory)/spool"])
    return try lab.program("s1", ["exim4", "-C", "\(directory)/exim.conf", "-bdf"])
  }

  private func nameServer(_ lab: Lab) throws -> Background {
    try lab.program(
      "s2",
      [
        "dnsmasq", "--keep-in-foreground", "--user=root", "--no-resolv", "--no-hosts", "--conf-file=/dev/null",
        "--pid-file=",
        "--host-record=www.shop.example,10.0.0.11",
      ])
  }

  private func tables(_ lab: Lab) throws -> [Int: [String: Int]] {
    let table = try lab.table("d1")
    return Dictionary(
      uniqueKeysWithValues: all.keys.compactMap { port in table[Lab.publicAddress + ":\(port)"].map { (port, $0) } })
  }

  @Test func `sees real servers fail and recover`() throws {
    let directory = "/tmp/understudy-checks"
    _ = try run(["mkdir", "-p", directory])
    try write("", to: directory + "/there")
    try write("5\n", to: directory + "/number")
    try write("#!/bin/sh\nexit $(cat \(directory)/code)\n", to: directory + "/status")
    try write("9\n", to: directory + "/code")
    _ = try run(["chmod", "755", directory + "/status"])
    let lab = try Lab.director(configuration(directory))
    // Several checks at once ask for more errors than a host sends in a second.
    try lab("exec", "s2", "sysctl", "-q", "net.ipv4.icmp_ratelimit=0")
    var (mail, names) = (try mailServer(lab, directory), try nameServer(lab))
    try lab.untilListening("s1", 2525)
    try lab.untilListening("s2", 53, udp: true)
    try lab("start", "d1")
    try lab.until("everything is as it is, exim said: \(mail.output)") { try tables(lab) == all }

    _ = (mail.stop(), names.stop())
    try lab("unplug", "s3")
    _ = try run(["rm", directory + "/there"])
    try write("1\n", to: directory + "/code")
    try write("-2147483648\n", to: directory + "/number")
    try lab.until("everything has failed") { try tables(lab).values.allSatisfy(\.isEmpty) }

    (mail, names) = (try mailServer(lab, directory), try nameServer(lab))
    try lab("plug", "s3")
    try write("", to: directory + "/there")
    try write("9\n", to: directory + "/code")
    try write("5\n", to: directory + "/number")
    try lab.until("everything is back") { try tables(lab) == all }

    try write("0\n", to: directory + "/code")
    try write("-3\n", to: directory + "/number")
    try lab.until("weights follow") {
      let now = try tables(lab)
      return now[9] == ["10.0.0.13:9": 1] && now[10] == ["10.0.0.13:10": 7]
    }
    _ = (mail.stop(), names.stop())
  }

  @Test func `follows what an agent says of its load`() throws {
    let state = "/tmp/understudy-agent.state"
    let lab = try Lab.director(
      DirectorText.service(80, DirectorText.server(11, 80, "weight 100\nAGENT_CHECK {\nconnect_port 7777\n}")))
    let agent = try lab.program(
      "s1", [Paths.realserver, "agent", "--load", "0", "--connections", "4", "--least", "20", "--state-file", state])
    try lab.untilListening("s1", 7777)
    try lab("start", "d1")
    try lab.until("the idle server has all of its weight") { try lab.servers(80) == ["10.0.0.11:80": 100] }

    let client = Paths.checkout + "/contrib/lab/client"
    let busy = try (1...5).map { number in
      try lab.program("d1", [client, "hold", "10.0.0.11", "80", "/tmp/understudy-held-\(number)"])
    }
    try lab.until("the busy one has less") {
      try lab.servers(80).map { (20...40).contains($0["10.0.0.11:80"] ?? 0) } == true
    }
    for connection in busy { _ = connection.stop() }
    try lab.until("and more again when it is idle") { try lab.servers(80)?["10.0.0.11:80"] ?? 0 > 80 }

    func tell(_ word: String) throws { try lab("exec", "s1", Paths.realserver, "agent", word, "--state-file", state) }
    try tell("drain")
    try lab.until("it is drained") { try lab.servers(80) == ["10.0.0.11:80": 0] }
    try tell("maint")
    try lab.until("it is out of use") { try lab.servers(80) == [:] }
    try tell("ready")
    try lab.until("it is back") { try lab.servers(80)?["10.0.0.11:80"] ?? 0 > 80 }
    _ = agent.stop()
    try lab.until("silence is no good news") { try lab.servers(80) == [:] }
  }
}
