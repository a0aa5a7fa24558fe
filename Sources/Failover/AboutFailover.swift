// Failover: VRRP at work
// ======================
//
// The VRRP library decides; this one does. `FailoverGroup` is an actor for one sync group, on the role's loop. Everything
// that happens (alarm, packet, change of the network, tracker, reload) becomes an event of the group's machine, goes in
// by one door, and comes out as effects.
//
// Lanes. What is to be done goes to four lanes, and a lane moves only when those before it are empty:
//  1. packets, at once: a new master's first advert leaves before anything else is touched;
//  2. the kernel: addresses, routes and rules, in batches of `operationsPerTurn`; the rest in later turns of the loop, so
//     that a thousand addresses keep no advert waiting;
//  3. announcements, breadth-first (every address once before any twice), at most `announcementsPerTurn` in a turn;
//  4. reports: who is told "MASTER" finds the addresses there.
//
// Holdings. What a router holds in the kernel is not kept by adding and taking away. `Holdings` knows what is wanted,
// computed anew from settings and interfaces, and what is held, and writes the difference. Leftovers of an earlier
// process count as held, so a router that begins as backup removes them and one that resumes as master adopts them.
// Something that another program removed is no longer held; the machine says when it may be put back.
//
// Facts. `Surroundings` computes a router's inputs from the state of the network: its interface, the address to send
// from, tracked interfaces. The source is the primary address of the interface that is no virtual address of this
// host. When several are there, one in the network of the first virtual address is preferred, else the lowest; the one
// in use is kept as long as it is there.
//
// An owner (priority 255) may find its virtual address as the interface's only address: then it is the host's own, is
// used as the source, and is never removed.
//
// Virtual interfaces. A router with `use_vmac` or `use_ipvlan` has an interface of its own on top of the configured one.
// It is made before the router begins and made anew when it vanishes; it carries the addresses, and the adverts too
// unless they go by the base. The source address stays that of the base. It is removed last, when nothing is on it.
// Single addresses may have one as well (`use_vmac_addr`); that it cannot be made is told, and is no fault of the router.
//
// no_accept is not the groups' business: the packet filter is written with the configuration, whatever the states.
//
// Static items. `StaticItems` keeps addresses, routes and rules that are there whatever the states, with the same Holdings.
