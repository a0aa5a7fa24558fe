import Testing

private let files = sources(below: "Sources")

/// What each target may import: the table of the architecture, from the ground up.
private let mayImport: [String: Set<String>] = [
  "Machines": [],
  "Wire": [],
  "VRRP": ["Machines", "Wire"],
  "VirtualServices": ["Machines", "Wire"],
  "Dialogues": ["Machines", "Wire"],
  "ConfigurationLanguage": ["Wire"],
  "ControlProtocol": ["Wire"],
  "Diagnosis": ["Wire"],
  "World": ["Machines", "Wire", "VirtualServices"],
  "Netlink": ["CNetlink", "CLinux", "Glibc", "Synchronization", "Wire", "VirtualServices", "World"],
  "LinuxWorld": [
    "CLinux", "COpenSSL", "Glibc", "Synchronization", "Machines", "Wire", "VirtualServices", "Dialogues", "World",
    "Netlink",
  ],
  "Failover": ["Machines", "Wire", "VRRP", "World"],
  "Balancing": ["Machines", "Wire", "VirtualServices", "Dialogues", "World"],
  "Notifications": ["Machines", "Wire", "Dialogues", "World"],
  "Daemon": [
    "CLinux", "Glibc", "Synchronization", "Machines", "Wire", "VRRP", "VirtualServices", "Dialogues",
    "ConfigurationLanguage", "ControlProtocol", "Diagnosis", "World", "Netlink", "LinuxWorld", "Failover", "Balancing",
    "Notifications", "Logging",
  ],
  "SimulatedWorld": ["Machines", "Wire", "VirtualServices", "World"],
  "Simulation": [
    "Machines", "Wire", "VRRP", "VirtualServices", "ConfigurationLanguage", "World", "SimulatedWorld", "Failover",
    "Balancing", "Notifications", "Daemon",
  ],
  "understudy": ["Daemon"],
  "understudyctl": ["ControlProtocol", "ConfigurationLanguage", "Wire", "ArgumentParser", "Glibc"],
  "understudy-sim": ["Machines", "Simulation", "ArgumentParser", "Glibc"],
  "realserver": [
    "ConfigurationLanguage", "Dialogues", "Machines", "Netlink", "World", "Wire", "CLinux", "Glibc", "ArgumentParser",
  ],
]

/// Calls that have no place here, with the reason.
private let banned: [(text: String, reason: String)] = [
  ("try!", "an error of the outside would end the program"),
  ("fatalError(", "the program must not end where it can go on"),
  ("Task {", "a task outside the loop is resumed by the global pool, which may be busy"),
  ("Task.detached", "a task outside the loop is resumed by the global pool, which may be busy"),
  ("Task.sleep", "time comes from the loop's alarms"),
  ("Task.yield", "it goes through the global pool"),
  ("DispatchQueue", "everything of a role happens on its loop"),
  ("import Foundation", "the daemon does not carry Foundation"),
  ("import Dispatch", "everything of a role happens on its loop"),
]

/// The only targets that may vouch for their own thread safety: what lives on the loop's thread (or, simulated, on the
/// only thread), or holds a C object.
private let mayBeUnchecked: Set<String> = ["LinuxWorld", "Netlink", "SimulatedWorld", "Simulation"]

@Suite struct `Every source file` {
  @Test func `was found`() {
    #expect(files.count > 40)
    #expect(Set(files.map(\.target)).isSubset(of: Set(mayImport.keys).union(["CLinux", "CNetlink", "COpenSSL"])))
  }

  @Test(arguments: files)
  func `imports only what its layer may`(file: SourceFile) {
    for line in file.code {
      let words = line.split(separator: " ")
      guard let at = words.firstIndex(of: "import"), at <= 1, at + 1 < words.count else { continue }
      let module = words[words.index(after: at)]
      let name = String(module.split(separator: ".").first ?? module)
      #expect(mayImport[file.target]?.contains(name) == true, "\(file.target) imports \(name)")
    }
  }

  @Test(arguments: files)
  func `makes no banned call`(file: SourceFile) {
    for (number, line) in file.code.enumerated() {
      for (text, reason) in banned where line.contains(word: text) {
        Issue.record("\(file.path):\(number + 1): \(text) — \(reason)")
      }
      if line.contains("@unchecked Sendable"), !mayBeUnchecked.contains(file.target) {
        Issue.record("\(file.path):\(number + 1): @unchecked Sendable outside the edge")
      }
    }
  }

  @Test(arguments: files)
  func `is of a length that can be read at once`(file: SourceFile) {
    #expect(file.lines.count <= 400, "\(file.lines.count) lines")
  }

  @Test(arguments: files)
  func `has functions of a length that can be understood`(file: SourceFile) {
    var begin: (line: Int, indentation: Int, text: String)?
    for (number, line) in file.code.enumerated() {
      let indentation = line.prefix { $0 == " " }.count
      let words = line.split(separator: " ").map(String.init)
      if let open = begin {
        if indentation == open.indentation, line.dropFirst(indentation).hasPrefix("}") {
          let length = number - open.line + 1
          #expect(length <= 70, "\(file.path):\(open.line + 1): \(length) lines: \(open.text)")
          begin = nil
        }
      } else if words.contains("func") || words.contains(where: { $0.hasPrefix("init(") }), line.hasSuffix("{") {
        begin = (number, indentation, line.trimmed)
      }
    }
  }

  @Test(arguments: files.filter { !$0.path.contains("/understudyctl/") && !$0.path.contains("/realserver/") })
  func `documents what it shares`(file: SourceFile) {
    let declarators: Set<String> = ["func", "var", "let", "struct", "enum", "class", "actor", "protocol", "typealias"]
    for (number, line) in file.lines.enumerated() {
      let words = line.split(separator: " ").map(String.init)
      guard words.first == "package", let kind = words.first(where: declarators.contains) else { continue }
      // Conformances and plain stored members of a documented type explain themselves by name.
      guard kind != "var" && kind != "let", !line.contains("static func <"), !line.contains("static func =="),
        !line.contains(" func handle("), !line.contains("static func +"), !line.contains("static func -")
      else { continue }
      var above = number - 1
      while above >= 0, file.lines[above].trimmed.hasPrefix("@") { above -= 1 }
      let isDocumented = above >= 0 && file.lines[above].trimmed.hasPrefix("///")
      let isWitness = line.contains("func next()") || line.contains("func hash(")
      #expect(isDocumented || isWitness, "\(file.path):\(number + 1): \(line.trimmed)")
    }
  }
}

extension String {
  /// Whether a text stands here that is not merely the end of a longer word.
  fileprivate func contains(word: String) -> Bool {
    ranges(of: word).contains { range in
      range.lowerBound == startIndex || !self[index(before: range.lowerBound)].isLetter
    }
  }

  /// The text without blanks at its ends.
  fileprivate var trimmed: String {
    var text = Substring(self)
    while text.first == " " { text.removeFirst() }
    while text.last == " " { text.removeLast() }
    return String(text)
  }
}
