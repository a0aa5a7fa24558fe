import Machines
import VRRP
package import World

/// Records the events of all groups of a role, on the role's loop, into a ring in memory. Nothing here waits, and no file
/// is touched: whoever wants the recording asks for it.
package actor ElectionRecorder {
  /// The size of the ring in octets.
  package nonisolated let capacity: Int
  private let loop: any Loop
  private var ring: ElectionRing

  /// The role's loop runs this actor.
  package nonisolated var unownedExecutor: UnownedSerialExecutor {
    unsafe loop.executor.asUnownedSerialExecutor()
  }

  /// A recorder with an empty ring of so many octets.
  package init(_ loop: any Loop, capacity: Int) {
    self.loop = loop
    self.capacity = capacity
    ring = ElectionRing(capacity: capacity)
  }

  /// The recording so far, in pieces to be put together.
  package nonisolated func pieces() -> [[UInt8]] {
    assumeIsolated { $0.ring.pieces(at: $0.loop.now, wallTime: $0.loop.wallTime) }
  }

  /// What a group records by; `key` names it across reloads.
  nonisolated func track(_ key: String) -> RecordingTrack {
    RecordingTrack(recorder: self, number: assumeIsolated { $0.ring.enroll(key) })
  }

  fileprivate nonisolated func before(_ machine: GroupMachine, of number: Int, at now: Moment) {
    assumeIsolated { recorder in
      if recorder.ring.needsState(of: number) { recorder.ring.note(state: machine, of: number, at: now) }
    }
  }

  fileprivate nonisolated func after(
    _ event: GroupEvent, _ effects: [GroupEffect], _ machine: GroupMachine, of number: Int, at now: Moment
  ) {
    assumeIsolated { $0.ring.note(event, effects, of: number, after: machine, at: now) }
  }

  fileprivate nonisolated func forget(_ number: Int) { assumeIsolated { $0.ring.forget(number) } }
}

/// A group's place in a recording.
struct RecordingTrack {
  fileprivate let recorder: ElectionRecorder
  fileprivate let number: Int

  /// An event is about to enter the machine.
  func before(_ machine: GroupMachine, at now: Moment) { recorder.before(machine, of: number, at: now) }

  /// It has, with these effects.
  func after(_ event: GroupEvent, _ effects: [GroupEffect], _ machine: GroupMachine, at now: Moment) {
    recorder.after(event, effects, machine, of: number, at: now)
  }

  /// The machine changed without an event.
  func forget() { recorder.forget(number) }
}
