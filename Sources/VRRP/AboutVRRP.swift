// The Virtual Router Redundancy Protocol
// =====================================
//
// Several hosts share addresses. One of them, the master, holds them and says so by an advert every interval; the
// others, the backups, take over when they hear nothing for the master-down interval. The highest priority wins.
//
// Terms. A *router* here is what keepalived calls an instance: one virtual router (VRID) of one family on one interface.
// A *sync group* is a set of routers that move together; a router that stands alone is a group of one. An *advert* is
// the one packet of the protocol. A *master-down interval* is `down_timer_adverts` intervals and the skew time, which is
// the shorter the higher the priority. The *owner* has priority 255 and is master whenever it is there.
//
// Shape. `Advertisement` writes and reads packets. `PacketJudge` decides whether a received packet is to be believed,
// check by check, each with a named reason. `RouterMachine` is one router as a value: it moves between INIT, FAULT,
// BACKUP and MASTER, but it never makes itself master: it claims, and `GroupMachine`, which owns the routers of a group
// as values, grants. So a group moves in one step. What is to be done comes out as effects; the shell that does it is
// the Failover library. Faults and priority are pure functions of the current facts (`RouterInputs`).
//
// Deviations from RFC 9568 (and 5798, 3768)
// - A master answers a lower advert at once, in all versions, as RFC 9568 has it (`lower_prio_no_advert` turns it off),
//   but not more often than every tenth of an interval, so that nobody can make it a flood's amplifier.
// - An address list that differs is counted and reported, never a reason to drop (keepalived 2.3 and later).
// - Version 3 over IPv4: both forms of the checksum are accepted and those of the other form counted, because the RFCs
//   and the implementations disagree; what is sent is configured.
//
// Deviations from keepalived, with reasons
// - `state MASTER` below priority 255 does not shorten the first wait. With a shorter wait the loss of a single advert
//   makes a booting host disturb a working master, and nothing is won: whoever is alone becomes master either way.
// - An address, route or rule that another program removed is put back at once, within limits, without a transition.
//   keepalived gives up mastership and is elected again, which turns a slip of the finger into an outage.
// - FAULT is computed from the facts of the moment. No order of events can leave it stuck.
// - A master that takes over from a living one, or contradicts one, announces its addresses once more a tenth of a second
//   later: the other may have announced them before it read the advert, and its word would stand until the second block.
//   Without a second block (`garp_lower_prio_delay 0`, `vrrp_min_garp`) there is none of these either.
// - A tracked thing that could not be examined is worse than unknown: whoever examines it says that it is down.
// - Both at 255 (two owners, a mistake): the tie-break by address applies; priorities are not lowered silently.
//
// Stalls (a SIGSTOP, a paused virtual machine, starvation)
// - A master that finds that its last advert is longer ago than the shortest master-down interval of its peers must
//   assume that one of them is master now. It sends nothing, neither adverts nor announcements, for one interval: the
//   adverts that waited in the sockets are read first, and a living peer sends another within that time. If it is still
//   master then, it advertises and announces its addresses anew. With `timer_expired_backup` (and `nopreempt`) one that
//   slept for longer than the best of its peers waits is backup at once.
// - A backup whose master-down timer rings more than an interval late does not know what was said meanwhile. It listens
//   once for two more intervals and the skew time: longer than a master that woke at the same moment. It does know when
//   the program was awake all the time and merely busy, with the takeover of hundreds of other routers perhaps.
//
// Planned handover. An operator may send a master away. The standard offers priority 0 for that, after which each backup
// waits for its skew time. Between Understudies the master asks first, still being master, who could take over; backups
// that follow it offer themselves; after a tenth of a second it orders the best of them, sends priority 0 as the standard
// has it, and lets go. Whoever is ordered claims at once. All of that is said in `HandoverMessage`s beside VRRP, never in
// adverts, and only then: a router that does not know them sees nothing but standard adverts. The former master leaves a
// lower master alone for as long as it hears it, or until the operator ends that, or until a fault or restart of its own.
//
// Restarts of the process. `RouterMemory` tells a new process what the old one did. A master back before its peers can
// have given it up advertises at once and stays; later than that it begins as backup like anybody else.
//
// Sources: RFC 9568, RFC 5798, RFC 3768, RFC 2338 §10 (authentication), draft-cassen-vrrp-auth-hmac; keepalived's
// manual page and behaviour on the wire.
