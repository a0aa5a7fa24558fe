// Simulation: whole clusters under fire
// =====================================
//
// Role. Two to sixteen director hosts with the production actors of Failover and Balancing, real servers and a client run
// in SimulatedWorld, while everything goes wrong that a schedule says. Judges look on and say what must not be.
//
// A run. A seed makes a `Plan` (what is configured, as real configuration texts that the production parser reads and the
// production code turns into settings) and a schedule of faults. A `Cluster` builds the hosts, starts their daemons, and
// lets the schedule happen. Then everything is healed, the cluster gets time to settle, has to be in the one right state,
// and is left alone for a while, in which nothing may move.
//
// What stands for the daemon. `ElectionProcess` and `BalancingProcess` are the two roles without Linux: they hold the
// same actors and pass the same messages. `Node` stands for the supervisor: it starts roles again, keeps the memory of
// routers, and passes messages on with the delay of two sockets.
//
// The judges (`Judge` and the files beside it) know what arrived in which socket when, which ways are clear since when,
// and which processes run, and derive from that what the program may and must do:
//  - oneMaster: of two masters where the worse hears the better, the worse gives way within two adverts.
//  - served: who hears nobody with a better right for its master-down interval takes over.
//  - flap: nobody becomes master while adverts with a better right arrive, or gives up mastership without having heard
//    a better right; nobody is in FAULT without a fault.
//  - wholeGroup: the members of a sync group are master together or not at all.
//  - holdings: what is not master holds no virtual address; what is master holds all of them, soon.
//  - firstAdvert: nobody adds a virtual address before the advert that says so.
//  - neighbours: the client knows the new master as soon as there is one.
//  - handover: an orderly stop is followed by a new master within the skew time.
//  - table: the IPVS table is what the health of the servers says, beyond the schedule of their checks.
//  - notices: each notification begins where the one before it ended, and the last one tells the truth.
//  - bounds: sockets, alarms, deferred work and connections do not grow.
//  - settled, calm: in the end everything is in its one right place, and stays there.
//
// Mutants. Deliberately wrong programs, made by `Tampering` and `Alteration`, each of which some judge has to find.
//
// A violation is printed with its seed; the seed with `--trace` tells the story, with `--shrink` the shortest one.
