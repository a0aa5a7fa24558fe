/// Where keepalived's dump files go.
package struct DumpFiles: Hashable, Sendable {
  private var directory: String
  private var data: String
  private var place: DaemonPlace?

  /// The usual names in a directory.
  package init(directory: String) {
    self.directory = directory
    data = "\(directory)/keepalived.data"
  }

  /// The names that a configuration gives: state_dump_file, data_use_instance.
  package init(_ settings: ControlSettings, directory: String, place: DaemonPlace) {
    self.init(directory: directory)
    if let written = settings.dumpFile, !written.isEmpty {
      let path = written.hasPrefix("/") ? written : "\(directory)/\(written)"
      data = path.hasSuffix("/") ? "\(path)keepalived.data" : path
    }
    if settings.dumpNamesHoldInstance { self.place = place }
  }

  /// The path of the file of this kind.
  package func path(of kind: DumpKind) -> String {
    let suffix: String
    switch kind {
    case .data: suffix = ""
    case .parentData: suffix = "_parent"
    case .checkerData: suffix = "_check"
    case .stats, .statsClear: return "\(directory)/keepalived.stats"
    case .json: return "\(directory)/keepalived.json"
    }
    let path = suffix.isEmpty ? data : data.inserting(suffix)
    return place?.dumpName(path) ?? path
  }
}

extension DumpFiles {
  /// The names that a configuration and a command line give.
  init(_ settings: ControlSettings, _ options: RoleOptions) {
    var place = DaemonPlace()
    place.namespace = options.namespace ?? settings.namespace
    place.instance = settings.instance
    self.init(settings, directory: options.dumpDirectory, place: place)
  }
}
