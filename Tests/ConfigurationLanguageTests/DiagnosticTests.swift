import ConfigurationLanguage
import Testing

struct DiagnosticTests {
  /// The first fault of a text, as shown on a terminal without colours.
  static func shown(_ text: String, files: [String: String] = [:]) -> String {
    parse(text, files: files).diagnostics.list.first { $0.severity > .note }?.rendered(color: false) ?? ""
  }

  @Test func `a fault is shown with its line, a caret, and what was meant`() {
    let text = instance + "\n    virtual_ipadress_excluded {\n 192.0.2.11\n }\n}\n"
    #expect(
      Self.shown(text) == """
        error[U0101]: unknown keyword 'virtual_ipadress_excluded' in vrrp_instance; its block is skipped
         --> /etc/keepalived/keepalived.conf:7:5
          |
        7 |     virtual_ipadress_excluded {
          |     ^^^^^^^^^^^^^^^^^^^^^^^^^
          = note: keepalived skips only this line, and reads the block as part of vrrp_instance
          = help: did you mean 'virtual_ipaddress_excluded'?
        """)
  }

  @Test(arguments: [
    ("\tpriority\t300", "        priority        300", "                        ^^^"),
    ("priority 3００", "priority 3００", "         ^^^^^"),
    ("名前 1", "名前 1", "^^^^"),
    ("a\u{301}x 1", "a\u{301}x 1", "^^"),
    ("x\u{1B}[2J", "x<U+001B>[2J", "^^^^^^^^^^^^"),
  ])
  func `the caret stands under its place whatever the characters`(line: String, text: String, marks: String) {
    let lines = Self.shown(instance + "\n" + line + "\n}\n").split(separator: "\n").map(String.init)
    #expect(lines.contains("7 | \(text)"))
    #expect(lines.contains("  | \(marks)"))
  }

  @Test(arguments: [("", 1), ("ssl_verify off", 1), ("ssl_verify on", 0)])
  func `certificates that nobody verifies are noted once, without fault`(word: String, notes: Int) {
    let server = "SSL_GET {\n\(word)\nurl {\npath /\n}\n}\n"
    let text =
      "virtual_server 10.0.0.1 443 {\nprotocol TCP\nlvs_sched rr\nlvs_method NAT\n"
      + "real_server 10.0.0.2 443 {\n\(server)}\nreal_server 10.0.0.3 443 {\n\(server)}\n}\n"
    let diagnostics = parse(text).diagnostics
    let found = diagnostics.list.filter { $0.code == .unverifiedCertificates }
    #expect(found.map(\.severity) == Array(repeating: .note, count: notes))
    #expect(found.allSatisfy { $0.message.contains("2 real servers") && $0.location?.line == 6 })
    #expect(diagnostics.exitStatus == 0)
  }

  @Test func `a block that is not closed is reported where it was opened`() {
    let text = "vrrp_instance A {\n interface eth0\n track_script {\n  s\n\nvrrp_instance B {\n}\n"
    let faults = parse(text).diagnostics.list.filter { $0.code == .missingClosingBrace }
    #expect(faults.map { $0.location?.line } == [1, 3])
    let second = parse("vrrp_instance A {\n interface eth0\n}\nglobal_defs {\n router_id x\n")
    #expect(second.diagnostics.list.first { $0.code == .missingClosingBrace }?.location?.line == 4)
  }

  @Test func `the blocks after one that is not closed are read`() {
    let text =
      instance
      + "\n track_interface {\n eth1\n\nvirtual_server 10.0.0.1 80 {\n protocol TCP\n lvs_sched rr\n lvs_method DR\n real_server 10.0.0.2 80 { }\n}\n"
    #expect(parse(text).configuration?.virtualServers.count == 1)
  }

  @Test func `all faults are found in one pass, each once, in order`() {
    let text = """
      global_defs {
        lvs_id x
        vrrp_version 4
      }
      }
      vrrp_instance V {
        interface eth0
        virtual_router_id 256
        virtual_ipaddress {
          1.2.3
        }
        track_script {
          chk
        }
      }
      """
    let parsed = parse(text)
    #expect(
      codes(parsed) == [
        .unknownKeyword, .numberOutOfRange, .extraClosingBrace, .incomplete, .numberOutOfRange, .invalidAddress,
        .unknownReference,
      ])
    #expect(parsed.diagnostics.list.compactMap { $0.location?.line } == [2, 3, 5, 6, 8, 10, 13])
    #expect(parsed.diagnostics.list.first?.notes.first?.contains("router_id") == true)
  }

  @Test(
    arguments: [
      ("virtual_iipaddress", "virtual_ipaddress"), ("priorty", "priority"), ("Priority", "priority"),
      ("intreface", "interface"), ("statee", "state"), ("zzz", nil), ("lb_algo", nil), ("nopremept", "nopreempt"),
    ] as [(String, String?)])
  func `the nearest legal word is suggested`(word: String, suggestion: String?) {
    let fault = parse(instance + "\n\(word) 1\n}\n").diagnostics.list.first { $0.code == .unknownKeyword }
    #expect(fault?.suggestion == suggestion)
  }

  @Test func `a word of another block is told from one that does not exist`() {
    let fault = parse(instance + "\nlb_algo rr\n}\n").diagnostics.list.first { $0.code == .unknownKeyword }
    #expect(fault?.notes.contains("it is a keyword of virtual_server") == true)
  }

  @Test func `an include is shown with the files that lead to it`() {
    let shown = Self.shown("\ninclude a\n", files: ["/etc/keepalived/a": "nonsense\n"])
    #expect(shown.contains("--> /etc/keepalived/a:1:1\n     included from /etc/keepalived/keepalived.conf:2"))
  }

  @Test func `colours change nothing but colours`() {
    let diagnostics = parse(instance + "\nfoo 1\n}\n").diagnostics
    let colored = diagnostics.rendered(color: true)
    #expect(colored.contains("\u{1B}[31m"))
    let stripped = colored.replacing("\u{1B}[0m", with: "").replacing("\u{1B}[1m", with: "")
      .replacing("\u{1B}[31m", with: "").replacing("\u{1B}[33m", with: "").replacing("\u{1B}[34m", with: "")
      .replacing("\u{1B}[36m", with: "")
    #expect(stripped == diagnostics.rendered(color: false))
    #expect(diagnostics.summary == "1 error")
  }

  @Test func `diagnostics can be read by programs`() {
    let json = parse(instance + "\nfoo \"1\t\\\"\n}\n").diagnostics.json
    #expect(
      json.hasPrefix(
        "[\n{\"code\":\"U0101\",\"severity\":\"error\",\"message\":\"unknown keyword 'foo' in vrrp_instance\""))
    #expect(json.contains("\"file\":\"/etc/keepalived/keepalived.conf\",\"line\":7,\"column\":1,\"length\":3"))
    #expect(json.contains("\"source\":\"foo \\\"1\\t\\\\\\\"\""))
    #expect(parse("").diagnostics.json == "[]\n")
  }

  @Test func `a clean configuration says nothing`() {
    #expect(parse(instance + "\n}\n").diagnostics.rendered(color: false).isEmpty)
    #expect(parse(instance + "\n}\n").diagnostics.exitStatus == 0)
  }

  @Test(arguments: DiagnosticCode.allCases)
  func `every code can be explained`(code: DiagnosticCode) {
    #expect(code.explanation.count > 40)
    #expect(DiagnosticCode(name: code.name) == code)
    #expect(code.name.count == 5)
  }

  @Test func `words without effect are told of`() {
    let parsed = parse("global_defs {\n enable_dbus\n random_seed 4\n}\n")
    #expect(parsed.diagnostics.list.map(\.code) == [.unsupported, .withoutEffect])
    #expect(parsed.diagnostics.exitStatus == 0)
  }

  @Test func `faults without number are kept in bounds`() {
    let text = String(repeating: "nonsense\n", count: 30_000)
    let diagnostics = parse(text).diagnostics
    #expect(diagnostics.list.count == Diagnostics.limit)
    #expect(diagnostics.omitted == 30_000 - Diagnostics.limit)
    #expect(diagnostics.exitStatus == 5)
  }

  @Test func `an expanded line that is wrong many times is reported once`() {
    let parsed = parse("global_defs {\n~SEQ(A, 1, 100) nonsense\n}\n")
    #expect(codes(parsed) == [.unknownKeyword])
  }
}
