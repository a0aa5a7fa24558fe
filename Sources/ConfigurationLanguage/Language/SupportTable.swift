/// What this program does about each word: the one place to edit when it learns something.
///
/// A keyword without entry is supported. An entry for a block holds for the words in it and below it.
enum SupportTable {
  /// The status of a keyword of a block.
  static func status(block: String, keyword: String) -> Support {
    let path = block.isEmpty ? keyword : "\(block)/\(keyword)"
    if let status = words[path] { return status }
    var parent = block[...]
    while !parent.isEmpty {
      if let status = blocks[String(parent)] { return status }
      parent = parent.lastIndex(of: "/").map { parent[..<$0] } ?? ""
    }
    return .supported
  }

  /// Whole blocks; the word that opens one is told about, its contents are not.
  private static let blocks: [String: Support] = [:]

  private static let words: [String: Support] = {
    var table: [String: Support] = [
      // The top
      "namespace_with_ipsets": .accepted("kernels in use need no such care"),
      "bfd_instance": .unsupported("BFD sessions are not held; nothing is known of them"),
      "net_namespace_ipvs": .unsupported("the IPVS table is that of the daemon's own namespace"),
      // global_defs
      "global_defs/vrrp_iptables": .unsupported("no_accept works by nftables, without iptables chains"),
      "global_defs/vrrp_ipsets": .unsupported("no_accept works by nftables, without ipsets"),
      "global_defs/nftables_ifindex": .accepted("the packet filter names interfaces as it needs"),
      "global_defs/nftables_counters": .unsupported("the packet filter does not count"),
      "global_defs/nftables_ipvs": .unsupported("groups are one service for each address, without marks"),
      "global_defs/nftables_ipvs_priority": .unsupported("groups are one service for each address, without marks"),
      "global_defs/nftables_ipvs_start_fwmark": .unsupported("groups are one service for each address, without marks"),
      "global_defs/reload_check_config": .accepted("every new configuration is checked before it is taken over"),
      "global_defs/config_save_dir": .unsupported("no copy of the configuration is kept"),
      "global_defs/max_auto_priority": .unsupported("priorities of processes are not raised by themselves"),
      "global_defs/min_auto_priority_delay": .unsupported("priorities of processes are not raised by themselves"),
      // global_defs: without meaning
      "global_defs/random_seed": .accepted("keepalived ignores it as well"),
      "global_defs/stats_dump_file": .accepted("keepalived ignores it as well"),
      "global_defs/json_dump_file": .accepted("keepalived ignores it as well"),
      "global_defs/tmp_config_directory": .accepted("the configuration is handed on in memory"),
      "global_defs/use_symlink_paths": .accepted("scripts run by the path that is written"),
      "global_defs/process_monitor_rcv_bufs": .accepted("buffers are sized by need"),
      "global_defs/process_monitor_rcv_bufs_force": .accepted("buffers are sized by need"),
      "global_defs/vrrp_rx_bufs_policy": .accepted("buffers are sized by need"),
      "global_defs/vrrp_rx_bufs_multiplier": .accepted("buffers are sized by need"),
      "vrrp_instance/debug": .accepted("keepalived ignores it as well"),
      "vrrp_instance/kernel_rx_buf_size": .accepted("buffers are sized by need"),
      "vrrp_instance/track_bfd": .unsupported("nothing is known of BFD sessions; they do not count"),
      "vrrp_sync_group/track_bfd": .unsupported("nothing is known of BFD sessions; they do not count"),
      "virtual_server/snmp_name": .unsupported("there is no SNMP"),
      "virtual_server/real_server/snmp_name": .unsupported("there is no SNMP"),
      "virtual_server/real_server/SSL_GET/tls_compliant": .accepted("close_notify is always sent"),
      "virtual_server/real_server/SSL_GET/url/tls_compliant": .accepted("close_notify is always sent"),
      "virtual_server/hashed": .accepted("keepalived ignores it as well"),
      "virtual_server/real_server/BFD_CHECK": .unsupported("nothing is known of BFD sessions; the check has no say"),
    ]
    for check in ["HTTP_GET", "SSL_GET"] {
      let path = "virtual_server/real_server/\(check)"
      table["\(path)/fast_recovery"] = .accepted("every attempt asks for all URLs, one right after another")
      table["\(path)/url/regex_stack"] = .accepted("bodies are searched without a stack")
    }
    for name in [
      "enable_traps", "enable_snmp_vrrp", "enable_snmp_keepalived", "enable_snmp_rfc", "enable_snmp_rfcv2",
      "enable_snmp_rfcv3", "enable_snmp_checker", "snmp_socket", "snmp_vs_stats_update_interval",
      "snmp_rs_stats_update_interval",
    ] {
      table["global_defs/\(name)"] = .unsupported("there is no SNMP")
    }
    for name in [
      "bfd_process_name", "bfd_priority", "bfd_no_swap", "bfd_rt_priority", "bfd_cpu_affinity", "bfd_rlimit_rttime",
      "bfd_rlimit_rtime",
    ] {
      table["global_defs/\(name)"] = .unsupported("there is no BFD process")
    }
    for name in ["enable_dbus", "dbus_service_name", "dbus_no_interface_name"] {
      table["global_defs/\(name)"] = .unsupported("there is no D-Bus")
    }
    for name in [
      "vrrp_netlink_cmd_rcv_bufs", "vrrp_netlink_monitor_rcv_bufs", "lvs_netlink_cmd_rcv_bufs",
      "lvs_netlink_monitor_rcv_bufs",
    ] {
      table["global_defs/\(name)"] = .accepted("buffers are sized by need")
      table["global_defs/\(name)_force"] = .accepted("buffers are sized by need")
    }
    return table
  }()
}
