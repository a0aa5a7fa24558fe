import ControlProtocol
import Testing

@Suite struct `The metrics` {
  static let router: JSON = [
    "name": "V\"1\\", "state": "MASTER", "interface": "eth0", "vrid": 51, "priority": 101, "since": 1000,
    "places": [
      ["address": "192.0.2.10", "interface": "eth0", "excluded": false],
      ["address": "192.0.2.20", "interface": "eth1", "excluded": true],
    ],
    "garp_delay": 5, "counters": ["advert_rcvd": 3, "advert_sent": 4],
  ]

  static func server(_ name: String, _ connections: Int64) -> JSON {
    let check: JSON = [
      "check": "TCP_CHECK x", "good": true, "last": .number(1.5), "successes": 5, "failures": 1,
      "seconds": .number(2.5),
      "classes": [1, 0, 2, 0, 0, 0, 0, 0, 0, 0, 0, 0],
    ]
    return [
      "name": .string(name), "up": true, "weight": 3, "traffic": ["connections": .integer(connections)],
      "checks": [check, check],
    ]
  }

  static let status: JSON = [
    "version": "1", "silent": [],
    "election": ["groups": [["name": "G", "routers": [router]]], "scripts": [["name": "s", "good": false]]],
    "balancing": [
      "services": [
        ["name": "A", "address": "192.0.2.10:80", "protocol": 6, "servers": [server("r:80", 7), server("q:80", 1)]],
        ["name": "B", "address": "192.0.2.10:81", "protocol": 6, "servers": [server("r:80", 5)]],
        ["name": "B", "protocol": 6, "servers": []],
      ]
    ],
    "control": [
      "mails": ["sent": 4, "waiting": 1], "webhook": ["given_up": 2, "waiting": 0],
      "requests": ["status": 3, "why": 0],
    ],
    "daemon": ["generation": 2, "roles": [["name": "election", "running": true, "restarts": 1]]],
  ]

  private func lines(_ form: MetricsForm) -> [Substring] {
    MetricsText.text(Self.status, form).split(separator: "\n", omittingEmptySubsequences: false)
  }

  @Test(arguments: [
    #"understudy_vrrp_state{instance="V\"1\\",group="G",interface="eth0",vrid="51"} 2"#,
    #"understudy_vrrp_events_total{instance="V\"1\\",group="G",interface="eth0",vrid="51",event="advert_sent"} 4"#,
    #"understudy_role_restarts_total{role="election"} 1"#,
    #"understudy_server_connections_total{service="A",server="r:80"} 7"#,
    #"understudy_check_results_total{service="A",server="r:80",check="TCP_CHECK x #2",result="failure"} 1"#,
    #"understudy_check_duration_seconds_bucket{service="A",kind="TCP_CHECK",le="0.005"} 4"#,
    #"understudy_check_duration_seconds_bucket{service="A",kind="TCP_CHECK",le="0.01"} 12"#,
    #"understudy_check_duration_seconds_bucket{service="A",kind="TCP_CHECK",le="+Inf"} 24"#,
    #"understudy_check_duration_seconds_sum{service="A",kind="TCP_CHECK"} 10.0"#,
    #"understudy_mails_total{what="sent"} 4"#, #"understudy_mails_waiting 1"#,
    #"understudy_control_requests_total{verb="status"} 3"#, #"understudy_control_requests_total{verb="why"} 0"#,
    #"understudy_webhook_posts_total{what="given_up"} 2"#, #"understudy_webhook_posts_waiting 0"#,
    #"keepalived_up 1"#,
    #"keepalived_vrrp_state{iname="V\"1\\",intf="eth0",vrid="51",ip_address="192.0.2.10"} 2"#,
    #"keepalived_vrrp_excluded_state{iname="V\"1\\",intf="eth1",vrid="51",ip_address="192.0.2.20"} 2"#,
    #"keepalived_advertisements_received_total{iname="V\"1\\",intf="eth0",vrid="51"} 3"#,
    #"keepalived_vrrp_advert_rcvd{name="V\"1\\",intf="eth0",vrid="51",state="MASTER"} 3"#,
    #"keepalived_lvs_rs_conn{addr="r:80",proto="6"} 12"#,
    #"keepalived_script_status{name="s"} 0"#,
  ])
  func `have this sample`(line: String) {
    #expect(lines(.prometheus).contains(Substring(line)))
    #expect(lines(.openMetrics).contains(Substring(line)))
  }

  @Test(arguments: [MetricsForm.prometheus, .openMetrics])
  func `never say the same thing twice, and keep families together`(form: MetricsForm) {
    let samples = lines(form).filter { !$0.hasPrefix("#") && !$0.isEmpty }.map { $0.split(separator: " ").dropLast() }
    #expect(Set(samples).count == samples.count)
    let types = lines(form).filter { $0.hasPrefix("# TYPE") }.compactMap { $0.split(separator: " ").dropFirst(2).first }
    #expect(Set(types).count == types.count)
  }

  @Test func `name counters as each form wants it`() {
    #expect(lines(.prometheus).contains("# TYPE understudy_role_restarts_total counter"))
    #expect(lines(.openMetrics).contains("# TYPE understudy_role_restarts counter"))
    #expect(lines(.prometheus).contains("# TYPE keepalived_vrrp_advert_sent untyped"))
    #expect(lines(.openMetrics).contains("# TYPE keepalived_vrrp_advert_sent unknown"))
    #expect(lines(.openMetrics).suffix(2) == ["# EOF", ""])
    #expect(lines(.prometheus).last == "")
  }

  @Test(arguments: [
    JSON.null, [], ["election": 7, "balancing": ["services": [1, [], ["servers": 3]]], "daemon": "x"],
  ])
  func `can be made of anything`(status: JSON) {
    #expect(MetricsText.text(status, .openMetrics).hasSuffix("# EOF\n"))
  }

  @Test func `come in the form a scraper asks for`() {
    #expect(MetricsForm(accept: "application/openmetrics-text;version=1.0.0,text/plain;q=0.5") == .openMetrics)
    #expect(MetricsForm(accept: "*/*") == .prometheus)
    #expect(MetricsForm.openMetrics.contentType == "application/openmetrics-text; version=1.0.0; charset=utf-8")
    #expect(MetricsForm.prometheus.contentType == "text/plain; version=0.0.4; charset=utf-8")
  }
}
