// The configuration language.
//
// Role: turns the files an operator wrote into a `Configuration`, tells everything that is wrong with them in one pass,
// and prints what was understood. It knows neither files nor machine; both come in through protocols
// (`ConfigurationSource`, `ConfigurationEnvironment`), so that every rule can be tested with values.
//
// Two passes:
//   1. `Expander`: files → `ConfigurationText`. Includes, `@` conditions, `$` parameters, `~SEQ` and `~LST` are carried
//      out; nearly all lines are copied untouched. A `LineMap` leads from each line back to its file. The text, with its
//      map, is what the supervisor hands to the other roles: all parse the same octets and nobody re-reads files.
//   2. `Parser`: text → `Configuration`. The `Lexer` cuts lines into words in place; the tables of `Keyword`s say what each
//      word does to the value of its block. `Completion` then inherits settings, checks the whole and drops what is void.
//
// Terms. A *keyword* is the first word of a line, looked up letter by letter in the table of its block only. A *block* is
// what stands in braces: of keywords, or a *value block* of entries (addresses, names). The *line* of a keyword ends at the
// line break or at the next brace outside double quotes. A *verdict* is what a configuration test makes of a fault; its
// exit status follows keepalived's (0, 4, 5, 6, 2). *Severity* is what we think of it.
//
// The tables are the only place that knows the words: reading, "did you mean", the list of keywords, the canonical form
// and the differences of two configurations all come from them. `SupportTable` says which words have no effect here.
//
// Bounds. What is expanded is charged to a budget, so that parameters that call each other, repetitions without end and
// includes in a circle end with an error that shows the circle. Blocks that are not known are skipped by counting braces;
// nothing recurses deeper than the language does. At most `Diagnostics.limit` faults are kept. Time is linear in the size.
//
// Deviations from keepalived, and why:
// - Several keywords on one line. keepalived ignores what follows a complete value, silently. Here, where the next word is a
//   keyword of the same block (and opens its block, if it is one that does), it is taken for the next keyword, and a note
//   says so: `real_server A P { weight 1  TCP_CHECK { connect_timeout 3 retry 2 } }` means what it says. Words that are no
//   keywords stay ignored, with a warning. Neither changes the exit status. Optional values (`[on|off]`, user and group of
//   a script) end before a keyword in the same way.
// - An unknown word that opens a block is skipped together with the block. keepalived skips the word only and lets the
//   block's closing brace close the surrounding one, so that one unknown word breaks the rest of the file.
// - A forgotten } is noticed where a block of an outer level begins (only in a text that has fewer } than {), and reported
//   where its block was opened.
// - Lines may be of any length, and an include may stand behind a condition without being read twice.
// - Undefined parameters, expansion in a circle, NUL octets and byte order marks are told of; keepalived hangs on the
//   second and takes the last for part of a word.
// - `inet` and `inet6` in routes and rules do not swallow the next word; a single port is a range of one.
// - Times followed by a unit (`5s`) count as seconds when the program runs; keepalived takes some for microseconds.
// - `nb_get_retry` is known in every check as the old spelling of `retry`, because files have it there; the test still says
//   5, as keepalived does for a word it does not know.
// - Settings of `global_defs` hold wherever it stands. Names that have to be defined before they are used still have to.
// - A second service at the same address, port and protocol is an error and dropped; keepalived makes both, and the kernel
//   has one.
// - A test of a file that does not exist ends with 6, as the start would; keepalived's says 0.
//
// Extensions (words of our own): in vrrp_instance `notify_contested SCRIPT`; in virtual_server `lvs_on_backup auto|yes|no`;
// in virtual_server and real_server
// `drain_timeout`, `slow_start`; in HTTP_GET and SSL_GET `keep_alive`, `ssl_verify`, `ssl_ca_file`, `ssl_min_version`;
// AGENT_CHECK; in global_defs `metrics_address`, `smtp_user`, `smtp_password`, `smtp_tls`, `notify_webhook`, `control_group`,
// `record_election`.
//
// Sources: keepalived.conf(5) and the behaviour of keepalived 2.2.7 and 2.4, observed with -t; linux/rtnetlink.h,
// linux/fib_rules.h and linux/ip_vs.h for the numbers in routes, rules and services.
