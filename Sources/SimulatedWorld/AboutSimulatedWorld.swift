// The simulated world
// ===================
//
// Role. The second of the two Worlds. Whatever a service asks of the outside through the protocols of World, this library
// answers from memory, in virtual time, by one thread, and from one seed. The same seed gives the same run, bit for bit.
//
// Terms. The *timeline* is the virtual time with everything that is going to happen; between two happenings no time
// passes. A *host* is a machine with a kernel: links, addresses, routes, rules, an IPVS table, clocks of its own. A
// *segment* is an Ethernet that joins links. A *process* is a program on a host with its *loop*: it can be paused,
// starved, killed; the kernel's state outlives it. A *neighbour* is a client with a cache of who has which address. A
// *server* is a real server that answers checks, or does not.
//
// How near it is to Linux, where that matters to the services:
//  - A turn of a loop has the order of LinuxWorld's reactor: what is ready to be read, what was put off, jobs, alarms.
//    A process that was paused finds packets and netlink messages in its sockets and reads them before alarms ring.
//  - What a process knows of the network is a copy that follows the kernel by messages. They arrive later than the
//    change; when a socket overflows they are lost, and the state is read again (`.resynchronized`).
//  - Sockets have bounded queues, of which the newest packets are dropped.
//  - An interface that loses its carrier keeps its addresses; one that is removed takes them along.
//  - IPv4 routes vanish silently with their link.
//  - What is already as wanted is a success, as the World protocols say.
//  - A monotonic clock per host with an origin of its own: whoever compares moments of two hosts is found out. The wall
//    clock can jump.
//
// What it leaves out: the content of frames other than adverts (announcements arrive as values), TLS (a handshake takes
// a round trip and succeeds or not), routing between segments, and the time that computing takes.
//
// Chance. There is one generator for each kind of decision (network, processes, servers), derived from the seed, so that
// leaving out one fault of a schedule disturbs the rest as little as possible.
//
// Trace. Everything that leaves or enters a host is folded into a hash, and written as a line when somebody reads along.
// Two runs of one seed have the same hash; a hash that differs means that something depends on more than the seed.
//
// Tampering. `Tampering` makes a process's world lie to it: packets changed, calls swallowed, alarms late. That is how
// deliberately wrong programs are made to prove that the simulation would notice, without a line of production code.
//
// Threads. None: everything happens on the thread that runs the timeline, which makes every `@unchecked Sendable` in this
// library sound.
