/// All words of the language.
enum KeywordList {
  /// Every keyword of every block, in the order of the tables.
  static let all: [KeywordDescription] =
    TopKeywords.table.descriptions + GlobalKeywords.table.descriptions + TrackGroupKeywords.table.descriptions
    + GARPGroupKeywords.table.descriptions + TrackingKeywords.script.descriptions
    + TrackingKeywords.file.descriptions + TrackingKeywords.process.descriptions + BFDKeywords.table.descriptions
    + SyncGroupKeywords.table.descriptions + VRRPKeywords.table.descriptions
    + AuthenticationKeywords.table.descriptions + AuthenticationKeywords.hmac.descriptions
    + TopKeywords.certificateTable.descriptions + VirtualServerKeywords.table.descriptions
    + RealServerKeywords.table.descriptions + CheckKeywords.tables.flatMap(\.descriptions)
    + CheckKeywords.smtpHost.descriptions + URLKeywords.http.descriptions + URLKeywords.ssl.descriptions

  private static let byName: [String: [String]] = {
    var table: [String: [String]] = [:]
    for keyword in all { table[keyword.name, default: []].append(keyword.block) }
    return table
  }()

  /// The blocks that have a keyword; nil when none has.
  static func blocks(of name: String) -> [String]? { byName[name] }

  /// Words of old releases, and what became of them.
  static let dead: [String: String] = [
    "lvs_id": "an old word for router_id", "plugin_dir": "keepalived has no plug-ins any more",
    "nat_mask": "the mask of VS/NAT is not needed any more", "CI-LINUX": "an old word that keepalived dropped",
  ]
}

extension Configuration {
  /// Every keyword of the language, with its block, arguments and whether this program acts on it.
  package static var keywords: [KeywordDescription] { KeywordList.all }
}
