// Dialogues: one side of a conversation with a server, as a value.
//
// Role. A health check, or the submission of a mail, is a conversation: we say something, the other side answers, we
// judge the answer. A dialogue knows what to say and how to judge. It does not know sockets: whoever runs it opens
// the connection, hands over what arrives, sends what it is told, and calls again at `nextDeadline`. So every
// conversation can be tested octet by octet, and fed with garbage by a fuzzer.
//
// What all of them promise, because the other side may be broken or hostile:
//   - no octet sequence traps; numbers from outside are read with checked arithmetic
//   - memory is bounded: lines, header sections and buffers have limits, bodies are digested as a stream
//   - time is bounded: every step has a deadline, and so has the conversation as a whole, whatever drips in
//   - they end exactly once, with a verdict in words that name what was expected and what came
//
// The dialogues: TCPProbe (TCP_CHECK), HTTPExchange (HTTP_GET, SSL_GET), SMTPGreeting (SMTP_CHECK), DNSQuestion
// (DNS_CHECK), UDPExchange (UDP_CHECK), EchoRequest (PING_CHECK), AgentInquiry (AGENT_CHECK), MailSubmission (alerts).
//
// Deviations from keepalived.
//   - HTTP: chunked bodies are decoded before they are digested; interim answers (1xx) are skipped; header names
//     are matched in any case; a body that nobody judges is read only up to a limit.
//   - Regular expressions are searched for in linear time by a machine of our own (BodyExpression) instead of PCRE2,
//     so that no answer can stall the program; look-around, back references, atomic and possessive forms, recursion
//     and Unicode properties are refused with words, not silently read as something else.
//   - SMTP: replies of several lines ("220-...") are understood, as RFC 5321 section 4.2.1 requires.
//   - Mail: lines that begin with a dot are doubled (RFC 5321 section 4.5.2); recipients that are refused do not keep
//     the others from their mail; temporary refusals are told apart, so that the sender may try again.
//   - An agent that cannot be reached fails its check; HAProxy would leave the server as it was. Silence is not
//     good news here.
//   - UDP: with an answer required, the length of the answer must be within its bounds also for empty patterns.
//
// Sources: RFC 9112 (HTTP/1.1), RFC 5321 (SMTP), RFC 5322 (mail format), RFC 1035 (DNS), RFC 1321 (MD5), RFC 792 and
// 4443 (echo); HAProxy's agent-check grammar; man keepalived.conf(5).
