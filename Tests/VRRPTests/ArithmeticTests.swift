import Machines
import Testing
import VRRP

@Suite struct `Timers` {
  @Test(arguments: [
    (RouterSettings.Version.two, UInt8(100), 1.0, 0.609375), (.two, 254, 1, 0.0078125), (.two, 1, 1, 0.99609375),
    (.two, 100, 5, 0.609375), (.three, 100, 1, 0.609375), (.three, 254, 1, 0.0078125), (.three, 100, 5, 3.046875),
    (.three, 255, 0.25, 0.0009765625),
  ])
  func `the skew time is the shorter the higher the priority`(
    version: RouterSettings.Version, priority: UInt8, interval: Double, skew: Double
  ) {
    let settings = RouterSettings.sample(version: version)
    #expect(settings.skew(priority: priority, masterInterval: .seconds(interval)) == .seconds(skew))
  }

  @Test(arguments: [(3, 3.609375), (1, 1.609375), (8, 8.609375), (100, 100.609375)])
  func `the master-down interval counts the adverts that may be missed`(adverts: Int, seconds: Double) {
    let settings = RouterSettings.sample { $0.downTimerAdverts = adverts }
    #expect(settings.masterDown(priority: 100, masterInterval: .seconds(1)) == .seconds(seconds))
  }
}

@Suite struct `Priority arithmetic` {
  struct Row: CustomTestStringConvertible, Sendable {
    var testDescription: String
    var tracker: Tracker
    var value: TrackerValue
    var amount: Int
    var isFault = false
  }

  static let rows = [
    Row(testDescription: "good, positive", tracker: Tracker(.script, "s", weight: 20), value: .up, amount: 20),
    Row(testDescription: "bad, positive", tracker: Tracker(.script, "s", weight: 20), value: .down, amount: 0),
    Row(testDescription: "good, negative", tracker: Tracker(.script, "s", weight: -30), value: .up, amount: 0),
    Row(testDescription: "bad, negative", tracker: Tracker(.script, "s", weight: -30), value: .down, amount: -30),
    Row(testDescription: "unknown", tracker: Tracker(.script, "s", weight: -30), value: .unknown, amount: 0),
    Row(
      testDescription: "good, positive, reversed", tracker: Tracker(.script, "s", weight: 20, isReversed: true),
      value: .up, amount: -20),
    Row(
      testDescription: "bad, negative, reversed", tracker: Tracker(.script, "s", weight: -20, isReversed: true),
      value: .down, amount: 20),
    Row(testDescription: "good, none", tracker: Tracker(.interface, "s"), value: .up, amount: 0),
    Row(testDescription: "bad, none", tracker: Tracker(.interface, "s"), value: .down, amount: 0, isFault: true),
    Row(
      testDescription: "good, none, reversed", tracker: Tracker(.script, "s", isReversed: true), value: .up, amount: 0,
      isFault: true),
    Row(testDescription: "unknown, none", tracker: Tracker(.script, "s"), value: .unknown, amount: 0),
    Row(testDescription: "file", tracker: Tracker(.file, "f", weight: 2), value: .number(-20), amount: -40),
    Row(
      testDescription: "file, reversed", tracker: Tracker(.file, "f", weight: 2, isReversed: true),
      value: .number(-20), amount: 40),
    Row(testDescription: "file, high", tracker: Tracker(.file, "f", weight: 2), value: .number(1000), amount: 253),
    Row(
      testDescription: "file, low", tracker: Tracker(.file, "f", weight: 2), value: .number(-1000), amount: -254,
      isFault: true),
    Row(
      testDescription: "file, beyond numbers", tracker: Tracker(.file, "f", weight: -200), value: .number(.max),
      amount: -254, isFault: true),
    Row(testDescription: "file 1, none", tracker: Tracker(.file, "f"), value: .number(1), amount: 0, isFault: true),
    Row(testDescription: "file 0, none", tracker: Tracker(.file, "f"), value: .number(0), amount: 0),
    Row(
      testDescription: "file 0, none, reversed", tracker: Tracker(.file, "f", isReversed: true), value: .number(0),
      amount: 0, isFault: true),
  ]

  @Test(arguments: rows)
  func `a tracked thing adds its weight or is a fault`(row: Row) {
    #expect(row.tracker.contribution(of: row.value) == row.amount)
    #expect(row.tracker.isFault(row.value) == row.isFault)
  }

  @Test(arguments: [
    (UInt8(100), [-80, -80], UInt8(1)), (200, [50, 50], 254), (100, [-30, 20], 90), (255, [-80], 255),
  ])
  func `the sum stays between 1 and 254, and an owner at 255`(base: UInt8, weights: [Int], effective: UInt8) {
    let trackers = weights.enumerated().map { Tracker(.script, "s\($0.offset)", weight: $0.element) }
    let values = Dictionary(
      uniqueKeysWithValues: trackers.map { ($0.identity, $0.weight < 0 ? TrackerValue.down : .up) })
    #expect(PriorityArithmetic(base: base, trackers: trackers, values: values).effective == effective)
  }

  @Test func `the arithmetic can be read line by line`() {
    let tracker = Tracker(.script, "check", weight: -30)
    let arithmetic = PriorityArithmetic(base: 100, trackers: [tracker], values: [tracker.identity: .down])
    #expect(arithmetic.lines == ["base 100", "script check (down) -30", "effective 70"])
  }
}
