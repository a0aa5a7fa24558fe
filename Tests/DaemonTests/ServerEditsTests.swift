import ConfigurationLanguage
import ControlProtocol
import Daemon
import Testing
import Wire

@Suite struct `Servers added and removed by an operator` {
  private static let text = """
    virtual_server 192.0.2.10 80 {
      protocol TCP
      lvs_sched rr
      lvs_method NAT
      quorum 3
      hysteresis 1
      real_server 198.51.100.1 80 {
        weight 2
        TCP_CHECK { connect_timeout 3 }
      }
      real_server 198.51.100.2 8080 {
        weight 5
        HTTP_GET {
          connect_port 9000
          url { path /health
            status_code 200 }
        }
      }
    }
    virtual_server 192.0.2.10 443 {
      protocol TCP
      lvs_sched rr
      lvs_method DR
      real_server 198.51.100.1 443 { weight 1 }
    }
    """
  private let file: Configuration
  private var edits = ServerEdits()

  init() throws { file = try configuration(of: Self.text) }

  private mutating func order(
    _ action: ServerOrder.Action, _ server: String, of service: String = "192.0.2.10:80"
  ) throws(ServerEditError) -> ServerOrder {
    try edits.carryOut(ServerOrder(service: service, server: server, action: action), on: file)
  }

  private func servers(_ place: Int = 0) -> [RealServer] { edits.applied(to: file).virtualServers[place].realServers }

  @Test mutating func `are checked as the service's first server is`() throws {
    let kept = try order(.add(weight: nil, like: nil), "198.51.100.3")
    #expect(
      kept
        == ServerOrder(
          service: "[192.0.2.10]:tcp:80", server: "198.51.100.3:80", action: .add(weight: nil, like: nil)))
    let server = try #require(servers().last)
    #expect(servers().count == 3)
    #expect(server.weight == 2)
    #expect(server.checks.map(\.endpoint.description) == ["198.51.100.3:80"])
    #expect(server.checks.first?.connectTimeout == .seconds(3))
  }

  @Test mutating func `may be like another one, and like one that was added itself`() throws {
    _ = try order(.add(weight: 9, like: "[198.51.100.2]:tcp:8080"), "198.51.100.3:8081")
    let kept = try order(.add(weight: nil, like: "198.51.100.3:8081"), "198.51.100.4:8082")
    #expect(kept.action == .add(weight: nil, like: "198.51.100.2:8080"))
    #expect(servers().map(\.weight) == [2, 5, 9, 5])
    #expect(servers().last?.checks.map(\.endpoint.description) == ["198.51.100.4:9000"])
  }

  @Test mutating func `leave the service with a quorum that it can reach`() throws {
    _ = try order(.remove, "198.51.100.2:8080")
    #expect(servers().map(\.endpoint.description) == ["198.51.100.1:80"])
    let service = edits.applied(to: file).virtualServers[0]
    #expect(service.quorum == 2)
    #expect(service.hysteresis == 1)
    _ = try order(.add(weight: nil, like: nil), "198.51.100.2:8080")
    let again = edits.applied(to: file).virtualServers[0]
    #expect(again.realServers == file.virtualServers[0].realServers)
    #expect(again.quorum == 3)
  }

  @Test mutating func `are the same again for a role that is told of them anew`() throws {
    _ = try order(.add(weight: 4, like: nil), "198.51.100.3")
    _ = try order(.remove, "198.51.100.1:80")
    _ = try order(.remove, "198.51.100.3:80")
    _ = try order(.add(weight: 6, like: nil), "198.51.100.3")
    var restored = ServerEdits()
    for order in edits.orders { restored.restore(order) }
    #expect(restored == edits)
    #expect(restored.orders.count == 2)
    #expect(servers().map(\.endpoint.description) == ["198.51.100.2:8080", "198.51.100.3:80"])
    #expect(edits.applied(to: try configuration(of: "global_defs { }")).virtualServers.isEmpty)
  }

  @Test(arguments: [
    (ServerOrder.Action.add(weight: nil, like: nil), "198.51.100.1:80", "192.0.2.10:80"),
    (.add(weight: nil, like: nil), "2001:db8::1", "192.0.2.10:80"),
    (.add(weight: nil, like: nil), "server", "192.0.2.10:80"), (.add(weight: nil, like: nil), "", "192.0.2.10:80"),
    (.add(weight: nil, like: nil), "198.51.100.3:99999", "192.0.2.10:80"),
    (.add(weight: nil, like: "198.51.100.9:80"), "198.51.100.3:80", "192.0.2.10:80"),
    (.add(weight: nil, like: nil), "198.51.100.3:80", "192.0.2.11:80"),
    (.add(weight: nil, like: nil), "198.51.100.3:444", "[192.0.2.10]:tcp:443"),
    (.remove, "198.51.100.1:443", "[192.0.2.10]:tcp:443"), (.remove, "198.51.100.9:80", "192.0.2.10:80"),
  ])
  mutating func `that cannot be are refused, and nothing changes`(
    action: ServerOrder.Action, server: String, service: String
  ) throws {
    do {
      _ = try order(action, server, of: service)
      Issue.record("it was taken")
    } catch {
      #expect(!error.description.isEmpty)
    }
    #expect(edits == ServerEdits())
  }

  @Test mutating func `are written so that reading gives the same services`() throws {
    _ = try order(.add(weight: 4, like: "198.51.100.2:8080"), "198.51.100.3")
    let text = try edits.text(of: [], in: file)
    #expect(try configuration(of: text).virtualServers == [edits.applied(to: file).virtualServers[0]])
    let both = try edits.text(of: ["[192.0.2.10]:tcp:443", "192.0.2.10:80"], in: file)
    #expect(try configuration(of: both).virtualServers.count == 2)
    #expect(throws: ServerEditError.noService("nobody")) { try edits.text(of: ["nobody"], in: file) }
    #expect(try ServerEdits().text(of: [], in: file).isEmpty)
  }
}
