/// The kinds of faults. A number never changes its meaning, so that it can be looked up (`--explain`).
///
/// 0xx text and files, 1xx words and blocks, 2xx values, 3xx references and order, 4xx meaning, 5xx this machine,
/// 6xx support.
package enum DiagnosticCode: Int, CaseIterable, Sendable {
  // Text and files
  case noConfiguration = 1
  case fileMissing = 2
  case fileUnreadable = 3
  case includeCircle = 4
  case nulByte = 5
  case byteOrderMark = 6
  case selfReference = 7
  case expansionTooLarge = 8
  case unfinishedDefinition = 9
  case badRepetition = 10
  case badRandomRange = 11
  case unterminatedQuote = 12
  case strayBackslash = 13

  // Words and blocks
  case unknownKeyword = 101
  case missingParameter = 102
  case missingOpeningBrace = 103
  case missingClosingBrace = 104
  case extraClosingBrace = 105
  case unexpectedOpeningBrace = 106
  case badBlockName = 107
  case surplusWords = 108
  case severalKeywords = 109
  case unknownOption = 110
  case emptyBlock = 111

  // Values
  case invalidNumber = 201
  case numberOutOfRange = 202
  case trailingGarbage = 203
  case tooManyDecimals = 204
  case invalidBoolean = 205
  case invalidChoice = 206
  case invalidAddress = 207
  case invalidPrefix = 208
  case valueTooLong = 209
  case invalidScript = 210
  case adjustedValue = 211
  case invalidValue = 212
  case notUTF8 = 213

  // References and order
  case unknownReference = 301
  case forwardReference = 302
  case duplicate = 303
  case duplicateSetting = 304
  case unused = 305

  // Meaning
  case incomplete = 401
  case contradiction = 402
  case familyMismatch = 403
  case versionLimit = 404
  case portMismatch = 405
  case quorumUnreachable = 406
  case emptyService = 407
  case groupTooSmall = 408
  case strictMode = 409
  case noAddress = 410
  case defaulted = 411
  case trackingIgnored = 412
  case unverifiedCertificates = 413

  // This machine
  case missingInterface = 501
  case missingScript = 502
  case unknownUser = 503
  case insecureScript = 504
  case unresolvedHost = 505
  case missingDirectory = 506
  case missingNamespace = 507
  case scriptSecurityOff = 508

  // Support
  case deprecated = 601
  case unsupported = 602
  case withoutEffect = 603

  /// "U0101".
  package var name: String {
    let digits = String(rawValue)
    return "U" + String(repeating: "0", count: max(0, 4 - digits.utf8.count)) + digits
  }

  /// The code of a name, in either case.
  package init?(name: String) {
    guard let letter = name.first, letter == "U" || letter == "u", let number = Int(name.dropFirst()) else {
      return nil
    }
    self.init(rawValue: number)
  }
}
