import Glibc
import Testing

/// A configuration with one fault, and how the fault is shown.
struct Fault: Sendable, CustomTestStringConvertible {
  let name: String
  let text: String
  /// Line and column of the fault.
  let place: String
  /// What else the diagnostic says.
  let says: [String]

  var testDescription: String { name }

  static let all = [
    Fault(
      name: "an unknown keyword",
      text: """
        vrrp_instance VI_1 {
            interface lo
            virtual_routerid 51
            virtual_router_id 51
            virtual_ipaddress { 192.0.2.1 }
        }
        """,
      place: "3:5", says: ["virtual_routerid 51", "^", "virtual_router_id"]),
    Fault(
      name: "a brace that is never closed",
      text: """
        virtual_server 192.0.2.1 80 {
            lb_algo rr
            real_server 192.0.2.2 80 {
                weight 1
        }
        """,
      place: "", says: ["^", "{"]),
    Fault(
      name: "an address that is none",
      text: """
        virtual_server 192.0.2.1 80 {
            lb_algo rr
            real_server 192.0.2.256 80 {
                weight 1
            }
        }
        """,
      place: "3:17", says: ["real_server 192.0.2.256 80", "^"]),
    Fault(
      name: "a port out of range",
      text: """
        virtual_server 192.0.2.1 70000 {
            lb_algo rr
            real_server 192.0.2.2 80 {
                weight 1
            }
        }
        """,
      place: "1:26", says: ["virtual_server 192.0.2.1 70000", "^", "65535"]),
  ]
}

private func daemon(_ words: String...) throws -> Outcome {
  try run([Paths.daemon] + words, within: 60)
}

/// Runs a configuration test of a text.
private func test(configuration text: String) throws -> (path: String, outcome: Outcome) {
  let path = "/tmp/understudy-\(getpid())-\(UInt32.random(in: 0 ... .max)).conf"
  try write(text + "\n", to: path)
  defer { unsafe _ = unlink(path) }
  return (path, try daemon("-t", "-f", path))
}

@Suite(.needs(.namespaces)) struct `The command line` {
  @Test(arguments: Fault.all)
  func `shows where a fault of the configuration is`(fault: Fault) throws {
    let (path, outcome) = try test(configuration: fault.text)
    #expect(outcome.status == 5)
    #expect(outcome.output.contains(path + ":" + fault.place), "\(outcome.output)")
    for words in fault.says { #expect(outcome.output.contains(words), "\(outcome.output)") }
  }

  @Test func `shows all faults at once`() throws {
    let (path, outcome) = try test(configuration: Fault.all[0].text + "\n" + Fault.all[2].text)
    #expect(outcome.output.contains(path + ":3:5"), "\(outcome.output)")
    #expect(outcome.output.contains(path + ":9:17"), "\(outcome.output)")
  }

  @Test func `ends a test of a configuration as keepalived does`() throws {
    let good = """
      virtual_server 192.0.2.1 80 {
          lb_algo rr
          lb_kind NAT
          protocol TCP
          real_server 192.0.2.2 80 {
              weight 1
          }
      }
      """
    let tested = try test(configuration: good).outcome
    #expect(tested.status == 0 && tested.output.isEmpty, "\(tested.output)")
    #expect(try test(configuration: "vrrp_instance VI_1 {\n    priority\n}").outcome.status == 2)
    let missing = try daemon("-t", "-f", "/nonexistent/keepalived.conf")
    // keepalived says 0 here; a file that is not there is no good configuration.
    #expect(missing.status == 6)
    #expect(missing.output.contains("/nonexistent/keepalived.conf"))
  }

  @Test func `answers questions about the program`() throws {
    let version = try daemon("-v")
    #expect(version.status == 0 && !version.output.isEmpty)
    let usage = try daemon("--help")
    #expect(usage.status == 0 && usage.output.contains("--use-file"), "\(usage.output)")
    #expect(try daemon("--nonsense").status == 1)
  }

  @Test func `does not start without a configuration`() throws {
    let outcome = try daemon("-n", "-l", "-f", "/nonexistent/keepalived.conf", "-p", "/tmp/understudy-\(getpid()).pid")
    #expect(outcome.status == 6)
    #expect(outcome.output.contains("/nonexistent/keepalived.conf"))
  }
}
