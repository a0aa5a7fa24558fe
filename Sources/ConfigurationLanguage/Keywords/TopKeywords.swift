import Wire

/// The top of the file.
enum TopKeywords {
  private typealias Entry = Keyword<Configuration>

  static let table = KeywordTable<Configuration>(
    "", process + tracking + routers + services)

  private static let process: [Entry] = [
    .word("net_namespace", \.process.netNamespace, "NAME"),
    Keyword("net_namespace_ipvs", "[NAME]", required: 0) { root, parser in
      root.process.netNamespaceIPVS = parser.takeOptional().map { .named(parser.text($0)) } ?? .initial
    } write: { root, writer in
      switch root.process.netNamespaceIPVS {
      case nil: break
      case .initial: writer.line("net_namespace_ipvs")
      case .named(let name): writer.line("net_namespace_ipvs", writer.quoted(name))
      }
    },
    .flag("namespace_with_ipsets", \.process.namespaceWithIPSets),
    Entry.word("instance", \.process.instance, "NAME").forgiving,
    .flag("use_pid_dir", \.process.usesPIDDirectory),
    .seconds("child_wait_time", \.process.childWaitTime, decimals: 0),
    .flag("linkbeat_use_polling", \.process.linkbeatUsesPolling),
    Keyword("global_defs", "{ … }", opensBlock: true, required: 0) { root, parser in
      parser.block(GlobalKeywords.table, &root.globals, title: "global_defs")
    } write: { root, writer in
      writer.block("global_defs") { GlobalKeywords.table.write(root.globals, to: &$0) }
    },
    Keyword("interface_up_down_delays", "{ INTERFACE DOWN [UP] … }", opensBlock: true, required: 0) { root, parser in
      var delays: [InterfaceDelay] = []
      parser.entries("interface_up_down_delays") { parser in
        if let delay = parser.interfaceDelay() { delays.append(delay) }
      }
      root.interfaceDelays += delays
    } write: { root, writer in
      writer.entries(
        "interface_up_down_delays",
        root.interfaceDelays.map {
          [writer.quoted($0.interface), CanonicalWriter.seconds($0.down), CanonicalWriter.seconds($0.up)]
        })
    },
    Keyword("linkbeat_interfaces", "{ INTERFACE [MII|ETHTOOL|IOCTL] … }", opensBlock: true, required: 0) {
      root, parser in
      var interfaces: [LinkbeatInterface] = []
      parser.entries("linkbeat_interfaces") { parser in
        guard let word = parser.take() else { return }
        let method = parser.take().flatMap { parser.choice($0, LinkbeatInterface.Method.self) }
        interfaces.append(
          LinkbeatInterface(interface: parser.text(word), method: method, origin: parser.origin(word)))
      }
      root.linkbeatInterfaces += interfaces
    } write: { root, writer in
      writer.entries(
        "linkbeat_interfaces",
        root.linkbeatInterfaces.map { [writer.quoted($0.interface)] + ($0.method.map { [$0.rawValue] } ?? []) })
    },
  ]

