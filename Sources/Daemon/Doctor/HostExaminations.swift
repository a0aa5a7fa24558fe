import CLinux
import ConfigurationLanguage
import Diagnosis
import Glibc
import LinuxWorld
import Wire

/// The kernel's modules: loaded, built in, or there to be loaded.
struct ModuleExamination {
  private let loaded: String
  private let lists: String?

  init() {
    func text(_ path: String) -> String? {
      (try? SmallFile.read(path, atMost: 64 << 20)).map { String(decoding: $0, as: UTF8.self) }
    }
    loaded = text("/proc/modules") ?? ""
    let release = (try? SmallFile.kernelValue("kernel/osrelease")) ?? ""
    let found = ["modules.dep", "modules.builtin"].compactMap { text("/lib/modules/\(release)/\($0)") }
    lists = found.isEmpty ? nil : found.joined()
  }

  /// Whether a module is there; nil when nobody can say.
  func presence(of module: String) -> HostFacts.Presence? {
    if module == "ip_vs", unsafe access("/proc/net/ip_vs", F_OK) == 0 { return .available }
    if loaded.split(separator: "\n").contains(where: { $0.hasPrefix("\(module) ") }) { return .available }
    return lists.map { $0.contains("/\(module).ko") ? .available : .missing }
  }
}

/// The programs that the configuration names.
enum ScriptExamination {
  static func scripts(of configuration: Configuration) -> [HostFacts.Script] {
    var paths: Set<String> = []
    func add(_ script: Script?) {
      if let program = script?.program, !program.isEmpty { paths.insert(program) }
    }
    for script in configuration.vrrpScripts { add(script.script) }
    let notifies = configuration.vrrpInstances.map(\.notify) + configuration.syncGroups.map(\.notify)
    for notify in notifies {
      for script in [
        notify.master, notify.backup, notify.fault, notify.stop, notify.any, notify.masterReceivedLowerPriority,
        notify.deleted,
      ] { add(script) }
    }
    for service in configuration.virtualServers {
      add(service.quorumUp)
      add(service.quorumDown)
      for server in service.realServers {
        add(server.notifyUp)
        add(server.notifyDown)
        for check in server.checks {
          if case .misc(let misc) = check.kind { add(misc.script) }
        }
      }
    }
    add(configuration.globals.scripts.startup)
    add(configuration.globals.scripts.shutdown)
    return paths.sorted().map { HostFacts.Script($0, Host().fault(of: $0)) }
  }
}

/// The ports that checks connect to.
enum PortExamination {
  /// More than that says nothing new, and would look like a scan.
  private static let most = 256

  static func reaches(of configuration: Configuration) -> [HostFacts.Reach] {
    var endpoints: Set<Endpoint> = []
    for check in configuration.virtualServers.flatMap(\.realServers).flatMap(\.checks) {
      switch check.kind {
      case .tcp, .http, .smtp, .agent: if check.endpoint.port > 0 { endpoints.insert(check.endpoint) }
      case .dns, .udp, .ping, .misc, .file, .bfd: break
      }
    }
    return reaches(Array(endpoints.sorted().prefix(most)), milliseconds: 2000)
  }

  /// Connects to all at once, and hangs up.
  static func reaches(_ endpoints: [Endpoint], milliseconds: Int64) -> [HostFacts.Reach] {
    var results: [Endpoint: String?] = [:]
    var waiting: [(Endpoint, Descriptor)] = []
    for endpoint in endpoints {
      let number = linux_socket(Int32(linux_stream.rawValue), endpoint.address.family == .ipv4 ? 4 : 6, 0)
      guard number >= 0 else {
        results[endpoint] = .some(errorText(-number))
        continue
      }
      let socket = Descriptor(number)
      let outcome = linux_connect(number, linux_endpoint(endpoint.address, port: endpoint.port))
      if outcome == -EINPROGRESS { waiting.append((endpoint, socket)) }
      if outcome != -EINPROGRESS { results[endpoint] = .some(outcome == 0 ? nil : errorText(-outcome)) }
    }
    let end = ContinuousClock.now + .milliseconds(milliseconds)
    while !waiting.isEmpty, ContinuousClock.now < end {
      var polled = waiting.map { pollfd(fd: $0.1.number, events: Int16(POLLOUT), revents: 0) }
      guard unsafe poll(&polled, nfds_t(polled.count), 50) >= 0 else { break }
      for place in polled.indices.reversed() where polled[place].revents != 0 {
        let (endpoint, socket) = waiting.remove(at: place)
        let code = linux_socket_error(socket.number)
        results[endpoint] = .some(code == 0 ? nil : errorText(code))
      }
    }
    for (endpoint, _) in waiting { results[endpoint] = .some("no answer within \(milliseconds / 1000) s") }
    return endpoints.map { HostFacts.Reach($0, failure: results[$0] ?? nil) }
  }
}

/// Another program for the same work.
enum RivalExamination {
  /// A keepalived in this network namespace that is not this program under its name.
  static func keepalived() -> Int32? {
    guard let list = unsafe linux_process_list_open() else { return nil }
    defer { unsafe linux_process_list_close(list) }
    let (own, ownNetwork) = (target("/proc/self/exe"), target("/proc/self/ns/net"))
    while true {
      let process = unsafe linux_process_list_next(list)
      guard process > 0 else { return nil }
      guard let name = SmallFile.beginning("/proc/\(process)/comm", 32), name == Array("keepalived\n".utf8),
        target("/proc/\(process)/exe") != own, target("/proc/\(process)/ns/net") == ownNetwork
      else { continue }
      return process
    }
  }

  private static func target(_ path: String) -> String {
    var buffer = [CChar](repeating: 0, count: 4096)
    let length = unsafe readlink(path, &buffer, buffer.count)
    return String(decoding: buffer.prefix(max(0, length)).map { UInt8(bitPattern: $0) }, as: UTF8.self)
  }
}
