import CLinux
import World

/// Who a process is.
package struct ProcessIdentity: Hashable, Sendable {
  package var user: UInt32
  package var group: UInt32
  /// The supplementary groups.
  package var groups: [UInt32]

  /// A user with their groups.
  package init(user: UInt32, group: UInt32, groups: [UInt32] = []) {
    self.user = user
    self.group = group
    self.groups = groups
  }
}

/// A program to be started, with everything it gets: nothing is inherited but what is named here.
package struct Program: Hashable, Sendable {
  /// The file to be run; not searched for.
  package var path: String
  /// The arguments, the name of the program (argv[0]) included.
  package var arguments: [String]
  /// The environment, as NAME=value.
  package var environment: [String]
  /// The working directory; nil for that of this process.
  package var directory: String?
  /// Whom it runs as; nil for this process's identity.
  package var identity: ProcessIdentity?
  /// Whether it leads a process group of its own, so that its children can be signalled with it.
  package var leadsGroup = false
  /// The signal it gets when this process ends; zero for none.
  package var deathSignal: Int32 = 0
  /// Whether it has this process's standard descriptors instead of /dev/null.
  package var keepsStandard = false
  /// What becomes its descriptor 3; nil for nothing.
  package var channel: Descriptor.Number?

  /// A program with its arguments and environment.
  package init(_ path: String, _ arguments: [String], environment: [String] = []) {
    self.path = path
    self.arguments = arguments
    self.environment = environment
  }

  /// Starts the program and returns its number and a pidfd.
  ///
  /// - Throws: the call that failed in the child before the program ran, "execve" among them.
  func start() throws(SystemFailure) -> (process: Int32, descriptor: Descriptor) {
    let started = unsafe withCStrings(arguments) { arguments in
      unsafe withCStrings(environment) { environment in
        unsafe start(arguments, environment)
      }
    }
    guard unsafe started.error == 0 else {
      let stage = unsafe started.stage.map { unsafe String(cString: $0) } ?? "clone"
      throw unsafe SystemFailure(stage, code: started.error, subject: path)
    }
    return unsafe (started.process, Descriptor(started.descriptor))
  }

  private func start(
    _ arguments: UnsafePointer<UnsafeMutablePointer<CChar>?>?,
    _ environment: UnsafePointer<UnsafeMutablePointer<CChar>?>?
  ) -> linux_started {
    var program = unsafe linux_program()
    unsafe program.arguments = arguments
    unsafe program.environment = environment
    unsafe program.leads_group = leadsGroup ? 1 : 0
    unsafe program.death_signal = deathSignal
    unsafe program.keeps_standard = keepsStandard ? 1 : 0
    unsafe program.channel = channel ?? -1
    if let identity {
      unsafe program.changes_identity = 1
      unsafe program.user = identity.user
      unsafe program.group = identity.group
    }
    return unsafe path.withCString { path in
      unsafe (directory ?? "").withCString { directory in
        unsafe (identity?.groups ?? []).withUnsafeBufferPointer { groups in
          unsafe program.path = path
          unsafe program.directory = self.directory == nil ? nil : directory
          unsafe program.groups = groups.baseAddress
          unsafe program.group_count = groups.count
          return unsafe linux_start(&program)
        }
      }
    }
  }
}

/// Lends the texts as an array of C strings that ends with NULL.
private func withCStrings<Result>(
  _ texts: [String], _ body: (UnsafePointer<UnsafeMutablePointer<CChar>?>?) -> Result
) -> Result {
  var octets: [CChar] = []
  var offsets: [Int] = []
  for text in texts {
    offsets.append(octets.count)
    // A NUL in the middle would end the text early; what follows it is not passed on in any case.
    octets += text.utf8.prefix { $0 != 0 }.map { CChar(bitPattern: $0) } + [0]
  }
  return unsafe octets.withUnsafeMutableBufferPointer { octets in
    let base = octets.baseAddress
    var pointers: [UnsafeMutablePointer<CChar>?] = unsafe offsets.map { offset in unsafe base.map { unsafe $0 + offset }
    }
    unsafe pointers.append(nil)
    return unsafe pointers.withUnsafeBufferPointer { unsafe body($0.baseAddress) }
  }
}
