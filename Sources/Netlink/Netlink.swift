// Talking with the kernel over netlink (RFC 3549, netlink(7), rtnetlink(7)).
//
// Role: this library turns values of the project (addresses, routes, services) into messages to the kernel and back. It
// decides nothing: what should be in the kernel is known by Failover and Balancing, when to listen by the loop.
//
// Terms. A *session* is one netlink socket. It carries *datagrams* of one or more *messages*; a message is a header,
// the fixed part of its family, and *attributes*, which may be *nested*. A *request* asks for one thing and is answered
// by data, by an acknowledgement or by an error that carries the request's sequence number. A *dump* asks for all
// things of a kind and is answered by many messages and an end. A *monitor* is a session that belongs to groups to
// which the kernel reports changes.
//
// How it is cut:
//   Attribute, AttributeSet, MessageWriter, Message   the form of messages; values only, no system call
//   NetlinkSession and its extensions                 socket, batch, request, dump
//   Link-, Address-, Route-, RuleMessages             the family route, each attribute declared once in RouteAttributes
//   DirectorMessages, SyncDaemonMessages              the family IPVS, attributes in DirectorAttributes
//   LinkRequests, LinkParameters, LinkLedger          virtual links, and what has to be undone when they go
//   Firewall, FirewallMessages                        the family nf_tables, written as one table as a whole
//   KernelNetworkControl, NetworkMonitor              what the edge offers of them to the roles
//   KernelDirectorTable, KernelLinkControl
//
// libnl opens and binds the sockets and resolves generic families. Messages are encoded and decoded here, in Swift:
// octets from outside never meet pointer arithmetic, and change sets go out as batches, which libnl has no notion of.
//
// Batches. Requests are put into datagrams of up to 64, and only the last of a datagram asks for an acknowledgement;
// the kernel works in order and reports each error by sequence number anyway. When the last has been answered, those
// without an error have succeeded. For 1,000 destinations that is more than ten times faster than waiting for each.
//
// Strictness. Every length is checked, numbers must have exactly their width, and a message of a form we do not know
// is counted by reason (`MessageFault`) and dropped. Only datagrams from port 0, the kernel, count. A dump that the
// kernel says was disturbed (NLM_F_DUMP_INTR) is repeated. Lost events (ENOBUFS) are answered by reading all again.
//
// Differences to keepalived: it sends one request at a time and waits for each; it gives sizes of socket buffers to
// the user to tune and loses track when they overflow; it marks its addresses with a number from a file of iproute2,
// we always with 18 (`Origin`).
//
// Sources: RFC 3549; include/uapi/linux/{netlink,genetlink,rtnetlink,if_addr,if_link,fib_rules,ip_vs}.h; the
// manual pages named above; Documentation/userspace-api/netlink of the kernel.
