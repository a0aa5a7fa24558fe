import CLinux
import Glibc
import Machines
import World

/// The directories of all files that are followed on a reactor, in one inotify descriptor, of which a user may not have
/// many.
final class DirectoryWatches: @unchecked Sendable {
  private struct Reference {
    weak var file: FileWatch?
  }

  private static let overflow: UInt32 = 0x4000
  private static let selfGone: UInt32 = 0x8000 | 0x400 | 0x800  // IN_IGNORED, IN_DELETE_SELF, IN_MOVE_SELF

  private let reactor: Reactor
  private var descriptor: Descriptor?
  private var watch: Watch?
  private var alarm: (any Alarm)?
  private var files: [String: [ObjectIdentifier: Reference]] = [:]
  /// The kernel's numbers. Two paths of one directory have the same.
  private var numbers: [String: Int32] = [:]

  init(_ reactor: Reactor) {
    self.reactor = reactor
  }

  func add(_ file: FileWatch) throws(SystemFailure) {
    if descriptor == nil {
      let new = Descriptor(try succeed("inotify_init", linux_inotify_create()))
      watch = try reactor.watch(new.number, .readable) { [weak self] _ in self?.read() }
      descriptor = new
      alarm = reactor.alarm { [weak self] in self?.lookForMissing() }
    }
    files[file.directory, default: [:]][ObjectIdentifier(file)] = Reference(file: file)
    try connect(file.directory)
  }

  func remove(_ file: FileWatch) {
    files[file.directory]?[ObjectIdentifier(file)] = nil
    guard files[file.directory]?.isEmpty ?? true else { return }
    files[file.directory] = nil
    guard let number = numbers.removeValue(forKey: file.directory), let descriptor else { return }
    if !numbers.values.contains(number) { linux_inotify_remove(descriptor.number, number) }
  }

  /// Has the kernel watch a directory. One that is absent or forbidden is tried again; no room for watches is an error.
  private func connect(_ directory: String) throws(SystemFailure) {
    guard numbers[directory] == nil, let descriptor else { return }
    let number = unsafe linux_inotify_add(descriptor.number, directory)
    if number == -ENOSPC || number == -ENOMEM { try succeed("inotify_add_watch", about: directory, number) }
    if number < 0 {
      alarm?.set(reactor.now + .seconds(1))
    } else {
      numbers[directory] = number
    }
  }

  private func lookForMissing() {
    for directory in files.keys where numbers[directory] == nil {
      do throws(SystemFailure) {
        try connect(directory)
      } catch {
        alarm?.set(reactor.now + .seconds(1))
      }
      // Without the kernel's help too: the directory may be one that can be read but not watched.
      look(in: directory)
    }
  }

  private func look(in directory: String, _ name: String? = nil) {
    for reference in (files[directory] ?? [:]).values {
      guard let file = reference.file, name == nil || name == file.name else { continue }
      file.look()
    }
  }

  private func read() {
    guard let descriptor else { return }
    var octets = [UInt8](repeating: 0, count: 16_384)
    let count = unsafe octets.withUnsafeMutableBytes { unsafe Glibc.read(descriptor.number, $0.baseAddress, $0.count) }
    guard count > 0 else { return }
    // Each file once, however often it was written since the last time.
    var touched: Set<InotifyEvent> = []
    for event in InotifyEvent.all(in: octets.prefix(count)) where touched.insert(event).inserted { handle(event) }
  }

  private func handle(_ event: InotifyEvent) {
    if event.mask & Self.overflow != 0 {
      for directory in files.keys { look(in: directory) }
      return
    }
    for (directory, number) in numbers where number == event.number {
      if event.mask & Self.selfGone != 0 {
        numbers[directory] = nil
        if let descriptor { linux_inotify_remove(descriptor.number, number) }
        alarm?.set(reactor.now)
        look(in: directory)
      } else {
        // Kubernetes replaces all files of a volume by renaming this link.
        look(in: directory, event.name == "..data" ? nil : event.name)
      }
    }
  }
}

/// An event of inotify(7).
struct InotifyEvent: Hashable {
  var number: Int32
  var mask: UInt32
  var name: String

  /// The events in what was read.
  static func all(in octets: ArraySlice<UInt8>) -> [InotifyEvent] {
    var events: [InotifyEvent] = []
    var rest = octets
    while rest.count >= 16 {
      let fields = unsafe rest.withUnsafeBytes { buffer in
        (
          unsafe buffer.loadUnaligned(as: Int32.self), unsafe buffer.loadUnaligned(fromByteOffset: 4, as: UInt32.self),
          unsafe buffer.loadUnaligned(fromByteOffset: 12, as: UInt32.self)
        )
      }
      rest = rest.dropFirst(16)
      let name = rest.prefix(Int(fields.2)).prefix { $0 != 0 }
      rest = rest.dropFirst(Int(fields.2))
      events.append(InotifyEvent(number: fields.0, mask: fields.1, name: String(decoding: name, as: UTF8.self)))
    }
    return events
  }
}
