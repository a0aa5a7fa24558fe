import Testing

/// Certificates of all sorts, made by openssl.
private struct Certificates {
  let directory: String

  init(_ directory: String) throws {
    self.directory = directory
    let script = """
      set -e
      mkdir -p "\(directory)" && cd "\(directory)"
      key="-newkey ec -pkeyopt ec_paramgen_curve:P-256 -nodes"
      openssl req -x509 $key -days 30 -subj "/CN=Authority" -keyout ca.key -out ca.pem
      openssl req -x509 $key -days 30 -subj "/CN=www.shop.example" -addext subjectAltName=DNS:www.shop.example \\
        -keyout selfsigned.key -out selfsigned.pem
      touch index.txt
      cat >ca.cnf <<CNF
      [ca]
      default_ca = here
      [here]
      database = index.txt
      new_certs_dir = .
      rand_serial = yes
      default_md = sha256
      policy = any
      copy_extensions = copy
      unique_subject = no
      [any]
      commonName = supplied
      CNF
      sign() { # NAME HOST START END
        openssl req $key -subj "/CN=$2" -addext "subjectAltName=DNS:$2" -keyout $1.key -out $1.csr
        openssl ca -batch -config ca.cnf -keyfile ca.key -cert ca.pem -startdate $3 -enddate $4 -in $1.csr -out $1.pem
      }
      sign good www.shop.example 20200101000000Z 20991231000000Z
      sign other www.other.example 20200101000000Z 20991231000000Z
      sign expired www.shop.example 20200101000000Z 20210101000000Z
      """
    let outcome = try run(["bash", "-c", script])
    guard outcome.status == 0 else { throw NotSo(description: outcome.output) }
  }

  /// A server of openssl's that answers every request with a page.
  func server(_ lab: Lab, _ port: Int, _ name: String, _ options: String...) throws -> Background {
    try lab.program(
      "s1",
      [
        "openssl", "s_server", "-accept", "\(port)", "-cert", "\(directory)/\(name).pem", "-key",
        "\(directory)/\(name).key",
      ]
        + ["-quiet", "-www"] + options)
  }
}

@Suite(.needs(.directors), .serialized) struct `A director that checks TLS` {
  /// A check of the server at a port of s1 that knows the authority.
  private func check(_ port: Int, _ words: String) -> String {
    DirectorText.server(
      11, port, "SSL_GET {\nenable_sni\nvirtualhost www.shop.example\nurl {\npath /\nstatus_code 200\n}\n\(words)\n}")
  }

  @Test func `accepts certificates as it is told, and says why not`() throws {
    let directory = "/tmp/understudy-certificates"
    let certificates = try Certificates(directory)
    let verify = "ssl_verify on\nssl_ca_file \(directory)/ca.pem"
    let lab = try Lab.director(
      DirectorText.service(
        443,
        check(4431, verify), check(4432, verify), check(4433, verify), check(4434, verify), check(4435, ""),
        check(4436, ""), check(4437, verify + "\nssl_min_version TLSv1.3"),
        check(4438, verify + "\nssl_min_version TLSv1.2"),
        check(4439, "tls_compliant\nssl_verify on\nssl_ca_file \(directory)/selfsigned.pem")))
    let programs = try [
      certificates.server(lab, 4431, "good"), certificates.server(lab, 4432, "expired"),
      certificates.server(lab, 4433, "other"), certificates.server(lab, 4434, "selfsigned"),
      certificates.server(lab, 4435, "selfsigned"), certificates.server(lab, 4436, "expired"),
      certificates.server(lab, 4437, "good", "-tls1_2"), certificates.server(lab, 4438, "good", "-tls1_2"),
      certificates.server(lab, 4439, "selfsigned"),
    ]
    for port in 4431...4439 { try lab.untilListening("s1", port) }
    try lab("start", "d1")
    let good = [4431, 4435, 4436, 4438, 4439].map { ("10.0.0.11:\($0)", 1) }
    try lab.until("the right ones are in") {
      try lab.servers(443) == Dictionary(uniqueKeysWithValues: good)
    }
    let log = try lab.log("d1")
    for (port, words) in [
      (4432, "certificate has expired"), (4433, "ostname mismatch"), (4434, "self-signed certificate"),
      (4437, "protocol"),
    ] {
      #expect(
        log.split(separator: "\n").contains { $0.contains("SSL_GET 10.0.0.11:\(port)") && $0.contains(words) },
        "\(port) \(words) in\n\(log)")
    }
    #expect(log.contains("SSL_GET does not verify the certificates of 2 real servers"))
    for program in programs { _ = program.stop() }
    try lab.until("none is left") { try lab.servers(443) == [:] }
  }
}
