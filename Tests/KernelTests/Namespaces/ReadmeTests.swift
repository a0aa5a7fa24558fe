import Testing

/// Who tries a command of the operators' pages.
private enum Trial {
  /// It is run here, on a director of the lab, and must print this.
  case here(String)
  /// A test, or a program that is itself a test, runs it.
  case by(String)
  /// It needs what no test has: a terminal, a package archive, an init system.
  case person
}

/// Every command of README.md and of contrib/doc.
private let commands: [String: Trial] = [
  "contrib/demo": .person, "contrib/demo --keep": .person,
  "contrib/fuzz SECONDS": .person, "contrib/test": .by("contrib/test"),
  // Takes minutes and a build of its own, and runs nothing that contrib/test does not run.
  "contrib/coverage --missing": .person,
  // Take many minutes; what tests run is shorter.
  "contrib/chaos --schedules 200": .person, "contrib/chaos --schedules 100 --mixed": .person,
  "contrib/chaos --schedules 1 --seed N": .person, "contrib/soak": .person,
  "contrib/chaos --containment": .by("A pair of which something dies, hangs or lacks something"),
  "contrib/soak --short": .by("A pair of which something dies, hangs or lacks something"),
  "contrib/package": .by("contrib/package --check"),
  "apt-get install ./.build/packages/understudy_*.deb": .by("contrib/package --check"),
  "apt-get install ./understudy_*.deb": .by("contrib/package --check"),
  "apt-get install ./understudy-realserver_*.deb": .by("contrib/package --check"),
  "apt-get install ./understudy_*.deb ./understudy-as-keepalived_*.deb": .by("contrib/package --check"),
  "editor /etc/default/realserver": .person, "systemctl edit understudy": .person,
  "systemctl enable --now understudy": .person, "systemctl disable --now keepalived": .person,
  "systemctl enable --now realserver": .person, "systemctl enable --now realserver-agent": .person,
  "understudy -t && systemctl enable --now understudy": .person, "systemctl reload": .person,
  "swift build -c release --static-swift-stdlib": .by("contrib/demo"),
  "swift build -c release": .by("contrib/demo"),
  "swift build && swift test --skip KernelTests": .by("contrib/test"),
  "UNDERSTUDY_ONLY=Machines,Wire,VRRP,VRRPTests swift test": .person,
  #"UNDERSTUDY_KERNEL=directors contrib/lab/in-uml .build/debug/understudyPackageTests.xctest \"#: .person,
  "swift format lint --strict --recursive Sources Tests Package.swift": .person,

  "understudy -t": .here(""), "understudy -D": .here(""), "understudy --keywords": .here("virtual_ipaddress"),
  "understudy --canonical": .here("virtual_router_id 51"), "kill -HUP": .here(""),
  "understudyctl": .here("VI_1  "), "understudyctl status": .here("VI_1  "),
  "understudyctl status --json": .here("\"VI_1\""), "understudyctl why VI_1": .here("effective 100"),
  "understudyctl why NAME": .by("understudyctl why VI_1"), "understudyctl metrics": .here("understudy_vrrp_state{"),
  "understudyctl reload": .here("in force"), "understudyctl doctor": .here("examined"),
  "understudyctl help": .here("SUBCOMMANDS"), "realserver start --vip 192.0.2.10": .here(""),
  "realserver status": .here("192.0.2.10"), "realserver stop --vip 192.0.2.10": .here(""),

  "ipvsadm -Ln": .by("A newcomer"), "understudyctl ipvs": .by("A newcomer"),
  "understudyctl status --watch": .by("A newcomer"), "understudyctl events --follow": .by("A newcomer"),
  "understudyctl why 10.0.0.11:80": .by("A newcomer"),
  "understudyctl server drain 203.0.113.10:80 10.0.0.11:80": .by("A newcomer"),
  "understudyctl server ready 203.0.113.10:80 10.0.0.11:80": .by("A newcomer"),
  "understudyctl server weight 203.0.113.10:80 10.0.0.11:80 3": .by("A newcomer"),
  "understudyctl server disable 203.0.113.10:80 10.0.0.11:80": .by("A newcomer"),
  "understudyctl server add 203.0.113.10:80 10.0.0.14:80 --like 10.0.0.12:80": .by("A newcomer"),
  "understudyctl server remove 203.0.113.10:80 10.0.0.11:80": .by("A newcomer"),
  "understudyctl server save /etc/keepalived/shop.conf 203.0.113.10:80": .by("A newcomer"),
  "understudyctl failover VI_1": .by("A planned handover"),
  "understudyctl recording failover.rec": .by("A recording of a director"),
  "understudy-sim --replay failover.rec": .by("A recording of a director"),
  "understudy-sim --replay failover.rec --trace": .by("A recording of a director"),
  "understudy-sim --replay failover.rec --without 812,813": .by("A recording of a director"),
  "understudy-sim --replay failover.rec --configuration new.conf": .by("A recording of a director"),
  "understudyctl failover --end VI_1": .by("A planned handover"),
]

