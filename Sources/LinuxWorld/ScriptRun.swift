import Glibc
import Machines
import World

/// One script's life.
final class ScriptRun: RunningScript, @unchecked Sendable {
  private enum State {
    case running
    /// SIGTERM was sent; `result` is what it will be called.
    case terminating(ScriptResult)
    /// It ended after SIGTERM; its group gets SIGKILL when the alarm rings.
    case sweeping
    /// SIGKILL was sent before it ended.
    case killing(ScriptResult)
    case over
  }

  private let reactor: Reactor
  private let finished: @Sendable (ScriptResult) -> Void
  private let over: @Sendable (ScriptRun) -> Void
  private var state = State.running
  private var child: ChildProcess?
  private var alarm: (any Alarm)?

  init(
    _ reactor: Reactor, _ finished: @escaping @Sendable (ScriptResult) -> Void,
    over: @escaping @Sendable (ScriptRun) -> Void
  ) {
    self.reactor = reactor
    self.finished = finished
    self.over = over
  }

  func start(_ request: ScriptRequest) throws(SystemFailure) {
    guard let path = request.arguments.first else { throw SystemFailure("execve", code: ENOENT) }
    var program = Program(path, request.arguments, environment: request.environment)
    program.directory = request.directory
    program.identity = request.identity
    program.leadsGroup = true
    program.deathSignal = SIGTERM
    child = try ChildProcess(program, on: reactor, collectsAtOnce: false) { [weak self] in self?.ended($0) }
    alarm = reactor.alarm { [weak self] in self?.ring() }
    if let timeout = request.timeout { alarm?.set(reactor.now + timeout) }
  }

  func stop() {
    if case .running = state { terminate(.stopped) }
  }

  private func terminate(_ result: ScriptResult) {
    state = .terminating(result)
    child?.signalGroup(SIGTERM)
    alarm?.set(reactor.now + ScriptRunner.grace)
  }

  private func ring() {
    switch state {
    case .running: terminate(.timedOut)
    case .terminating(let result):
      state = .killing(result)
      child?.signalGroup(SIGKILL)
    case .sweeping:
      child?.signalGroup(SIGKILL)
      end()
    case .killing, .over: break
    }
  }

  private func ended(_ how: ProcessEnd) {
    switch state {
    case .running:
      end()
      finished(how.result)
    case .terminating(let result):
      state = .sweeping
      finished(result)
    case .killing(let result):
      end()
      finished(result)
    case .sweeping, .over: break
    }
  }

  private func end() {
    state = .over
    alarm?.set(nil)
    child?.collect()
    over(self)
  }
}
