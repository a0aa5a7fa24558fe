import Glibc
import LinuxWorld
import Logging
import Notifications

/// The notify FIFOs: made when the configuration names them, written without ever waiting, removed at the end.
///
/// A FIFO is opened for reading and writing, so that lines wait in the pipe while nobody reads. When the pipe is full
/// the line is lost, which is counted and said once.
final class FIFODesk {
  private struct Open {
    let settings: FIFOSettings
    let file: Descriptor
    let wasMade: Bool
    var lost = 0
  }

  private let log: Logger
  private var open: [Open] = []

  init(_ log: Logger) { self.log = log }

  /// Takes over the FIFOs of a configuration: those that stay are not touched, so their readers notice nothing.
  func apply(_ wanted: [FIFOSettings], _ scripts: ScriptDesk) {
    for fifo in open where !wanted.contains(fifo.settings) { remove(fifo) }
    open.removeAll { !wanted.contains($0.settings) }
    for settings in wanted where !open.contains(where: { $0.settings == settings }) {
      guard let fifo = make(settings) else { continue }
      open.append(fifo)
      if var script = settings.script {
        script.arguments.append(settings.path)
        scripts.run(script)
      }
    }
  }

  /// Writes a line to all FIFOs of a kind.
  func write(_ line: String, _ kind: FIFOKind) {
    let octets = Array(line.utf8)
    for index in open.indices where open[index].settings.kinds.contains(kind) {
      let count = unsafe Glibc.write(open[index].file.number, octets, octets.count)
      guard count != octets.count else {
        open[index].lost = 0
        continue
      }
      open[index].lost += 1
      if open[index].lost == 1 {
        log.warning("FIFO \(open[index].settings.path) is full or broken; lines are lost until somebody reads it")
      }
    }
  }

  /// Removes what was made.
  func remove() {
    for fifo in open { remove(fifo) }
    open = []
  }

  private func make(_ settings: FIFOSettings) -> Open? {
    let wasMade = unsafe mkfifo(settings.path, 0o644) == 0
    if !wasMade, errno != EEXIST {
      log.error("FIFO \(settings.path) cannot be made: \(errorText(errno))")
      return nil
    }
    // O_NOFOLLOW: a link in place of the FIFO could lead anywhere.
    let number = unsafe Glibc.open(settings.path, O_RDWR | O_NONBLOCK | O_CLOEXEC | O_NOFOLLOW)
    guard number >= 0 else {
      log.error("FIFO \(settings.path) cannot be opened: \(errorText(errno))")
      return nil
    }
    let file = Descriptor(number)
    var status = stat()
    guard unsafe fstat(number, &status) == 0, status.st_mode & S_IFMT == S_IFIFO else {
      log.error("\(settings.path) is no FIFO")
      return nil
    }
    guard wasMade || status.st_uid == geteuid() || status.st_uid == settings.owner?.userNumber else {
      log.error("FIFO \(settings.path) belongs to user \(status.st_uid), who could read along; it is not used")
      return nil
    }
    if wasMade, let owner = settings.owner, fchown(number, owner.userNumber, owner.groupNumber) < 0 {
      log.error("FIFO \(settings.path) cannot be given to \(owner.user ?? ""): \(errorText(errno))")
    }
    return Open(settings: settings, file: file, wasMade: wasMade)
  }

  private func remove(_ fifo: Open) {
    guard fifo.wasMade else { return }
    unsafe _ = unlink(fifo.settings.path)
  }
}