  private static let tracking: [Entry] = {
    let file = Entry("track_file", "NAME { … }", opensBlock: true, required: 1) { root, parser in
      guard let (name, origin) = parser.blockName() else { return }
      var file = TrackFile(name: name, origin: origin)
      parser.block(TrackingKeywords.file, &file, title: "track_file \(name)")
      guard file.path != nil else {
        return parser.report(.incomplete, .error, .faulty, "track_file \(name) has no file and is dropped", origin, 10)
      }
      guard parser.names.files[name] == nil else {
        return parser.report(.duplicate, .error, .faulty, "there is a track_file \(name) already", origin, 10)
      }
      parser.names.files[name] = DefinedNames.Weight(weight: file.weight, reverse: file.reverse)
      root.trackFiles.append(file)
    } write: { root, writer in
      for file in root.trackFiles {
        writer.block("track_file", writer.quoted(file.name)) { TrackingKeywords.file.write(file, to: &$0) }
      }
    }
    return [
      Keyword("track_group", "NAME { group { … } }", opensBlock: true, required: 0) { root, parser in
        guard let (name, origin) = parser.blockName() else { return }
        var group = TrackGroup(name: name, origin: origin)
        parser.block(TrackGroupKeywords.table, &group, title: "track_group \(name)")
        parser.names.trackGroups.insert(name)
        root.trackGroups.append(group)
      } write: { root, writer in
        for group in root.trackGroups {
          writer.block("track_group", writer.quoted(group.name)) { TrackGroupKeywords.table.write(group, to: &$0) }
        }
      },
      AddressKeywords.block("static_ipaddress", \.staticAddresses, .fixed) { _, _, _, _ in true },
      RouteKeywords.block("static_routes", \.staticRoutes, isStatic: true),
      RuleKeywords.block("static_rules", \.staticRules, isStatic: true),
      file,
      file.alias("vrrp_track_file", deprecated: true),
      Keyword("vrrp_track_process", "NAME { … }", opensBlock: true, required: 1) { root, parser in
        guard let (name, origin) = parser.blockName() else { return }
        var process = TrackProcess(name: name, origin: origin)
        parser.block(TrackingKeywords.process, &process, title: "vrrp_track_process \(name)")
        guard !process.process.isEmpty else {
          return parser.report(
            .incomplete, .error, .faulty, "vrrp_track_process \(name) has no process and is dropped", origin, 18)
        }
        guard parser.names.processes[name] == nil else {
          return parser.report(.duplicate, .error, .faulty, "there is a vrrp_track_process \(name) already", origin, 18)
        }
        process.$parameterMatch.inherit(process.parameters.isEmpty ? .none : .exact)
        parser.names.processes[name] = DefinedNames.Weight(weight: process.weight, reverse: process.reverse)
        root.trackProcesses.append(process)
      } write: { root, writer in
        for process in root.trackProcesses {
          writer.block("vrrp_track_process", writer.quoted(process.name)) {
            TrackingKeywords.process.write(process, to: &$0)
          }
        }
      },
      Keyword("bfd_instance", "NAME { … }", opensBlock: true, required: 1) { root, parser in
        parser.readBFDInstance(&root)
      } write: { root, writer in
        for session in root.bfdInstances {
          writer.block("bfd_instance", writer.quoted(session.name)) { BFDKeywords.table.write(session, to: &$0) }
        }
      },
      Keyword("vrrp_script", "NAME { … }", opensBlock: true, required: 1) { root, parser in
        parser.readVRRPScript(&root)
      } write: { root, writer in
        for script in root.vrrpScripts {
          writer.block("vrrp_script", writer.quoted(script.name)) { TrackingKeywords.script.write(script, to: &$0) }
        }
      },
    ]
  }()

  private static let routers: [Entry] = [
    Keyword("garp_group", "{ … }", opensBlock: true, required: 0) { root, parser in
      var group = GARPGroup(origin: parser.origin(parser.lexer.words[parser.first]))
      parser.block(GARPGroupKeywords.table, &group, title: "garp_group")
      if group.garpInterval == .zero, group.gnaInterval == .zero {
        parser.report(
          .incomplete, .error, .faulty, "the garp_group sets no interval and is dropped", group.origin, 10)
      } else {
        parser.dropTakenInterfaces(&group, root.garpGroups)
        root.garpGroups.append(group)
      }
    } write: { root, writer in
      for group in root.garpGroups { writer.block("garp_group") { GARPGroupKeywords.table.write(group, to: &$0) } }
    },
    Keyword("vrrp_sync_group", "NAME { … }", opensBlock: true, required: 0) { root, parser in
      guard let (name, origin) = parser.blockName() else { return }
      guard parser.names.syncGroups.insert(name).inserted else {
        parser.report(
          .duplicate, .error, .faulty, "there is a vrrp_sync_group \(name) already; this one is skipped", origin, 15)
        return parser.skipBlockOf("vrrp_sync_group \(name)")
      }
      var group = SyncGroup(name: name, origin: origin)
      parser.block(SyncGroupKeywords.table, &group, title: "vrrp_sync_group \(name)")
      root.syncGroups.append(group)
    } write: { root, writer in
      for group in root.syncGroups {
        writer.block("vrrp_sync_group", writer.quoted(group.name)) { SyncGroupKeywords.table.write(group, to: &$0) }
      }
    },
    Keyword("vrrp_instance", "NAME { … }", opensBlock: true, required: 0) { root, parser in
      guard let (name, origin) = parser.blockName() else { return }
      guard parser.names.instances.insert(name).inserted else {
        parser.report(
          .duplicate, .error, .faulty, "there is a vrrp_instance \(name) already; this one is skipped", origin, 13)
        return parser.skipBlockOf("vrrp_instance \(name)")
      }
      var instance = VRRPInstance(name: name, origin: origin)
      parser.block(VRRPKeywords.table, &instance, title: "vrrp_instance \(name)")
      root.vrrpInstances.append(instance)
    } write: { root, writer in
      for instance in root.vrrpInstances {
        writer.block("vrrp_instance", writer.quoted(instance.name)) { VRRPKeywords.table.write(instance, to: &$0) }
      }
    },
  ]

