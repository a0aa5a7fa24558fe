// swift-tools-version: 6.2
import PackageDescription

/// Settings of every Swift target: the strictest the toolchain offers, because the program runs as root on
/// hosts that must not fall over.
let strict: [SwiftSetting] = [
  .swiftLanguageMode(.v6),
  .enableUpcomingFeature("ExistentialAny"),
  .enableUpcomingFeature("InternalImportsByDefault"),
  .enableUpcomingFeature("MemberImportVisibility"),
  .strictMemorySafety(),
  .treatAllWarnings(as: .error),
]

func library(_ name: String, _ dependencies: [Target.Dependency] = []) -> Target {
  .target(name: name, dependencies: dependencies, swiftSettings: strict)
}

/// All symbols are resolved at the start and the tables of their addresses read-only from then on; it is faster, too.
let hardened: [LinkerSetting] = [.unsafeFlags(["-Xlinker", "-z", "-Xlinker", "now"])]

func program(_ name: String, _ dependencies: [Target.Dependency]) -> Target {
  .executableTarget(name: name, dependencies: dependencies, swiftSettings: strict, linkerSettings: hardened)
}

func tests(_ name: String, _ dependencies: [Target.Dependency]) -> Target {
  .testTarget(name: name, dependencies: dependencies, swiftSettings: strict)
}

let log = Target.Dependency.product(name: "Logging", package: "swift-log")
let arguments = Target.Dependency.product(name: "ArgumentParser", package: "swift-argument-parser")

// Rows from the ground up; each target imports only what stands above it here. TidyTests checks the imports.
var targets: [Target] = [
  // Ground
  .systemLibrary(
    name: "CNetlink", pkgConfig: "libnl-genl-3.0", providers: [.apt(["libnl-3-dev", "libnl-genl-3-dev"])]),
  .systemLibrary(name: "COpenSSL", pkgConfig: "openssl", providers: [.apt(["libssl-dev"])]),
  .target(name: "CLinux"),
  library("Machines"),
  library("Wire"),
  // Cores
  library("VRRP", ["Machines", "Wire"]),
  library("VirtualServices", ["Machines", "Wire"]),
  library("Dialogues", ["Machines", "Wire"]),
  library("ConfigurationLanguage", ["Wire"]),
  library("ControlProtocol", ["Wire"]),
  library("Diagnosis", ["Wire"]),
  // Edge
  library("World", ["Machines", "Wire", "VirtualServices"]),
  library("Netlink", ["CNetlink", "CLinux", "Wire", "VirtualServices", "World"]),
  library(
    "LinuxWorld", ["CLinux", "COpenSSL", "Machines", "Wire", "VirtualServices", "Dialogues", "World", "Netlink"]),
  library("SimulatedWorld", ["Machines", "Wire", "VirtualServices", "World"]),
  // Services
  library("Failover", ["Machines", "Wire", "VRRP", "World"]),
  library("Balancing", ["Machines", "Wire", "VirtualServices", "Dialogues", "World"]),
  library("Notifications", ["Machines", "Wire", "Dialogues", "World"]),
  // Assembly
  library(
    "Daemon",
    [
      "CLinux", "Machines", "Wire", "VRRP", "VirtualServices", "Dialogues", "ConfigurationLanguage", "ControlProtocol",
      "Diagnosis", "World", "Netlink", "LinuxWorld", "Failover", "Balancing", "Notifications", log,
    ]),
  library(
    "Simulation",
    [
      "Machines", "Wire", "VRRP", "VirtualServices", "ConfigurationLanguage", "World", "SimulatedWorld", "Failover",
      "Balancing", "Notifications", "Daemon",
    ]),
  // Programs
  program("understudy", ["Daemon"]),
  program("understudyctl", ["ControlProtocol", "Wire", arguments]),
  program(
    "realserver", ["ConfigurationLanguage", "Dialogues", "Machines", "Netlink", "World", "Wire", "CLinux", arguments]),
  program("understudy-sim", ["Simulation", "Machines", arguments]),
  // Tests
  tests("MachinesTests", ["Machines"]),
  tests("WireTests", ["Wire"]),
  tests("VRRPTests", ["VRRP", "Machines", "Wire"]),
  tests("VirtualServicesTests", ["VirtualServices", "Machines", "Wire"]),
  tests("DialoguesTests", ["Dialogues", "Machines", "Wire"]),
  tests("ConfigurationLanguageTests", ["ConfigurationLanguage", "Wire"]),
  tests("ControlProtocolTests", ["ControlProtocol", "Wire"]),
  tests("DiagnosisTests", ["Diagnosis", "Wire"]),
  tests("NetlinkTests", ["Netlink", "CLinux", "Wire", "VirtualServices", "World"]),
  tests("LinuxWorldTests", ["LinuxWorld", "CLinux", "Machines", "Wire", "Dialogues", "World"]),
  tests("FailoverTests", ["Failover", "Machines", "Wire", "VRRP", "World"]),
  tests("BalancingTests", ["Balancing", "Machines", "Wire", "VirtualServices", "Dialogues", "World"]),
  tests("NotificationsTests", ["Notifications", "Machines", "Wire", "Dialogues", "World"]),
  tests(
    "DaemonTests",
    [
      "Daemon", "ConfigurationLanguage", "ControlProtocol", "VRRP", "VirtualServices", "Failover", "Balancing",
      "Notifications", "World", "LinuxWorld", "Machines", "Wire",
    ]),
  tests("SimulationTests", ["Simulation", "SimulatedWorld", "Machines", "VRRP", "Wire"]),
  tests("TidyTests", []),
  tests("KernelTests", []),
]

// A contributor who works on a part can build that part alone: UNDERSTUDY_ONLY=Machines,Wire,VRRP,VRRPTests swift test
if let only = Context.environment["UNDERSTUDY_ONLY"] {
  let wanted = Set(only.split(separator: ",").map(String.init))
  targets = targets.filter { wanted.contains($0.name) }
  for target in targets {
    target.dependencies.removeAll { dependency in
      guard case .byNameItem(let name, _) = dependency else { return false }
      return !wanted.contains(name)
    }
  }
}

let package = Package(
  name: "understudy",
  products: [],
  dependencies: [
    .package(url: "https://github.com/apple/swift-log.git", from: "1.6.0"),
    .package(url: "https://github.com/apple/swift-argument-parser.git", from: "1.5.0"),
  ],
  targets: targets
)
