/// What a reload would change, found by comparing canonical forms.
extension Configuration {
  /// The differences in an operator's words, one line each, in the order of the canonical form; empty when the two mean
  /// the same.
  package static func differences(from old: Configuration, to new: Configuration) -> [String] {
    guard old != new else { return [] }
    var lines: [String] = []
    NodeComparison.compare(old.canonicalNodes, new.canonicalNodes, path: [], &lines)
    return lines
  }
}

/// Compares blocks line by line.
private enum NodeComparison {
  /// Lines and blocks by what names them: a keyword in its block, an entry, a block with its name.
  private static func keyed(_ nodes: [CanonicalNode]) -> [(key: String, node: CanonicalNode)] {
    var counts: [String: Int] = [:]
    return nodes.map { node in
      let name = node.children != nil ? node.line : node.words.first ?? ""
      let count = counts[name, default: 0] + 1
      counts[name] = count
      return (count == 1 ? name : "\(name) (\(count))", node)
    }
  }

  static func compare(
    _ old: [CanonicalNode], _ new: [CanonicalNode], path: [String], inList isList: Bool = false,
    _ lines: inout [String]
  ) {
    let before = keyed(old)
    let after = keyed(new)
    let oldByKey = Dictionary(before.map { ($0.key, $0.node) }, uniquingKeysWith: { first, _ in first })
    let newKeys = Set(after.map(\.key))
    let place = path.isEmpty ? "" : path.joined(separator: ", ") + ": "
    for (key, node) in before where !newKeys.contains(key) {
      lines.append(place + removal(of: node, isEntry: isList))
    }
    for (key, node) in after {
      guard let former = oldByKey[key] else {
        lines.append(place + addition(of: node, isEntry: isList))
        continue
      }
      if let children = node.children, let formerChildren = former.children {
        compare(formerChildren, children, path: path + [key], inList: isEntryList(node), &lines)
      } else if former.words != node.words {
        let values = (former.words.dropFirst().joined(separator: " "), node.words.dropFirst().joined(separator: " "))
        lines.append("\(place)\(key) changes from \(shown(values.0)) to \(shown(values.1))")
      }
    }
    if before.map(\.key) != after.map(\.key), Set(before.map(\.key)) == newKeys {
      lines.append("\(place)the order changes")
    }
  }

  /// Blocks whose lines are entries rather than keywords.
  private static func isEntryList(_ node: CanonicalNode) -> Bool {
    let names: Set = [
      "virtual_ipaddress", "virtual_ipaddress_excluded", "virtual_routes", "virtual_rules", "static_ipaddress",
      "static_routes", "static_rules", "unicast_peer", "group", "interfaces", "notification_email", "track_interface",
      "track_script", "track_file", "track_process", "track_bfd", "virtual_server_group",
    ]
    return node.children?.allSatisfy { $0.children == nil } ?? false && names.contains(node.words.first ?? "")
  }

  private static func shown(_ value: String) -> String { value.isEmpty ? "set" : value }

  private static func addition(of node: CanonicalNode, isEntry: Bool) -> String {
    guard let children = node.children else {
      return isEntry || node.words.count == 1 ? "\(node.line) is added" : "\(node.line) is set"
    }
    let servers = children.count { $0.words.first?.hasPrefix("real_server") ?? false }
    return servers > 0
      ? "\(node.line) is added with \(servers) real server\(servers == 1 ? "" : "s")" : "\(node.line) is added"
  }

  private static func removal(of node: CanonicalNode, isEntry: Bool) -> String {
    node.children != nil || isEntry || node.words.count == 1
      ? "\(node.line) is removed" : "\(node.line) is no longer set"
  }
}
