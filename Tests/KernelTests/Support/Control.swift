extension Lab {
  /// Runs understudyctl on a director.
  func control(_ host: String, _ words: String...) throws -> String {
    try command(host, [Paths.programs + "/understudyctl"] + words)
  }

  /// Runs a program on a host, which must succeed, and returns what it printed.
  @discardableResult
  func command(_ host: String, _ words: [String]) throws -> String {
    let outcome = try attempt(host, words)
    guard outcome.status == 0 else { throw NotSo(description: "\(words): \(outcome.output)\n\(story)") }
    return outcome.output
  }

  /// Runs a program on a host, whatever comes of it.
  func attempt(_ host: String, _ words: [String]) throws -> Outcome {
    try run([Paths.checkout + "/contrib/lab/lab", "exec", host] + words, environment: ["LAB_PREFIX": prefix])
  }

  /// Adds lines to the global settings of a director.
  func addGlobals(_ host: String, _ lines: String) throws {
    try edit(host, "global_defs {\n", with: "global_defs {\n\(lines)\n")
  }

  /// Makes a certificate for an address and returns the file, which has the key in it.
  func certificate(for address: String, on host: String) throws -> String {
    let file = try path(host, "tls.pem")
    let outcome = try run([
      "openssl", "req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-nodes", "-days", "2",
      "-subj", "/CN=lab", "-addext", "subjectAltName=IP:\(address)", "-keyout", file, "-out", file + ".crt",
    ])
    guard outcome.status == 0 else { throw NotSo(description: outcome.output) }
    try write(contents(of: file) + contents(of: file + ".crt"), to: file)
    return file
  }
}
