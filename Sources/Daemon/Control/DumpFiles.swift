package import ConfigurationLanguage

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
  package init(_ configuration: Configuration, directory: String, place: DaemonPlace) {
    self.init(directory: directory)
    let files = configuration.globals.files
    if let written = files.stateDump, !written.isEmpty {
      let path = written.hasPrefix("/") ? written : "\(directory)/\(written)"
      data = path.hasSuffix("/") ? "\(path)keepalived.data" : path
    }
    if files.dumpNamesHoldInstance { self.place = place }
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
  init(_ configuration: Configuration, _ options: RoleOptions) {
    var place = DaemonPlace()
    place.namespace = options.namespace ?? configuration.process.netNamespace
    place.instance = configuration.process.instance
    self.init(configuration, directory: options.dumpDirectory, place: place)
  }
}
