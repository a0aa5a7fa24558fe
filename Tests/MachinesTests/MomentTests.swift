import Machines
import Testing

@Suite struct `Moments` {
  @Test func `move by durations and differ by them`() {
    let moment = Moment.origin + .milliseconds(1500)
    #expect(moment.nanoseconds == 1_500_000_000)
    #expect(moment - .origin == .seconds(1.5))
    #expect(.origin - moment == .seconds(-1.5))
    #expect((moment - Duration.seconds(2)).nanoseconds == -500_000_000)
    #expect(Moment.origin < moment)
  }

  @Test func `stop at the ends of time instead of overflowing`() {
    let last = Moment(nanoseconds: .max)
    #expect(last + .seconds(1) == last)
    #expect(Moment.origin + .seconds(Int64.max) == last)
    #expect(Moment(nanoseconds: -.max) - .seconds(Int64.max) == Moment(nanoseconds: -.max))
    #expect(last - Moment(nanoseconds: -.max) == .nanoseconds(Int64.max))
  }

  @Test(
    arguments: [
      (Duration.zero, Int64(0)), (.nanoseconds(1), 1), (.seconds(-1), -1_000_000_000), (.seconds(Int64.max), .max),
      (.seconds(Int64.min), -.max), (.microseconds(3), 3000), (.milliseconds(-1), -1_000_000),
      // Where attoseconds no longer fit into 64 bits.
      (.seconds(9), 9_000_000_000), (.nanoseconds(9_223_372_036), 9_223_372_036),
      (.nanoseconds(9_223_372_037), 9_223_372_037), (.nanoseconds(-9_223_372_037), -9_223_372_037),
      (.seconds(10), 10_000_000_000), (.nanoseconds(Int64.max), .max),
      // What is less than a nanosecond is cut towards zero.
      (Duration(secondsComponent: 0, attosecondsComponent: 1_999_999_999), 1),
      (Duration(secondsComponent: 0, attosecondsComponent: -1_999_999_999), -1),
      (Duration(secondsComponent: 20, attosecondsComponent: 1_999_999_999), 20_000_000_001),
    ] as [(Duration, Int64)])
  func `count durations in nanoseconds within the range`(duration: Duration, nanoseconds: Int64) {
    #expect(duration.wholeNanoseconds == nanoseconds)
  }

  @Test func `of the wall clock count seconds since the epoch`() {
    #expect(WallTime(nanoseconds: 1_700_000_000_999_999_999).seconds == 1_700_000_000)
    #expect(WallTime(nanoseconds: 1) < WallTime(nanoseconds: 2))
  }
}

@Suite struct `The seeded generator` {
  @Test func `makes the choices of its seed`() {
    var first = SeededGenerator(seed: 42)
    var second = SeededGenerator(seed: 42)
    var other = SeededGenerator(seed: 43)
    let choices = (0..<10).map { _ in first.next() }
    #expect(choices == (0..<10).map { _ in second.next() })
    #expect(choices != (0..<10).map { _ in other.next() })
  }

  /// The published outputs of SplitMix64 for the seed 1234567.
  @Test func `is SplitMix64`() {
    var generator = SeededGenerator(seed: 1_234_567)
    #expect(
      (0..<3).map { _ in generator.next() } == [
        6_457_827_717_110_365_317, 3_203_168_211_198_807_973, 9_817_491_932_198_370_423,
      ])
  }
}
