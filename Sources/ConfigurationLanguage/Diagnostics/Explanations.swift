/// The long form of each kind of fault (`--explain`).
extension DiagnosticCode {
  /// What the fault means, why it matters, and what to do.
  package var explanation: String { Explanations.all[self] ?? name }
}

/// The texts, by the hundreds of the codes.
enum Explanations {
  static let all = [
    textExplanations, wordExplanations, valueExplanations, referenceExplanations, meaningExplanations,
    machineExplanations,
  ].reduce(into: [:]) { all, texts in all.merge(texts) { first, _ in first } }

  /// Of text and files.
  static let textExplanations: [DiagnosticCode: String] = [
    .noConfiguration:
      """
    The configuration file that was named does not exist or cannot be read, so there is nothing to run. keepalived
    ends with status 6 for this, but its -t says 0; here the test fails as the start would.
    """,
    .fileMissing:
      """
    An include names a file that does not exist, or a pattern that matches none. As with keepalived that is only a
    warning, since an empty directory of snippets is common. Where a missing file should be an error write includem
    (for a plain path), includew (for patterns too) or includea, or set include_check in global_defs, or start with -e.
    """,
    .fileUnreadable:
      """
    An include leads to something that is not read: a directory, a device, a file without permission, or a file that
    may be executed. The last is a guard against including scripts; chmod -x the file if it is a configuration.
    """,
    .includeCircle:
      """
    A file includes itself, directly or by way of others; the message names the chain. keepalived goes on until it
    runs out of descriptors. Here the inner include is left out.
    """,
    .nulByte:
      """
    A line holds an octet with the value 0, which no text does; the file is probably damaged or in UTF-16. The line is
    skipped.
    """,
    .byteOrderMark:
      """
    The file begins with the three octets EF BB BF that some editors put before UTF-8. keepalived takes them for part
    of the first word, which then is no keyword. Here they are skipped; save the file without byte order mark.
    """,
    .selfReference:
      """
    A parameter's value refers to the parameter itself, so that replacing it never comes to an end:
        $A=$B
        $B=$A
    The message shows the circle. keepalived hangs on this.
    """,
    .expansionTooLarge:
      """
    Parameters and repetitions multiply: ten parameters that each name the next one ten times make ten thousand million
    words. What would take more than some tens of megabytes of work is refused.
    """,
    .unfinishedDefinition:
      """
    A backslash at the end of a definition says that its value goes on in the next line, but the text ends there. Only
    the last line of such a value has no backslash.
    """,
    .badRepetition:
      """
    ~SEQ(NAME, [[start,] step,] end) repeats the rest of its line with NAME counting, ~SEQx in hexadecimal, and
    ~LST(NAME, value, …) or ~LST({NAME, NAME}, {value, value}, …) with the values of a list. The step must not be 0 and
    must lead from start to end; a row of a list has at most as many values as there are names.
    """,
    .badRandomRange:
      "${_RANDOM MIN MAX} is a number from MIN to MAX. Where MIN is larger than MAX, MIN is taken.",
    .unterminatedQuote:
      """
    A double quote is not closed in its line. Nothing is joined with the next line, so the rest of this line is lost.
    A quote cannot stand inside quotes either; only scripts take single quotes and backslashes.
    """,
    .strayBackslash:
      """
    A comment ends in a backslash. Only definitions of parameters go on in the next line. keepalived strips the comment
    but keeps the backslash and then complains of an unknown keyword '\\', though nothing is lost by it.
    """,
  ]

  /// Of words and blocks.
  static let wordExplanations: [DiagnosticCode: String] = [
    .unknownKeyword:
      """
    Keywords are looked up in the block they stand in, letter by letter. The word is misspelt, or belongs into another
    block, or comes from another release; the notes say where it is known. An unknown word that opens a block is
    skipped together with that block. keepalived skips only the line: it reads what is inside as part of the
    surrounding block, and takes the closing brace for that block's.
    """,
    .missingParameter:
      """
    A keyword stands without the value it cannot do without. keepalived ends at once with status 2 for most of these,
    and so no such configuration is used here either.
    """,
    .missingOpeningBrace:
      "A keyword that opens a block is not followed by a {. What follows is read as the first line of the block.",
    .missingClosingBrace:
      """
    A block is opened and never closed; the place shown is where it was opened. Where the next block of the same level
    begins inside it, and the text has fewer } than {, the block is taken to end there.
    """,
    .extraClosingBrace:
      "There is a } that closes nothing. Often the } of a block above it is one too many; the block ended earlier than meant.",
    .unexpectedOpeningBrace:
      """
    There is a { that belongs to no block, for example after an undefined parameter in braces: ${NAME} outside quotes is
    torn apart when NAME is not defined. Braces in values have to stand in double quotes.
    """,
    .badBlockName:
      "vrrp_instance, vrrp_sync_group and the like have one name. A name with blanks has to stand in double quotes.",
    .surplusWords:
      """
    There are words behind a complete value. keepalived ignores them without telling, which hides mistakes such as
    'state MASTER BACKUP' or 'weight 1 2'. A common cause is a script without quotes: arguments belong inside them.
    """,
    .severalKeywords:
      """
    A second keyword stands in the line of a complete one, as in
        real_server 192.0.2.1 80 { weight 1  TCP_CHECK { connect_timeout 3 } }
    keepalived ignores everything behind a complete value. Here it counts, because its writer meant it; write each keyword
    in a line of its own where the file is to serve both.
    """,
    .unknownOption:
      "A word is no option of the entry or keyword it stands in. It is ignored, or the entry is, as noted.",
    .emptyBlock:
      "A block that should list something is empty. Take it out, or fill it.",
  ]

  /// Of values.
  static let valueExplanations: [DiagnosticCode: String] = [
    .invalidNumber:
      "A decimal number is expected: digits, for some keywords with a sign or decimals, without unit and without 0x.",
    .numberOutOfRange:
      "The number is outside its range, which the message names. The keyword is ignored unless the message says otherwise.",
    .trailingGarbage:
      """
    A number is followed by something else: '5s', '10ms', '3,5'. Numbers have no units. When the program runs the leading
    digits count; a configuration test refuses the value, as keepalived's does. (keepalived reads some such times as
    microseconds.)
    """,
    .tooManyDecimals:
      "Times have at most six decimals, those of scripts and BFD three. The rest is rounded.",
    .invalidBoolean:
      "A switch is on, yes or true, or off, no or false, in lower case. The setting stays as it was.",
    .invalidChoice:
      "The value is one of a few words, which the message lists. They are case-sensitive.",
    .invalidAddress:
      """
    Addresses are written without brackets, names or zones; an IPv4 address has four decimal numbers without leading
    zeros. The port is a word of its own: 'virtual_server 192.0.2.1 80', not '192.0.2.1:80'.
    """,
    .invalidPrefix:
      "A prefix length goes from 0 to 32 for IPv4 and to 128 for IPv6, and only where a network is expected.",
    .valueTooLong:
      """
    The value is longer than what it is for can hold: 8 octets of a VRRP password, 15 of an interface or process name.
    What counts is the beginning; both sides of a password cut it in the same way.
    """,
    .invalidScript:
      """
    A command is one word: write it in double quotes together with its arguments. Inside, single quotes group words, and
    backslash escapes are evaluated. A quote has to be closed.
    """,
    .adjustedValue:
      "A value contradicts another and was changed to the nearest that does not.",
    .invalidValue:
      "The value does not have the form its keyword expects; the message says what that is.",
    .notUTF8:
      "The text is not UTF-8. Octets that belong to no character are shown as U+FFFD.",
  ]
}
