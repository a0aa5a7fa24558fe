// Virtual services: what a director balances, as values.
//
// Role. A virtual service is an address, a protocol and a port (or a firewall mark) under which the kernel's IP
// Virtual Server spreads connections over real servers. This library decides which real servers stand in the
// kernel's table and with which weight. It does no I/O: results of checks come in as events, what the table has to
// look like comes out as values, and the difference between that and what the table looks like is a list of
// operations.
//
// Terms. They are keepalived's and LVS's:
//   real server     a machine that does the work; in the table it is a "destination"
//   check           a repeated question to a real server; several checks of one server must all be content
//   probe           what is asked and when. Checks of several services that ask the same of the same endpoint share
//                   one probe: it is made once, however many listen to its verdict
//   alpha           a check that counts as failed until it has succeeded once
//   omega           an orderly stop is reported like a failure of everything
//   quorum          the sum of the weights of live servers that a service needs; hysteresis is the margin around it
//   sorry server    the server that stands in while the quorum is lost
//   inhibit         a failed server keeps its place with weight 0, so that its connections go on
//   presence        whether a service is to be in the kernel on this host at all
//
// How a verdict is reached (CheckMachine). The first result decides alone. A server that was good is failed after
// `retry` further attempts; a failed one is asked once per delay_loop, and one success brings it back. A result has
// three values: a check that could not be carried out at all (no such local address, no descriptor, program
// missing) is neither good nor bad. It counts as a miss, so that it fails the check when the retries are used up,
// also when it is the first result; and it says that it could not be carried out.
//
// How a service follows (ServiceMachine). Everything is a pure function of the current results and of one bit, the
// quorum state, which hysteresis makes necessary. No flags are kept by adding and subtracting, so no order of events
// leaves a server or the sorry server stuck.
//
// Two directors that are also each other's real servers (Presence). The active one hands a connection to the standby,
// and were the service in the standby's kernel too, it would balance the packet again, back and forth until its time
// to live is used up. So a service whose address belongs to a VRRP instance and one of whose real servers is this
// host is in the kernel only while that instance is MASTER here.
//
// Extensions. A recovered server can get back to its weight in steps (slow_start), unless it is the only one that
// works; the quorum counts its full weight meanwhile. A server that leaves the configuration can keep its connections
// with weight 0 until they are gone or a time is up (drain_timeout).
//
// Deviations from keepalived.
//   - A check that cannot be carried out fails its server; keepalived reschedules it and keeps the server.
//   - All URLs of an HTTP check are asked in one attempt; keepalived asks one per delay_loop. A broken second URL is
//     noticed after one period instead of two, and the retries count the attempt as a whole.
//   - Identical checks are made once.
//   - The presence rule above; `lvs_on_backup yes` gives keepalived's behaviour.
//   - After a restart the table is adopted: a server that is not in it starts as down. keepalived would add it first
//     and ask later.
//
// Sources: man keepalived.conf(5); linux/ip_vs.h and net/netfilter/ipvs/ip_vs_ctl.c for what the table can hold.
