/// The metrics of the exporters that people run beside keepalived, under their names, with their labels: dashboards and
/// alerts made for them keep working.
///
/// Two things are done better. A counter has no label for the state, which would begin a new series with each
/// transition, except where the exporter's name is not that of a counter anyway. And a real server that stands in
/// several services is counted once, with the sum.
enum KeepalivedMetrics {
  /// Names that end in "_total", and the counters behind them.
  private static let counters = [
    ("advertisements_received", "advert_rcvd"), ("advertisements_sent", "advert_sent"),
    ("become_master", "become_master"), ("release_master", "release_master"),
    ("packet_length_errors", "packet_len_err"), ("advertisements_interval_errors", "advert_interval_err"),
    ("ip_ttl_errors", "ip_ttl_err"), ("invalid_type_received", "invalid_type_rcvd"),
    ("address_list_errors", "addr_list_err"), ("authentication_invalid", "invalid_authtype"),
    ("authentication_mismatch", "authtype_mismatch"), ("authentication_failure", "auth_failure"),
    ("priority_zero_received", "pri_zero_rcvd"), ("priority_zero_sent", "pri_zero_sent"),
  ]

  private static let traffic = [
    ("in_packets", "in_packets"), ("out_packets", "out_packets"), ("in_bytes", "in_bytes"), ("out_bytes", "out_bytes"),
    ("conn", "connections"),
  ]

  static func write(
    _ status: JSON, _ routers: [RouterFigures], _ services: [ServiceFigures], _ writer: inout MetricsWriter
  ) {
    writer.family("keepalived_up", .gauge, "Whether the daemon answers.")
    writer.sample([], status["silent"]?.array?.isEmpty ?? true)
    if !routers.isEmpty { self.routers(routers, &writer) }
    let scripts = status["election"]?["scripts"]?.array ?? []
    if !scripts.isEmpty {
      writer.family("keepalived_script_status", .gauge, "Whether a checking script is good.")
      for script in scripts { writer.sample([("name", script.text("name"))], script["good"]?.boolean ?? false) }
      writer.family("keepalived_script_state", .gauge, "Whether a checking script runs just now.")
      for script in scripts { writer.sample([("name", script.text("name"))], script["running"]?.boolean) }
    }
    if !services.isEmpty { self.services(services, &writer) }
  }

  private static func routers(_ routers: [RouterFigures], _ writer: inout MetricsWriter) {
    for (family, isExcluded) in [("keepalived_vrrp_state", false), ("keepalived_vrrp_excluded_state", true)] {
      writer.family(family, .gauge, "State of the instance of a virtual address: 0 INIT, 1 BACKUP, 2 MASTER, 3 FAULT.")
      for router in routers {
        for place in router.document["places"]?.array ?? [] where place["excluded"]?.boolean == isExcluded {
          writer.sample(
            [
              ("iname", router.document.text("name")), ("intf", place.text("interface")), vrid(router),
              ("ip_address", place.text("address")),
            ], router.state)
        }
      }
    }
    for (name, counter) in counters {
      writer.family("keepalived_\(name)_total", .counter, "The counter \(counter) of an instance.")
      for router in routers { writer.sample(labels(router), router.document["counters"]?[counter]?.integer) }
    }
    writer.family("keepalived_gratuitous_arp_delay_total", .counter, "The setting garp_master_delay in seconds.")
    for router in routers { writer.sample(labels(router), router.document.double("garp_delay")) }
    for (_, counter) in counters {
      writer.family("keepalived_vrrp_\(counter)", .unknown, "The counter \(counter) of an instance.")
      for router in routers {
        let labels = [("name", router.document.text("name"))] + self.labels(router).dropFirst()
        writer.sample(
          labels + [("state", router.document.text("state"))], router.document["counters"]?[counter]?.integer)
      }
    }
  }

  private static func labels(_ router: RouterFigures) -> MetricsWriter.Labels {
    [("iname", router.document.text("name")), ("intf", router.document.text("interface")), vrid(router)]
  }

  private static func vrid(_ router: RouterFigures) -> (name: String, value: String) {
    ("vrid", String(router.document["vrid"]?.integer ?? 0))
  }

  private static func services(_ services: [ServiceFigures], _ writer: inout MetricsWriter) {
    for (name, counter) in traffic {
      writer.family("keepalived_lvs_vip_\(name)", .unknown, "The counter \(counter) of a virtual service.")
      for service in services {
        guard let address = service.document["address"]?.string else { continue }
        writer.sample(
          [("addr", address), ("proto", proto(service))], service.document["traffic"]?[counter]?.integer)
      }
    }
    for (name, counter) in traffic {
      writer.family("keepalived_lvs_rs_\(name)", .unknown, "The counter \(counter) of a real server.")
      var order: [[String]] = []
      var sums: [[String]: Int64] = [:]
      for service in services {
        for server in service.servers {
          guard let value = server.document["traffic"]?[counter]?.integer else { continue }
          let key = [server.document.text("name"), proto(service)]
          if sums[key] == nil { order.append(key) }
          sums[key, default: 0] &+= value
        }
      }
      for key in order { writer.sample([("addr", key[0]), ("proto", key[1])], sums[key]) }
    }
  }

  private static func proto(_ service: ServiceFigures) -> String {
    service.document["protocol"]?.integer.map(String.init) ?? "0"
  }
}
