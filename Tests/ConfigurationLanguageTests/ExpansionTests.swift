import ConfigurationLanguage
import Testing

/// Includes, conditions, parameters and repetitions.
struct ExpansionTests {
  /// The words of `notification_email` after expansion of some lines.
  static func words(_ lines: String, before: String = "", files: [String: String] = [:], id: String? = nil) -> [String]
  {
    var options = ParseOptions()
    options.configurationID = id
    let text = "\(before)\nglobal_defs {\nnotification_email {\n\(lines)\n}\n}\n"
    return parse(text, files: files, options: options).configuration?.globals.mail.recipients ?? []
  }

  @Test(arguments: [
    ("$A", "$A=x", ["x"]),
    ("${A}y", "$A=x", ["xy"]),
    ("\"a${A}b\"", "$A=x", ["axb"]),
    ("\"$A\"", "$A=x", ["$A"]),
    ("$A,$B)", "$A=1\n$B=2", ["1,2)"]),
    ("$A.b", "$A=x", ["$A.b"]),
    ("$C", "$A=x\n$B=${A}y\n$C=$B z", ["xy", "z"]),
    ("$B $A", "$A=x\n$B=$A\n$A=y", ["y", "y"]),
    ("a $E b", "$E=", ["a", "b"]),
    ("$NONE", "", ["$NONE"]),
    ("${_INSTANCE}", "", ["node1"]),
    ("${_RANDOM 3 5}", "", ["5"]),
    ("${_RANDOM}", "", ["7"]),
    ("\"a${_HASH}b${_BANG}\"", "", ["a#b!"]),
    ("a${_HASH}b", "", ["a"]),
    ("${_PWD}", "", ["/etc/keepalived"]),
    ("a${_ENV NOTHING}b", "", ["ab"]),
  ])
  func `parameters are replaced`(line: String, definitions: String, expected: [String]) {
    #expect(Self.words(line, before: definitions) == expected)
  }

  @Test func `a parameter of several lines is replayed line by line`() {
    let definition = "$PAIR= \\\n a${N} \\\n\n b${N} # comment \\\n c"
    #expect(Self.words("$N=4\nx $PAIR\n$N=5\n$PAIR", before: definition) == ["x", "a4", "b4", "c", "a5", "b5", "c"])
    #expect(Self.words("$PAIR y", before: definition).contains("$PAIR"))
  }

  @Test func `a parameter of several lines may define, select and repeat`() {
    let definition = "$ALL= \\\n first \\\n $V=2 \\\n @node1 yes$V \\\n @other no \\\n ~SEQ(I, 1, 2) n$I"
    #expect(Self.words("$ALL\n$V", before: definition) == ["first", "yes2", "n1", "n2", "2"])
  }

  @Test(
    arguments: [
      ("left", ["l", "n", "nn"]), ("right", ["n", "nn", "notleft"]), (nil, ["n", "nn", "notleft"]),
    ] as [(String?, [String])])
  func `conditions select lines`(id: String?, expected: [String]) {
    let lines = "@left l\n@ x\n@left\n n\nnn\n@^left notleft"
    #expect(Self.words(lines, id: id) == expected)
  }

  @Test(arguments: [
    ("~SEQ(A, 3) $A", ["1", "2", "3"]),
    ("~SEQ(A, 2, 4) $A", ["2", "3", "4"]),
    ("~SEQ(A, 1, 3, 8) $A", ["1", "4", "7"]),
    ("~SEQ(A, 3, 1) $A", ["3", "2", "1"]),
    ("~SEQ(A, -2) $A", ["-1", "-2"]),
    ("~SEQ (A, 0x9, 0xb) $A", ["9", "10", "11"]),
    ("~SEQx(A, 9, 11) x${A}", ["x9", "xa", "xb"]),
    ("~LST(A, u, v) $A", ["u", "v"]),
    ("~LST({A, B}, {1, u}, {2}) $A-${B}.", ["$A-u.", "$A-."]),
    ("~LST({A, B}, {1, u}, {2, v}) ${A}${B}", ["1u", "2v"]),
    ("~SEQ(A,1,2) ~LST(B,x,y) ${A}${B}", ["1x", "1y", "2x", "2y"]),
    ("~SEQ(A, 1, 2) @node1 $A", ["1", "2"]),
    ("~SEQ(A, 1, $N) $A", ["1", "2"]),
  ])
  func `repetitions repeat the rest of their line`(line: String, expected: [String]) {
    #expect(Self.words(line, before: "$N=2") == expected)
  }

