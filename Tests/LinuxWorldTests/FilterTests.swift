import CLinux
import Glibc
import Testing

/// What some calls came to in a thread that gave them up. A filter holds for one thread and those it starts.
private func outcomes(allowingNamespaces: Bool) throws -> [String: Int32] {
  let found = Collected<(String, Int32)>()
  let thread = OtherThread {
    guard linux_renounce_privileges() == 0, linux_forbid_programs(allowingNamespaces ? 1 : 0) == 0 else { return }
    func attempt(_ name: String, _ result: Int32) { found.append((name, result < 0 ? errno : 0)) }
    attempt("execve", unsafe execv("/none", [nil]))
    let entering = linux_enter_namespace(-1, linux_network_namespace)
    found.append(("setns", -entering))
    attempt("mount", unsafe mount("none", "/", nil, 0, nil))
    attempt("chroot", unsafe chroot("/"))
    attempt("open", unsafe open("/dev/null", O_RDONLY | O_CLOEXEC))
  }
  thread.join()
  return Dictionary(found.all) { first, _ in first }
}

@Suite struct `A filter of system calls` {
  @Test(arguments: [false, true]) func `refuses programs, namespaces and mounts, and nothing ordinary`(
    allowsNamespaces: Bool
  ) throws {
    let found = try outcomes(allowingNamespaces: allowsNamespaces)
    for name in ["execve", "mount", "chroot"] { #expect(found[name] == EPERM, "\(name): \(found)") }
    // The descriptor is none, which the kernel would find out only when it looks.
    #expect(found["setns"] == (allowsNamespaces ? EBADF : EPERM))
    #expect(found["open"] == 0)
  }
}
