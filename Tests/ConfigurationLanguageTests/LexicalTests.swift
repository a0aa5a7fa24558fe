import ConfigurationLanguage
import Testing

/// Comments, quotes, braces and words, as keepalived reads them.
struct LexicalTests {
  /// A line of `global_defs` and the router_id it gives.
  @Test(arguments: [
    ("router_id a!b", "a"),
    ("router_id a#b", "a"),
    ("router_id \"a#b\"", "a#b"),
    ("router_id a\\#b", "a#b"),
    ("router_id a\\!b", "a!b"),
    ("router_id \"a\\#b\"", "a\\#b"),
    ("router_id 'a", "'a"),
    ("router_id \"\"", ""),
    ("router_id \"a b\"", "a b"),
    ("router_id\ta\u{B}", "a"),
    ("router_id \"a}b\" }", "a}b"),
    ("router_id a\"b c\"", "a"),
    ("router_id a\\b", "a\\b"),
    ("router_id a # b \" c", "a"),
  ])
  func `a word ends where keepalived ends it`(line: String, expected: String) {
    #expect(parse("global_defs {\n\(line)\n}\n").configuration?.globals.routerID == expected)
  }

  @Test(arguments: [
    "vrrp_script a { script \"/usr/bin/true\" }", "vrrp_script a {\nscript \"/usr/bin/true\" }",
    "vrrp_script a\n{\nscript \"/usr/bin/true\"\n}", "vrrp_script a{script \"/usr/bin/true\"}",
    "vrrp_script a # comment {\n{ script /usr/bin/true }", "vrrp_script \"a\" {\n\n! c\n script /usr/bin/true\n} ",
  ])
  func `braces may stand anywhere`(text: String) {
    let scripts = parse(text).configuration?.vrrpScripts
    #expect(scripts?.first?.script?.arguments == ["/usr/bin/true"])
    #expect(scripts?.first?.name == "a")
  }

  @Test func `lines may end in CR LF, and the last one in nothing`() {
    let text = Samples.twoDirectors.split(separator: "\n", omittingEmptySubsequences: false).joined(separator: "\r\n")
    let plain = parse(Samples.twoDirectors)
    #expect(parse(text).configuration == plain.configuration)
    #expect(plain.configuration?.virtualServers.count == 1)
  }

  @Test func `a quote that is not closed drops the rest of its line only`() throws {
    let parsed = parse("global_defs {\nrouter_id a\nsmtp_helo_name \"b\nvrrp_version 3\n}\n")
    #expect(codes(parsed).contains(.unterminatedQuote))
    #expect(parsed.configuration == nil || parsed.configuration?.globals.vrrp.version == .v3)
  }

  @Test func `a line with a NUL is skipped and reported`() {
    let parsed = parse("global_defs {\nrouter_id a\nrouter_id b\0c\n}\n")
    #expect(parsed.configuration?.globals.routerID == "a")
    #expect(codes(parsed) == [.nulByte])
    #expect(parsed.diagnostics.list.first?.location?.line == 3)
  }

  @Test func `a byte order mark is skipped and reported`() {
    let parsed = parse("\u{FEFF}global_defs {\nrouter_id a\n}\n")
    #expect(parsed.configuration?.globals.routerID == "a")
    #expect(codes(parsed) == [.byteOrderMark])
  }

  @Test func `an ideographic space is named`() {
    let parsed = parse(instance + "\n priority 100\u{3000}\u{3000}\n}")
    let diagnostic = parsed.diagnostics.list.first { $0.code == .trailingGarbage || $0.code == .invalidNumber }
    #expect(diagnostic?.notes.contains { $0.contains("U+3000") } == true)
    #expect(diagnostic?.location?.line == 7)
  }

  @Test func `octets that are not UTF-8 are reported and do no harm`() {
    var source = MemorySource()
    source.files["/etc/keepalived/keepalived.conf"] =
      Array("global_defs {\nrouter_id a".utf8) + [0xFF, 0xFE] + Array("\n}\n# ".utf8) + [0xC0]
    let parsed = Configuration.parse(file: "/etc/keepalived/keepalived.conf", source: source)
    #expect(codes(parsed) == [.notUTF8])
    #expect(parsed.configuration?.globals.routerID == "a\u{FFFD}\u{FFFD}")
  }

  @Test func `a comment that ends in a backslash is a comment`() {
    let parsed = parse("# a \\\nglobal_defs {\nrouter_id a\n}\n")
    #expect(parsed.configuration?.globals.routerID == "a")
    #expect(codes(parsed) == [.strayBackslash])
  }

  @Test func `a line of a megabyte is read`() {
    let long = String(repeating: "x", count: 1 << 20)
    let parsed = parse("global_defs {\nrouter_id \(long)\n}\nvrrp_instance \(long) {\n}\n")
    #expect(parsed.configuration?.globals.routerID.utf8.count == 1 << 20)
    #expect(parsed.diagnostics.rendered(color: false).utf8.count < 1 << 23)
  }

  @Test(
    arguments: [
      ("/x", ["/x"], nil, nil),
      ("\"/x 'a b' c\" web", ["/x", "a b", "c"], "web", nil),
      ("/x a b", ["/x"], "a", "b"),
      ("\"/x a\\tb \\x41\\101 \\\\\"", ["/x", "a\tb", "AA", "\\"], nil, nil),
      ("'/x y' root :wheel", ["/x", "y"], "root", "wheel"),
      ("\"/x \\\"a b\\\"\"", ["/x", "\"a", "b\""], nil, nil),
    ] as [(String, [String], String?, String?)])
  func `a script is split twice`(text: String, arguments: [String], user: String?, group: String?) {
    let parsed = parse(instance + "\nnotify_master \(text)\n}", environment: nil)
    let script = parsed.configuration?.vrrpInstances.first?.notify.master
    #expect(script?.arguments == arguments)
    #expect(script?.user == user)
    #expect(script?.group == group)
  }
}
