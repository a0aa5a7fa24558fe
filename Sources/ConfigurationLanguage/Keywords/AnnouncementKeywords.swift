/// The gratuitous ARP words that `global_defs` (with prefix) and instances share.
enum AnnouncementKeywords {
  static func entries<Root>(
    prefix: String, _ path: any WritableKeyPath<Root, AnnouncementSettings> & Sendable, extra: ClosedRange<Int>
  ) -> [Keyword<Root>] {
    func seconds(
      _ name: String, _ field: any WritableKeyPath<AnnouncementSettings, Duration> & Sendable
    ) -> Keyword<Root> {
      Keyword(prefix + name, "SECONDS", required: 1) { root, parser in
        guard let word = parser.take(), let value = parser.duration(word, .zero ... .unlimited, decimals: 0) else {
          return
        }
        root[keyPath: path][keyPath: field] = value
      } write: { root, writer in
        writer.line(prefix + name, CanonicalWriter.seconds(root[keyPath: path][keyPath: field]))
      }
    }
    func count(
      _ name: String, from least: Int, _ field: any WritableKeyPath<AnnouncementSettings, Int> & Sendable
    ) -> Keyword<Root> {
      Keyword(prefix + name, "NUMBER", required: 1) { root, parser in
        guard let word = parser.take(), let value = parser.integer(word, least...Int(Int32.max), clamped: true) else {
          return
        }
        root[keyPath: path][keyPath: field] = value
      } write: { root, writer in
        writer.line(prefix + name, String(root[keyPath: path][keyPath: field]))
      }
    }
    let canSwitchOff = extra.lowerBound == 0
    let extra = Keyword<Root>(prefix + "garp_extra_if", "[all] SECONDS", required: 1) { root, parser in
      var isAll = false
      if let word = parser.peeked, parser.isWord(word, "all") {
        isAll = true
        parser.cursor += 1
      }
      guard let word = parser.take(), let value = parser.integer(word, extra) else { return }
      root[keyPath: path].extraInterfacePeriod = .seconds(value)
      root[keyPath: path].extraInterfaceAll = isAll
    } write: { root, writer in
      let settings = root[keyPath: path]
      guard canSwitchOff || settings.extraInterfacePeriod > .zero else { return }
      writer.line(
        [prefix + "garp_extra_if"] + (settings.extraInterfaceAll ? ["all"] : [])
          + [CanonicalWriter.seconds(settings.extraInterfacePeriod)])
    }
    return [
      seconds("garp_master_delay", \.masterDelay),
      count("garp_master_repeat", from: 1, \.masterRepeat),
      seconds("garp_master_refresh", \.masterRefresh),
      count("garp_master_refresh_repeat", from: 1, \.masterRefreshRepeat),
      seconds("garp_lower_prio_delay", \.lowerPriorityDelay),
      count("garp_lower_prio_repeat", from: 0, \.lowerPriorityRepeat),
      extra,
      extra.alias(prefix + "vmac_garp_intvl"),
    ]
  }
}