  private static let services: [Entry] = [
    Keyword("SSL", "{ … }", opensBlock: true, required: 0) { root, parser in
      var certificate = ClientCertificate(origin: parser.origin(parser.lexer.words[parser.first]))
      parser.block(certificateTable, &certificate, title: "SSL")
      root.clientCertificate = certificate
    } write: { root, writer in
      guard let certificate = root.clientCertificate else { return }
      writer.block("SSL") { certificateTable.write(certificate, to: &$0) }
    },
    Keyword("virtual_server_group", "NAME { ADDRESS[-ADDRESS] [PORT] … }", opensBlock: true, required: 1) {
      root, parser in
      parser.readServerGroup(&root)
    } write: { root, writer in
      for group in root.virtualServerGroups {
        writer.block("virtual_server_group", writer.quoted(group.name)) { writer in
          for entry in group.entries { writer.line(ServerGroupSyntax.words(entry)) }
        }
      }
    },
    Keyword("virtual_server", "ADDRESS [PORT]|fwmark NUMBER|group NAME { … }", opensBlock: true, required: 1) {
      root, parser in
      parser.readVirtualServer(&root)
    } write: { root, writer in
      write(root.virtualServers, to: &writer)
    },
  ]

  /// Prints services.
  static func write(_ services: [VirtualServer], to writer: inout CanonicalWriter) {
    for service in services {
      let words = ["virtual_server"] + ServerGroupSyntax.words(service.identity)
      writer.block(words.joined(separator: " ")) { VirtualServerKeywords.table.write(service, to: &$0) }
    }
  }

  static let certificateTable = KeywordTable<ClientCertificate>(
    "SSL",
    [
      .word("password", \.password),
      .word("ca", \.authorities, "PATH"),
      .word("certificate", \.certificate, "PATH"),
      .word("key", \.key, "PATH"),
    ])
}

/// `track_group`.
enum TrackGroupKeywords {
  static let table = KeywordTable<TrackGroup>(
    "track_group",
    [
      Keyword("group", "{ INSTANCE … }", opensBlock: true, required: 0) { root, parser in
        if !root.instances.isEmpty { parser.reportDuplicateSetting() }
        let isFirst = root.instances.isEmpty
        var instances: [String] = []
        parser.entries("group") { parser in
          while let word = parser.take() { instances.append(parser.text(word)) }
        }
        if isFirst { root.instances = instances }
      } write: { root, writer in
        writer.entries("group", root.instances.map { [writer.quoted($0)] })
      }
    ])
}

/// `garp_group`.
enum GARPGroupKeywords {
  static let table = KeywordTable<GARPGroup>(
    "garp_group",
    [
      .seconds(
        "garp_interval", \.garpInterval, .microseconds(1) ... .microseconds(4_294_967_295), omitsZero: true),
      .seconds("gna_interval", \.gnaInterval, .microseconds(1) ... .microseconds(4_294_967_295), omitsZero: true),
      .word("interface", \.interface, "INTERFACE", limit: 15),
      Keyword("interfaces", "{ INTERFACE … }", opensBlock: true, required: 0) { root, parser in
        var interfaces: [String] = []
        parser.entries("interfaces") { parser in
          while let word = parser.take() { interfaces.append(parser.text(word)) }
        }
        root.interfaces += interfaces
      } write: { root, writer in
        writer.entries("interfaces", root.interfaces.map { [writer.quoted($0)] })
      },
    ])
}

/// `bfd_instance`.
enum BFDKeywords {
  static let table: KeywordTable<BFDInstance> = {
    typealias Entry = Keyword<BFDInstance>
    let neighbor = Entry.address("neighbor_ip", \.neighborAddress)
    let ttl = Entry.integer("ttl", \.timeToLive, 1...255)
    let intervals: ClosedRange<Duration> = .milliseconds(1) ... .milliseconds(4_294_967)
    return KeywordTable(
      "bfd_instance",
      [
        .address("source_ip", \.sourceAddress),
        neighbor,
        neighbor.alias("neighbour_ip"),
        .seconds("min_rx", \.minimumReceiveInterval, intervals, decimals: 3, unit: .milliseconds),
        .seconds("min_tx", \.minimumTransmitInterval, intervals, decimals: 3, unit: .milliseconds),
        .seconds(
          "idle_tx", \.idleTransmitInterval, .milliseconds(1000) ... .milliseconds(4_294_967), decimals: 3,
          unit: .milliseconds),
        .integer("multiplier", \.multiplier, 1...255),
        .flag("passive", \.isPassive),
        ttl,
        ttl.alias("hoplimit"),
        .integer("max_hops", \.maximumHops, -1...255),
        .boolean("multihop", \.isMultihop),
        TrackingKeywords.weight(\.weight, \.reverse, -253...253),
        Keyword("vrrp", "", required: 0) { root, _ in
          root.servesVRRP = true
          root.$servesCheckers.inherit(false)
        } write: { root, writer in
          if root.servesVRRP, !root.servesCheckers { writer.line("vrrp") }
        },
        Keyword("checker", "", required: 0) { root, _ in
          root.servesCheckers = true
          root.$servesVRRP.inherit(false)
        } write: { root, writer in
          if root.servesCheckers, !root.servesVRRP { writer.line("checker") }
        },
      ])
  }()
}
