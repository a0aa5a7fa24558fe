extension Expander {
  /// `~SEQ` or `~LST` under way.
  struct Repetition {
    /// The values of its variables, one row a repetition.
    enum Values {
      case numbers(next: Int, last: Int, step: Int, isHexadecimal: Bool)
      case list(ArraySlice<[[UInt8]]>)
    }

    var names: [[UInt8]]
    var values: Values
    var rest: Line
  }

  /// Queues a repetition; false when the line begins with some other `~` word.
  mutating func repeatLine(_ line: Line) -> Bool {
    let word = line.text.dropFirst().prefix { $0.isNamePart }.text
    guard ["SEQ", "SEQx", "LST"].contains(word) else { return false }
    let afterWord = line.text.dropFirst(1 + word.utf8.count)
    let open = afterWord.drop { $0.isBlank }
    guard open.first == Character8.parenthesis, let close = open.firstIndex(of: Character8.closingParenthesis) else {
      fault(
        .badRepetition, .error, .faulty, "~\(word) needs its arguments in parentheses", line.provenance, 0,
        1 + word.utf8.count)
      return true
    }
    var inner = line
    inner.text = open[(open.startIndex + 1)..<close]
    if inner.provenance.isCopied { inner.provenance.column += inner.text.startIndex - line.text.startIndex }
    let arguments = inner.text.contains(Character8.dollar) ? replaceParameters(inner).bytes : Array(inner.text)
    var rest = line
    rest.text = open[(close + 1)...].trimmed
    if rest.provenance.isCopied { rest.provenance.column += rest.text.startIndex - line.text.startIndex }
    let repetition =
      word == "LST"
      ? listRepetition(arguments, rest) : sequence(arguments, rest, isHexadecimal: word == "SEQx")
    guard let repetition else {
      fault(
        .badRepetition, .error, .faulty, "the arguments of ~\(word) make no sense: (\(arguments.text))",
        line.provenance, 0, close + 1 - line.text.startIndex,
        notes: [
          word == "LST"
            ? "written as ~LST(NAME, value, …) or ~LST({NAME, NAME}, {value, value}, …)"
            : "written as ~\(word)(NAME, [[start,] step,] end); the step must lead from start to end"
        ])
      return true
    }
    frames.append(.repetition(repetition))
    return true
  }

  private func sequence(_ arguments: [UInt8], _ rest: Line, isHexadecimal: Bool) -> Repetition? {
    let fields = arguments.split(separator: Character8.comma, omittingEmptySubsequences: false).map {
      Array($0.trimmed)
    }
    guard (2...4).contains(fields.count), let name = variable(fields[0]) else { return nil }
    let numbers = fields.dropFirst().compactMap { Number.literal($0) }
    guard numbers.count == fields.count - 1, let end = numbers.last else { return nil }
    let start = numbers.count > 1 ? numbers[0] : (end < 0 ? -1 : 1)
    var step = end >= start ? 1 : -1
    if numbers.count == 1, end < 1 { step = -1 }
    if numbers.count == 3 { step = numbers[1] }
    guard step != 0, start == end || (step > 0) == (end > start) else { return nil }
    if isHexadecimal, start < 0 || end < 0 { return nil }
    return Repetition(
      names: [name], values: .numbers(next: start, last: end, step: step, isHexadecimal: isHexadecimal), rest: rest)
  }

  private func variable(_ field: [UInt8]) -> [UInt8]? {
    guard let first = field.first, first.isNameStart, field.allSatisfy(\.isNamePart) else { return nil }
    return field
  }

  private func listRepetition(_ arguments: [UInt8], _ rest: Line) -> Repetition? {
    guard let rows = Self.tuples(arguments), let head = rows.first else { return nil }
    let names = head.compactMap { variable($0) }
    guard names.count == head.count, !names.isEmpty, rows.count > 1 else { return nil }
    let values = rows.dropFirst()
    guard values.allSatisfy({ $0.count <= names.count }) else { return nil }
    return Repetition(names: names, values: .list(values), rest: rest)
  }

  /// `a, {b, c}, d` as rows of values.
  private static func tuples(_ text: [UInt8]) -> [[[UInt8]]]? {
    var rows: [[[UInt8]]] = []
    var row: [[UInt8]]?
    var value: [UInt8] = []
    var expectsValue = true
    func isSeparator(_ byte: UInt8) -> Bool { byte.isBlank || byte == Character8.comma }
    for byte in text + [Character8.comma] {
      switch byte {
      case Character8.open:
        guard row == nil, value.isEmpty else { return nil }
        row = []
      case Character8.close:
        guard var open = row else { return nil }
        if !value.isEmpty || expectsValue, !(open.isEmpty && value.isEmpty) { open.append(value) }
        rows.append(open)
        (row, value, expectsValue) = (nil, [], false)
      case _ where isSeparator(byte):
        if row != nil {
          if byte == Character8.comma || !value.isEmpty {
            row?.append(value)
            value = []
          }
          expectsValue = byte == Character8.comma
        } else if !value.isEmpty {
          rows.append([value])
          value = []
        }
      default:
        value.append(byte)
        expectsValue = false
      }
    }
    return row == nil ? rows : nil
  }

  /// Reads the repeated line once more.
  mutating func advance(_ repetition: Repetition) {
    var repetition = repetition
    work += repetition.rest.text.count + Self.lineCharge
    switch repetition.values {
    case .numbers(let next, let last, let step, let isHexadecimal):
      parameters[repetition.names[0]] = [Array(String(next, radix: isHexadecimal ? 16 : 10).utf8)]
      let (following, overflow) = next.addingReportingOverflow(step)
      if !overflow, step > 0 ? following <= last : following >= last {
        repetition.values = .numbers(next: following, last: last, step: step, isHexadecimal: isHexadecimal)
        frames.append(.repetition(repetition))
      }
    case .list(let rows):
      guard let row = rows.first else { return }
      for (index, name) in repetition.names.enumerated() {
        parameters[name] = [index < row.count ? row[row.startIndex + index] : []]
      }
      if rows.count > 1 {
        repetition.values = .list(rows.dropFirst())
        frames.append(.repetition(repetition))
      }
    }
    process(repetition.rest)
  }
}
