import Wire

// Programs, ports and rivals.
extension HostFacts {
  var scriptFindings: [Finding] {
    scripts.compactMap { script in
      switch script.fault {
      case nil: nil
      case .missing:
        Finding(.trouble, "script", "there is no program \(script.path)", fixes: ["ls -l \(script.path)"])
      case .notExecutable:
        Finding(.trouble, "script", "\(script.path) cannot be executed", fixes: ["chmod a+x \(script.path)"])
      case .foreignOwner(let part):
        Finding(
          .warning, "script", "\(part) does not belong to root: whoever owns it decides what \(script.path) does",
          fixes: ["chown root:root \(part)"])
      case .writable(let part):
        Finding(
          .warning, "script", "\(part) may be written by others than root, who decide what \(script.path) does",
          fixes: ["chmod go-w \(part)"])
      }
    }
  }

  var reachFindings: [Finding] {
    reaches.compactMap { reach in
      guard let failure = reach.failure else { return nil }
      return Finding(
        .warning, "port", "a check connects to \(reach.endpoint), which fails from here: \(failure)",
        fixes: [
          "nc -vz \(reach.endpoint.address) \(reach.endpoint.port)   # is the service up, and no packet filter between?"
        ])
    }
  }

  var rivalFindings: [Finding] {
    guard let keepalived, daemonRuns else { return [] }
    return [
      Finding(
        .trouble, "rival",
        "keepalived runs as well (process \(keepalived)): both change the same addresses and services",
        fixes: ["systemctl disable --now keepalived"])
    ]
  }
}
