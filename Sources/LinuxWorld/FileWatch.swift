import Glibc
package import World

/// A small file whose content is followed, as track_file does.
///
/// Its directory is watched, not the file: so it may be absent, replaced by renaming, or written in place. What was not
/// closed after writing is not looked at yet, so no half-written number is read.
package final class FileWatch: @unchecked Sendable {
  /// How much of the file is read.
  package static let longestContent = 4096

  /// The file.
  package let path: String
  let directory: String
  let name: String
  private let reactor: Reactor
  private let changed: @Sendable ([UInt8]?) -> Void
  private var last: [UInt8]?
  private var hasReported = false
  private var isOver = false

  /// Follows a file from now on, until `cancel`. While its directory is absent, it is looked for every second.
  ///
  /// - Parameter changed: called on the loop with the content, first in a later turn and then whenever it is different;
  ///   nil when there is no readable file
  package init(
    _ reactor: Reactor, path: String, changed: @escaping @Sendable ([UInt8]?) -> Void
  ) throws(SystemFailure) {
    self.reactor = reactor
    self.path = path
    self.changed = changed
    let parts = path.lastIndex(of: "/")
    name = parts.map { String(path[path.index(after: $0)...]) } ?? path
    directory = parts.map { $0 == path.startIndex ? "/" : String(path[..<$0]) } ?? "."
    guard !name.isEmpty else { throw SystemFailure("open", code: EISDIR, subject: path) }
    try reactor.directories.add(self)
    reactor.later { [weak self] in self?.look() }
  }

  deinit {
    cancel()
  }

  /// Ends the watch; nothing is reported any more.
  package func cancel() {
    guard !isOver else { return }
    isOver = true
    reactor.directories.remove(self)
  }

  /// Reads the file and reports what is new.
  func look() {
    guard !isOver else { return }
    let content = SmallFile.beginning(path, Self.longestContent)
    guard !hasReported || content != last else { return }
    hasReported = true
    last = content
    changed(content)
  }
}
