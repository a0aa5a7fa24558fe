#pragma once
#include <stddef.h>
#include <stdint.h>
#include <sys/types.h>

/// An Internet address with port. IPv6 addresses fill `high` and `low`, IPv4 addresses the lower half of `low`, both
/// as numbers, not in network order.
struct linux_endpoint {
  uint64_t high;
  uint64_t low;
  uint32_t scope;  ///< interface of a link-local IPv6 address
  uint16_t port;
  uint8_t family;  ///< 4, 6, or 0 for none
};

/// What a socket is for.
enum linux_socket_kind {
  linux_stream = 1,
  linux_datagram = 2,
  linux_ping = 3,
  linux_raw = 4,
};

/// A socket that does not wait and is closed on exec; `family` is 4 or 6, `protocol` counts for raw sockets only.
int linux_socket(int kind, int family, int protocol);
/// A socket that sends whole Ethernet frames and receives nothing.
int linux_frame_socket(void);
/// A socket that hears every frame of an interface, whichever multicast group it is for.
int linux_link_listener(int interface);
int linux_set_option(int socket, int level, int name, int value);
int linux_bind_to_device(int socket, const char *interface);
int linux_bind_to_interface(int socket, int interface);
int linux_bind(int socket, struct linux_endpoint endpoint);
/// Begins to connect: zero when connected, -EINPROGRESS while not yet.
int linux_connect(int socket, struct linux_endpoint endpoint);
/// A listening TCP socket.
int linux_listen(struct linux_endpoint endpoint, int backlog);
/// Takes and clears the socket's pending error, positive; zero for none.
int linux_socket_error(int socket);
/// The local address of a socket; family 0 when it has none.
struct linux_endpoint linux_local_endpoint(int socket);
/// The remote address of a socket; family 0 when it has none.
struct linux_endpoint linux_remote_endpoint(int socket);
int linux_join_group(int socket, struct linux_endpoint group, int interface);
/// Asks for as large a receive buffer as this process may have.
int linux_receive_buffer(int socket, int octets);
/// Lets only ICMP echo replies through a raw ICMP socket.
int linux_only_echo_replies(int socket, int family);

/// Sets what adverts of one family need: source and destination with each packet, hop limit, traffic class, no loop,
/// no packets of groups that others joined.
int linux_prepare_advert_socket(int socket, int family, int interface, int checksum_offset);
/// Sends an IPv4 packet whose header is in front.
ssize_t linux_send_packet(int socket, const void *packet, size_t length, struct linux_endpoint to, int directly);
/// Sends an IPv6 payload from `from` with a hop limit out of an interface.
ssize_t linux_send_payload(int socket, const void *payload, size_t length, struct linux_endpoint to,
                           struct linux_endpoint from, int interface, int hop_limit, int directly);
/// Sends a whole frame out of an interface.
ssize_t linux_send_frame(int socket, const void *frame, size_t length, int interface);
/// Sends on a connected socket without SIGPIPE.
ssize_t linux_send(int socket, const void *octets, size_t length);
/// Receives on a connected socket.
ssize_t linux_receive(int socket, void *octets, size_t capacity);
/// Discards up to `limit` octets that wait in a stream socket; returns how many.
ssize_t linux_discard(int socket, size_t limit);

/// Many packets received with one call.
struct linux_batch;
/// One packet of a batch; the octets stay until the next receive.
struct linux_packet {
  const uint8_t *octets;
  size_t length;
  struct linux_endpoint source;
  struct linux_endpoint destination;  ///< IPv6 only; family 0 when unknown
  int hop_limit;                      ///< -1 when unknown
  int interface;                      ///< 0 when unknown
  int is_cut;                         ///< larger than the buffer
};
/// Room for `count` packets of `size` octets; NULL without memory.
struct linux_batch *linux_batch_create(int count, size_t size);
void linux_batch_destroy(struct linux_batch *batch);
/// Receives what is there, at most the batch's room; returns how many packets.
int linux_batch_receive(struct linux_batch *batch, int socket);
struct linux_packet linux_batch_packet(const struct linux_batch *batch, int index);

/// Two sockets of a stream that are connected with each other.
struct linux_socket_pair {
  int error;  ///< zero, or a positive error number
  int first;
  int second;
};
struct linux_socket_pair linux_connected_pair(void);
/// A pipe that does not wait; `first` is read.
struct linux_socket_pair linux_pipe(void);
enum { linux_most_descriptors = 16 };
/// Sends octets, with the first of them descriptors.
ssize_t linux_send_descriptors(int socket, const void *octets, size_t length, const int *descriptors, int count);
/// Lets only packets of these virtual routers pass a raw socket for VRRP (112) or its authentication header (51): `count`
/// of them, at most 255, or with a count below zero all.
int linux_filter_virtual_routers(int socket, int family, int protocol, const uint8_t *identifiers, int count);

/// How to ask a driver whether a link has its carrier: by a register of the PHY, by ethtool, by the interface's flags.
enum { linux_beat_mii = 1, linux_beat_ethtool = 2, linux_beat_flags = 3 };
/// Asks a driver: 1 for a carrier, 0 for none.
int linux_link_beat(const char *interface, int method);

/// Receives octets and the descriptors that came with them (room for linux_most_descriptors), closed on exec.
/// -EBADMSG, and no descriptor is kept, when more came than there is room for.
ssize_t linux_receive_descriptors(int socket, void *octets, size_t capacity, int *descriptors, int *count);

/// A Unix socket that listens at a path of the file system, which is replaced when nobody listens there.
int linux_unix_listen(const char *path, uint32_t mode, int backlog);
/// A stream connected to a Unix socket.
int linux_unix_connect(const char *path);
/// Accepts a connection, not waiting, closed on exec.
int linux_accept(int socket);
/// Who is at the other end of a Unix socket.
struct linux_peer {
  int error;
  pid_t process;
  uid_t user;
  gid_t group;
};
struct linux_peer linux_peer_of(int socket);
/// Whether the process at the other end has a supplementary group: 1 yes, 0 no, or not known because it has thousands.
int linux_peer_has_group(int socket, gid_t group);
