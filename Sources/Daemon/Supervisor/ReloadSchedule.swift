/// When the daemon is to reload by itself (reload_time_file).
package struct ReloadSchedule: Hashable, Sendable {
  /// The file that names the time.
  package var path: String
  /// The time, in seconds since 1970.
  package var seconds: Int64
  /// Whether the file stays, so that a time without date comes again every day (reload_repeat).
  package var keepsFile: Bool

  /// A reload at a time.
  package init(path: String, seconds: Int64, keepsFile: Bool) {
    self.path = path
    self.seconds = seconds
    self.keepsFile = keepsFile
  }

  /// A time as the file writes it: "HH:MM:SS", "YY-MM-DD HH:MM:SS" or "YYYY-MM-DD HH:MM:SS", with a Z for UTC.
  package struct Written: Hashable, Sendable {
    /// Year, month and day; nil for the next time that the clock shows the time of day.
    package var date: [Int]?
    /// Seconds since midnight.
    package var timeOfDay: Int
    /// Whether it is UTC.
    package var isUniversal: Bool

    /// Reads a time; nil for what is none.
    package init?(_ text: String) {
      var words = text.split { $0 == " " || $0 == "\n" || $0 == "\t" || $0 == "T" }.map(String.init)
      guard var last = words.popLast(), words.count <= 1 else { return nil }
      isUniversal = last.hasSuffix("Z")
      if isUniversal { last.removeLast() }
      guard let time = Self.numbers(last, ":"), time[0] < 24, time[1] < 60, time[2] < 60 else { return nil }
      timeOfDay = time[0] * 3600 + time[1] * 60 + time[2]
      guard let word = words.first else { return }
      guard var date = Self.numbers(word, "-"), (1...12).contains(date[1]), (1...31).contains(date[2]),
        date[0] < 100 || (1970...9999).contains(date[0])
      else { return nil }
      if date[0] < 100 { date[0] += 2000 }
      self.date = date
    }

    private static func numbers(_ text: String, _ separator: Character) -> [Int]? {
      let parts = text.split(separator: separator, omittingEmptySubsequences: false)
      let numbers = parts.filter { (1...4).contains($0.count) && $0.allSatisfy(\.isNumber) }.compactMap { Int($0) }
      return numbers.count == 3 && parts.count == 3 ? numbers : nil
    }

    /// The moment it means, in seconds since 1970; nil for one that is over.
    ///
    /// - Parameters:
    ///   - now: seconds since 1970
    ///   - zone: how many seconds local time is ahead of UTC
    package func moment(after now: Int64, zone: Int) -> Int64? {
      let ahead = isUniversal ? 0 : Int64(zone)
      guard let date else {
        let local = now + ahead
        let today = local - (local % 86_400 + 86_400) % 86_400 + Int64(timeOfDay)
        return (today > local ? today : today + 86_400) - ahead
      }
      let days = Self.days(year: date[0], month: date[1], day: date[2])
      let moment = days * 86_400 + Int64(timeOfDay) - ahead
      return moment > now ? moment : nil
    }

    /// Days from 1970-01-01 to a date of the Gregorian calendar, with years that begin in March.
    private static func days(year: Int, month: Int, day: Int) -> Int64 {
      let shifted = month > 2 ? year : year - 1
      let dayOfYear = (153 * (month > 2 ? month - 3 : month + 9) + 2) / 5 + day - 1
      let era = shifted / 400
      let yearOfEra = shifted % 400
      return Int64(era * 146_097 + yearOfEra * 365 + yearOfEra / 4 - yearOfEra / 100 + dayOfYear - 719_468)
    }
  }
}
