import ConfigurationLanguage
import Glibc
import Testing

/// The manual page's words for keywords; contrib/packaging/manuals makes the page and checks the other direction, too.
private let explained: Set<String> = {
  let path = String(#filePath.dropLast("Tests/ConfigurationLanguageTests/ManualTests.swift".count))
  guard let file = unsafe fopen(path + "contrib/packaging/man/keywords", "r") else { return [] }
  defer { unsafe _ = fclose(file) }
  var octets = [UInt8](repeating: 0, count: 1 << 20)
  let count = unsafe fread(&octets, 1, octets.count, file)
  var block = ""
  var found: Set<String> = []
  for line in String(decoding: octets[..<count], as: UTF8.self).split(separator: "\n") {
    if line.hasPrefix("[") {
      block = String(line.dropFirst().prefix { $0 != "]" })
    } else if !line.hasPrefix("#"), let word = line.split(separator: ":").first {
      found.insert("\(block)/\(word)")
    }
  }
  return found
}()

@Suite struct `The manual` {
  @Test func `explains every keyword, in contrib/packaging/man/keywords`() {
    #expect(explained.count > 300)
    for keyword in Configuration.keywords where keyword.replacement == nil {
      let last = keyword.block.split(separator: "/").last.map { "*/\($0)" } ?? "*"
      let places = [keyword.block, last, "*"].map { "\($0)/\(keyword.name)" }
      #expect(!explained.isDisjoint(with: places), "\(keyword.block)/\(keyword.name)")
    }
  }
}
