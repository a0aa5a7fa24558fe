import CLinux
import Glibc
import LinuxWorld
import Synchronization
import World

/// Going to the background: the program runs itself again, in a session of its own, and waits until that daemon works
/// or has given up. So the exit status of the command line is the truth.
///
/// A fork without exec would do for C, but not for a runtime that may have threads.
final class Detachment: Sendable {
  /// To the waiting command, until it has been told. Its number is another file's soon after.
  private let channel: Mutex<Descriptor?>

  /// In the daemon, which has the channel as descriptor 3: leaves the terminal's session.
  init() {
    channel = Mutex(fcntl(3, F_GETFD) >= 0 ? Descriptor(3) : nil)
    setsid()
    unsafe _ = chdir("/")
  }

  /// In the daemon: tells the waiting command that all is well and lets the terminal go. Only the first call does
  /// anything: after each reload the daemon is ready once more.
  func ready() {
    guard let told = channel.withLock({ $0.take() }) else { return }
    unsafe _ = Glibc.write(told.number, "R", 1)
    let null = unsafe open("/dev/null", O_RDWR | O_CLOEXEC)
    guard null >= 0 else { return }
    for standard in 0...2 { dup2(null, Int32(standard)) }
    close(null)
  }

  /// In the command: starts the daemon and returns its status when it gives up, or 0 when it works.
  static func run(_ arguments: [String], calledAs name: String) -> Int32 {
    let pipe = linux_pipe()
    guard pipe.error == 0 else { return Understudy.complain("pipe: \(errorText(pipe.error))") }
    let reading = Descriptor(pipe.first)
    do {
      let reactor = try Reactor()
      var program = LinuxWorld.Program(
        "/proc/self/exe", [name, "--detached"] + arguments, environment: HostFiles.environment)
      program.keepsStandard = true
      program.channel = pipe.second
      nonisolated(unsafe) var status: Int32 = 1
      let child = try ChildProcess(program, on: reactor) { end in
        if case .exited(let code) = end { unsafe status = Int32(code) }
        reactor.stop()
      }
      close(pipe.second)
      _ = try reactor.watch(reading.number, .readable) { _ in
        var octet: UInt8 = 0
        guard unsafe Glibc.read(reading.number, &octet, 1) == 1 else { return }
        unsafe status = 0
        reactor.stop()
      }
      reactor.runForever()
      _ = child
      return unsafe status
    } catch {
      return Understudy.complain("\(error)")
    }
  }
}
