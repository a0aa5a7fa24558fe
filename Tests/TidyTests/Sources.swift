import Testing
import Glibc

/// A Swift source file of the package, for the tests that judge style.
struct SourceFile: Sendable, CustomTestStringConvertible {
  /// The path below the package, "Sources/Wire/Bytes.swift".
  let path: String
  let lines: [String]

  var testDescription: String { path }

  /// The target it belongs to, "Wire".
  var target: String { path.split(separator: "/").dropFirst().first.map(String.init) ?? "" }

  /// The lines without comments and string contents, so that words in them do not count.
  var code: [String] {
    lines.map { line in
      let trimmed = line.drop { $0 == " " }
      guard !trimmed.hasPrefix("//") else { return "" }
      var text = ""
      var inString = false
      var previous: Character = " "
      for character in line {
        if character == "\"", previous != "\\" { inString.toggle() }
        if character == "/", previous == "/", !inString { return String(text.dropLast()) }
        if !inString || character == "\"" { text.append(character) }
        previous = character
      }
      return text
    }
  }
}

/// Every Swift file of a top-level folder of the package.
func sources(below folder: String) -> [SourceFile] {
  let root = String(#filePath.dropLast("Tests/TidyTests/Sources.swift".count))
  var found: [SourceFile] = []
  var folders = [folder]
  while let folder = folders.popLast() {
    guard let directory = unsafe opendir(root + folder) else { continue }
    defer { unsafe _ = closedir(directory) }
    while let entry = unsafe readdir(directory) {
      let name = unsafe withUnsafePointer(to: &entry.pointee.d_name) { pointer in
        unsafe pointer.withMemoryRebound(to: CChar.self, capacity: 256) { unsafe String(cString: $0) }
      }
      guard !name.hasPrefix(".") else { continue }
      let path = folder + "/" + name
      if unsafe Int32(entry.pointee.d_type) == Int32(DT_DIR) {
        folders.append(path)
      } else if name.hasSuffix(".swift") {
        found.append(SourceFile(path: path, lines: readLines(root + path)))
      }
    }
  }
  return found.sorted { $0.path < $1.path }
}

private func readLines(_ path: String) -> [String] {
  guard let file = unsafe fopen(path, "r") else { return [] }
  defer { unsafe _ = fclose(file) }
  var bytes: [UInt8] = []
  var buffer = [UInt8](repeating: 0, count: 65_536)
  while true {
    let count = unsafe fread(&buffer, 1, buffer.count, file)
    guard count > 0 else { break }
    bytes += buffer[..<count]
  }
  return String(decoding: bytes, as: UTF8.self).split(separator: "\n", omittingEmptySubsequences: false)
    .map(String.init)
}