/// The commands in a page: lines of indented blocks, without their comments, and what stands between backticks.
private func commands(in page: String) -> [String] {
  let programs = #/^ {4,}((?:contrib/|swift |understudy|ipvsadm|realserver|apt-get|systemctl|UNDERSTUDY_|editor ).*)$/#
  let inline = #/`((?:understudy|understudyctl|realserver|systemctl|kill|contrib/[a-z]+|swift) [^`]+)`/#
  var found: [String] = []
  for line in page.split(separator: "\n") {
    if let match = line.wholeMatch(of: programs) {
      found.append(String(match.output.1.split(separator: #/ +# /#)[0]).trimmingSpaces)
    }
    found += line.matches(of: inline).map { String($0.output.1) }
  }
  return found
}

extension String {
  fileprivate var trimmingSpaces: String { String(prefix { _ in true }.reversed().drop { $0 == " " }.reversed()) }
}

@Suite struct `Every command of the operators' pages` {
  @Test func `is tried by somebody, and none is tried that is not there`() throws {
    let pages = try ["README.md"] + run(["ls", Paths.checkout + "/contrib/doc"]).lines.map { "contrib/doc/\($0)" }
    let found = try Set(pages.flatMap { commands(in: try contents(of: "\(Paths.checkout)/\($0)")) })
    #expect(found.count > 40)
    #expect(found.subtracting(commands.keys).sorted() == [])
    #expect(Set(commands.keys).subtracting(found).sorted() == [])
  }
}

@Suite(.needs(.namespaces), .serialized) struct `A reader of README` {
  @Test func `gets what it promises`() throws {
    let lab = try Lab("pair")
    let directory = String(try lab.path("d1", "").dropLast())
    func attempt(_ command: String) throws -> Outcome {
      // The file stands where an operator has it, for this command alone.
      try lab.attempt(
        "d1",
        [
          "sh", "-c", "mount --bind '\(directory)' /etc/keepalived && PATH=\(Paths.programs):$PATH && \(command)",
        ])
    }
    // What has an order comes first.
    let first = ["understudy -t", "understudy -D", "realserver start --vip 192.0.2.10", "realserver status"]
    let rest = commands.keys.filter { !first.contains($0) }.sorted()
    for command in first + rest {
      guard case .here(let expected) = commands[command] else { continue }
      let line = command == "kill -HUP" ? command + " $(cat /run/understudy.pid)" : command
      let outcome = try attempt(line)
      #expect(outcome.status == 0, "\(command): \(outcome.output)")
      #expect(outcome.output.contains(expected) || expected.isEmpty, "\(command): \(outcome.output)")
      if command == "understudy -D" { try lab.until("it is master") { try lab.isMaster("d1") } }
    }
    #expect(try attempt("kill $(cat /run/understudy.pid)").status == 0)
    try lab.until("it has let go") { try !lab.holds("d1") }
  }
}