  @Test(arguments: [
    "~SEQ(A, 1, 0, 3) x", "~SEQ(A, 1, -1, 3) x", "~SEQ(A) x", "~SEQ A x", "~SEQx(A, -1, 1) x", "~LST(A) x",
  ])
  func `a repetition that makes no sense is reported and dropped`(line: String) {
    #expect(codes(parse("\(line)\nglobal_defs {\nrouter_id a\n}\n")) == [.badRepetition])
  }

  @Test func `a parameter that contains itself is an error with its circle`() {
    let parsed = parse("$A=$B\n$B=$C\n$C=$A\nglobal_defs {\nrouter_id $A\n}\n")
    let fault = parsed.diagnostics.list.first { $0.code == .selfReference }
    #expect(fault?.message.contains("$A → $B → $C → $A") == true)
    #expect(fault?.location?.line == 5)
    #expect(parsed.diagnostics.exitStatus == 5)
  }

  @Test func `lines that call their own parameter are an error`() {
    let parsed = parse("$A= \\\n x \\\n $A\nglobal_defs {\nnotification_email {\n$A\n}\n}\n")
    #expect(codes(parsed).contains(.selfReference))
  }

  @Test func `parameters that multiply without measure are refused`() {
    var text = "$P0=0123456789\n"
    for number in 1...40 { text += "$P\(number)=${P\(number - 1)}${P\(number - 1)}\n" }
    let parsed = parse(text + "global_defs {\nrouter_id ${P40}\n}\n")
    #expect(parsed.diagnostics.list.contains { $0.code == .expansionTooLarge })
    #expect(parsed.configuration == nil)
  }

  @Test func `a repetition without measure is refused`() {
    let parsed = parse("~SEQ(A, 1, 100000000) ~SEQ(B, 1, 100000000)\n")
    #expect(parsed.diagnostics.list.contains { $0.code == .expansionTooLarge })
  }

  // MARK: Includes

