// Balancing: the actor that checks real servers and keeps the kernel's IPVS table as it should be.
//
// Role. The values and the arithmetic live in VirtualServices, the conversations in Dialogues. Here they meet the
// world: connections are opened, deadlines are kept, commands are written to the kernel, and what happened is told.
//
// How it works.
//   - One actor, the Director, on the loop of its role. Everything enters by `deliver` or by a callback of the loop,
//     runs to its end without waiting, and leaves as effects.
//   - A Probe is what is asked of one endpoint with one rhythm. Equal probes of any number of services are one: it
//     is made once, and its verdict goes to all its subscribers.
//   - All deadlines stand in one heap, of which the earliest is the alarm. When the alarm rings late because the
//     whole program stood still, what arrived in the meantime is read first, so that a stall of ours is not taken
//     for silence of theirs.
//   - Verdicts mark services as dirty. In the next turn of the loop dirty services are compared with what the kernel
//     is believed to hold, the differences are written in batches, and only then the reports go out: what is told is
//     already so. Nobody writes to the kernel anywhere else.
//   - What the kernel is believed to hold is what was read plus what was written since. It is read again each
//     reconcile period and after a surprise, so that changes behind our back are undone. Services that are not ours
//     are never touched.
//   - Work is done in slices of bounded size; between slices the loop turns, and answers and heartbeats get through.
//
// Takeover. When a VRRP instance becomes MASTER here, the services that wait for it are installed before `deliver`
// returns, and `servicesInstalled` is reported: the election announces the address only then.
//
// Failures. What the table tolerates by itself (adding what is there, removing what is not) does not come here. A
// service that vanished under our hands means that the table is read again. Any other failed command is reported
// once, and tried again each period.
