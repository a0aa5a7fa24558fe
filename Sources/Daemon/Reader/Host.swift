import ConfigurationLanguage
import Diagnosis
import Glibc

/// What this host has, as far as a configuration's verdict depends on it.
struct Host: ConfigurationEnvironment {
  /// Whether scripts' paths must be safe against others than root (enable_script_security decides what follows).
  func script(_ program: String) -> ScriptFinding {
    guard let path = locate(program) else { return .missing }
    guard unsafe access(path, X_OK) == 0 else { return .notExecutable }
    if let reason = Self.insecurity(of: path) { return .insecure(reason) }
    return .executable
  }

  /// The path of a program: itself when it has a slash, else the first match of PATH.
  private func locate(_ program: String) -> String? {
    if program.contains("/") { return isFile(program) ? program : nil }
    let path = unsafe getenv("PATH").map { unsafe String(cString: $0) } ?? "/usr/sbin:/usr/bin:/sbin:/bin"
    return path.split(separator: ":").map { "\($0)/\(program)" }.first(where: isFile)
  }

  private func isFile(_ path: String) -> Bool {
    var status = stat()
    return unsafe stat(path, &status) == 0 && status.st_mode & S_IFMT == S_IFREG
  }

  /// What is wrong with a program that root starts; nil for nothing.
  func fault(of program: String) -> HostFacts.ScriptFault? {
    guard let path = locate(program) else { return .missing }
    guard unsafe access(path, X_OK) == 0 else { return .notExecutable }
    return Self.weakness(of: path)
  }

  private static func insecurity(of path: String) -> String? {
    switch weakness(of: path) {
    case nil: nil
    case .missing, .notExecutable: "its path cannot be resolved"
    case .foreignOwner(let part): "\(part) does not belong to root"
    case .writable(let part): "\(part) may be written by others than root"
    }
  }

  /// How others than root could replace a program: a part of its path is not root's, or may be written by others and
  /// is no sticky directory.
  private static func weakness(of path: String) -> HostFacts.ScriptFault? {
    guard let real = unsafe realpath(path, nil) else { return .missing }
    defer { unsafe free(real) }
    var part = ""
    for component in unsafe String(cString: real).split(separator: "/") {
      part += "/\(component)"
      var status = stat()
      guard unsafe lstat(part, &status) == 0 else { return .missing }
      if status.st_uid != 0 { return .foreignOwner(part) }
      let isSticky = status.st_mode & S_IFMT == S_IFDIR && status.st_mode & S_ISVTX != 0
      if status.st_mode & (S_IWGRP | S_IWOTH) != 0, !isSticky { return .writable(part) }
    }
    return nil
  }

  func hasInterface(_ name: String, namespace: String?) -> Bool {
    // Another namespace cannot be looked into without entering it: nothing is assumed missing there.
    unsafe namespace != nil || if_nametoindex(name) != 0
  }

  func hasUser(_ name: String) -> Bool { UInt32(name) != nil || Accounts.user(named: name) != nil }

  func hasGroup(_ name: String) -> Bool { UInt32(name) != nil || Accounts.group(named: name) != nil }

  func resolves(_ host: String) -> Bool {
    var results: UnsafeMutablePointer<addrinfo>?
    defer { unsafe freeaddrinfo(results) }
    return unsafe getaddrinfo(host, nil, nil, &results) == 0
  }

  func hasDirectory(_ path: String) -> Bool {
    var status = stat()
    return unsafe stat(path, &status) == 0 && status.st_mode & S_IFMT == S_IFDIR
  }

  func hasNetworkNamespace(_ name: String) -> Bool { unsafe access("/run/netns/\(name)", F_OK) == 0 }

  func number(of name: String, in table: RoutingNames) -> UInt32? { nil }
}

/// The accounts of this host.
enum Accounts {
  /// A user's number and group.
  struct User {
    var number: UInt32
    var group: UInt32
  }

  /// The user of this name or number; nil for none.
  static func user(named name: String) -> User? {
    if let entry = unsafe getpwnam(name) {
      return unsafe User(number: entry.pointee.pw_uid, group: entry.pointee.pw_gid)
    }
    guard let number = UInt32(name) else { return nil }
    let group = unsafe getpwuid(number).map { unsafe $0.pointee.pw_gid }
    return User(number: number, group: group ?? number)
  }

  /// The numbers of all groups of a user, with `group` among them.
  static func groups(of name: String, _ group: UInt32) -> [UInt32] {
    var count: Int32 = 128
    var groups = [gid_t](repeating: 0, count: Int(count))
    guard unsafe getgrouplist(name, group, &groups, &count) >= 0 else { return [group] }
    return Array(groups.prefix(Int(count)))
  }

  /// The number of the group of this name or number; nil for none.
  static func group(named name: String) -> UInt32? {
    unsafe getgrnam(name).map { unsafe $0.pointee.gr_gid } ?? UInt32(name)
  }
}