  @Test func `files are included in order, at any depth, relative to the file that names them`() {
    let files = [
      "/etc/keepalived/conf.d/20-b": "b\n", "/etc/keepalived/conf.d/10-a": "a\ninclude /etc/keepalived/inner/x\n",
      "/etc/keepalived/inner/x": "${_PWD}\ninclude y", "/etc/keepalived/inner/y": "y",
    ]
    #expect(
      Self.words("first\ninclude conf.d/*\nlast", files: files)
        == ["first", "a", "/etc/keepalived/inner", "y", "b", "last"])
  }

  @Test func `an include may be conditional, or named by a parameter, or list alternatives`() {
    let files = ["/etc/keepalived/a": "a", "/etc/keepalived/b": "b"]
    #expect(Self.words("@node1 include a\n@other include b", files: files) == ["a"])
    #expect(Self.words("include $F", before: "$F=b", files: files) == ["b"])
    #expect(Self.words("include {b,a}", files: files) == ["b", "a"])
  }

  @Test(
    arguments: [
      ("include missing", 0), ("includer missing", 0), ("includem missing", 6), ("includem none*", 0),
      ("includew none*", 6), ("includeb {a,missing}", 6), ("includea none*", 6), ("include a", 0),
      ("global_defs { \n include_check match\n}\ninclude missing", 6),
      ("global_defs { \n include_check +match\n include_check -match\n}\ninclude missing", 0),
    ] as [(String, Int32)])
  func `what is missing is an error where it is checked`(text: String, status: Int32) {
    #expect(parse("\(text)\n", files: ["/etc/keepalived/a": "# nothing\n"]).diagnostics.exitStatus == status)
  }

  @Test func `a file that includes itself is an error with its circle`() {
    let parsed = parse("include a\n", files: ["/etc/keepalived/a": "include b\n", "/etc/keepalived/b": "include a\n"])
    let fault = parsed.diagnostics.list.first { $0.code == .includeCircle }
    #expect(fault?.message.contains("/etc/keepalived/a → /etc/keepalived/b → /etc/keepalived/a") == true)
    #expect(fault?.location?.file == "/etc/keepalived/b")
    #expect(fault?.includedFrom.map(\.file) == ["/etc/keepalived/a", "/etc/keepalived/keepalived.conf"])
  }

  @Test(arguments: [FileReading.directory, .notRegular, .executable, .unreadable("Permission denied")])
  func `what is no readable file is skipped`(reading: FileReading) {
    var source = MemorySource(["/f": "include /x\nincluder /x\n"])
    source.special["/x"] = reading
    let parsed = Configuration.parse(file: "/f", source: source)
    #expect(codes(parsed) == [.fileUnreadable, .fileUnreadable])
    #expect(parsed.diagnostics.exitStatus == 6)
  }

  @Test func `without a configuration nothing starts`() {
    let parsed = Configuration.parse(file: "/nothing", source: MemorySource())
    #expect(parsed.configuration == nil)
    #expect(parsed.diagnostics.exitStatus == 6)
  }

  @Test func `faults are found in included files and expanded lines`() {
    let parsed = parse(
      "$BAD= \\\n  priority $P \\\n  nonsense\ninclude part\n",
      files: ["/etc/keepalived/part": "\n" + instance + "\n  $P=300\n  $BAD\n}\n"])
    let faults = parsed.diagnostics.list.filter { $0.severity > .note }
    #expect(faults.map(\.code) == [.numberOutOfRange, .unknownKeyword])
    #expect(faults.allSatisfy { $0.location?.file == "/etc/keepalived/part" && $0.location?.line == 9 })
    #expect(faults.first?.expansion == "priority 300")
    #expect(faults.first?.includedFrom.first?.line == 4)
    #expect(faults.first.map { String(decoding: $0.sourceLine, as: UTF8.self) } == "  $BAD")
  }

  // MARK: Handing on

  func handedOn(_ text: ConfigurationText) -> ConfigurationText? {
    ConfigurationText(bytes: text.bytes, encodedMap: text.encodedMap[...])
  }

  @Test(arguments: Samples.all)
  func `the text means the same in another process`(sample: String) throws {
    let first = parse(sample, environment: nil)
    let text = try #require(handedOn(first.text))
    #expect(text == handedOn(text))
    let second = Configuration.parse(text)
    #expect(second.configuration == first.configuration)
    #expect(second.configuration != nil)
    let origin = try #require(
      first.configuration?.virtualServers.last?.origin ?? first.configuration?.vrrpInstances.last?.origin)
    #expect(text.location(of: origin) == first.text.location(of: origin))
  }

  @Test func `what was found out about the machine holds in another process`() throws {
    let text =
      "global_defs {\nscript_user root\nenable_script_security\n}\nvrrp_script s {\nscript /gone\n}\n"
      + "vrrp_script t {\nscript /usr/bin/true\n}\n" + instance
      + "\ntrack_script {\ns\nt\n}\nvirtual_routes {\n10.0.0.0/8 dev eth0 table blue\n}\n}\n"
    var machine = MemoryEnvironment()
    machine.names["blue"] = 77
    let first = parse(text, environment: machine)
    #expect(first.configuration?.vrrpInstances.first?.tracking.scripts.map(\.name) == ["t"])
    let second = Configuration.parse(try #require(handedOn(first.text)))
    #expect(second.configuration == first.configuration)
    #expect(second.configuration?.vrrpInstances.first?.routes.first?.table == 77)
    #expect(second.diagnostics == first.diagnostics)
  }

  @Test func `a text that is none is refused`() {
    let text = parse(Samples.routers).text
    let map = text.encodedMap
    for length in 0..<map.count {
      #expect(ConfigurationText(bytes: text.bytes, encodedMap: map[..<length]) == nil)
    }
    #expect(ConfigurationText(bytes: text.bytes, encodedMap: (map + [0])[...]) == nil)
  }
}
