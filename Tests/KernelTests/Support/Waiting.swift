import Glibc

/// Something that should have become, or stayed, true did not.
struct NotSo: Error, CustomStringConvertible {
  let description: String
}

/// Seconds of the monotonic clock.
func secondsNow() -> Double {
  var time = timespec()
  unsafe clock_gettime(CLOCK_MONOTONIC, &time)
  return Double(time.tv_sec) + Double(time.tv_nsec) / 1e9
}

private func waitBetweenLooks() {
  usleep(50_000)
}

/// Polls until the condition holds and returns how long that took, in seconds. A condition that cannot be looked at,
/// because a daemon is not there yet, does not hold; the last such error is told when it never does.
@discardableResult
func poll(_ what: String, within limit: Double, until condition: () throws -> Bool) throws -> Double {
  let began = secondsNow()
  while true {
    var obstacle = ""
    do {
      if try condition() { return secondsNow() - began }
    } catch {
      obstacle = "\n\(error)"
    }
    guard secondsNow() - began < limit else { throw NotSo(description: "not within \(limit) s: \(what)\(obstacle)") }
    waitBetweenLooks()
  }
}

/// Looks again and again, for that many seconds, whether the condition holds. For what must not happen: there is no event
/// to wait for.
func hold(_ what: String, for seconds: Double, while condition: () throws -> Bool) throws {
  let began = secondsNow()
  repeat {
    guard try condition() else { throw NotSo(description: "not so after \(secondsNow() - began) s: \(what)") }
    waitBetweenLooks()
  } while secondsNow() - began < seconds
}
