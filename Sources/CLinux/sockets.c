#define _GNU_SOURCE
#include "CLinuxSockets.h"

#include <arpa/inet.h>
#include <endian.h>
#include <errno.h>
#include <linux/ethtool.h>
#include <linux/filter.h>
#include <linux/if_ether.h>
#include <linux/if_packet.h>
#include <linux/mii.h>
#include <linux/sockios.h>
#include <net/if.h>
#include <netinet/icmp6.h>
#include <netinet/in.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#ifndef SO_BINDTOIFINDEX
#define SO_BINDTOIFINDEX 62
#endif
#ifndef IPV6_MULTICAST_ALL
#define IPV6_MULTICAST_ALL 29
#endif
#ifndef IPV6_FREEBIND
#define IPV6_FREEBIND 78
#endif

enum { class_selector_6 = 0xc0 };

union address {
  struct sockaddr any;
  struct sockaddr_in v4;
  struct sockaddr_in6 v6;
};

static int outcome(int result) { return result < 0 ? -errno : result; }
static ssize_t amount(ssize_t result) { return result < 0 ? -errno : result; }
static int family_of(int family) { return family == 6 ? AF_INET6 : AF_INET; }

static struct in6_addr v6_of(struct linux_endpoint endpoint) {
  uint64_t halves[2] = {htobe64(endpoint.high), htobe64(endpoint.low)};
  struct in6_addr address;
  memcpy(&address, halves, sizeof address);
  return address;
}

static socklen_t encode(union address *address, struct linux_endpoint endpoint) {
  memset(address, 0, sizeof *address);
  if (endpoint.family == 6) {
    address->v6.sin6_family = AF_INET6;
    address->v6.sin6_port = htons(endpoint.port);
    address->v6.sin6_addr = v6_of(endpoint);
    address->v6.sin6_scope_id = endpoint.scope;
    return sizeof address->v6;
  }
  address->v4.sin_family = AF_INET;
  address->v4.sin_port = htons(endpoint.port);
  address->v4.sin_addr.s_addr = htonl((uint32_t)endpoint.low);
  return sizeof address->v4;
}

static void decode_v6(struct linux_endpoint *endpoint, const struct in6_addr *address) {
  uint64_t halves[2];
  memcpy(halves, address, sizeof halves);
  endpoint->high = be64toh(halves[0]);
  endpoint->low = be64toh(halves[1]);
  endpoint->family = 6;
}

static struct linux_endpoint decode(const union address *address) {
  struct linux_endpoint endpoint = {0};
  if (address->any.sa_family == AF_INET6) {
    decode_v6(&endpoint, &address->v6.sin6_addr);
    endpoint.scope = address->v6.sin6_scope_id;
    endpoint.port = ntohs(address->v6.sin6_port);
  } else if (address->any.sa_family == AF_INET) {
    endpoint.low = ntohl(address->v4.sin_addr.s_addr);
    endpoint.port = ntohs(address->v4.sin_port);
    endpoint.family = 4;
  }
  return endpoint;
}

int linux_socket(int kind, int family, int protocol) {
  int icmp = family == 6 ? IPPROTO_ICMPV6 : IPPROTO_ICMP;
  int type = kind == linux_stream ? SOCK_STREAM : kind == linux_raw ? SOCK_RAW : SOCK_DGRAM;
  int number = kind == linux_raw ? protocol : kind == linux_ping ? icmp : 0;
  return outcome(socket(family_of(family), type | SOCK_NONBLOCK | SOCK_CLOEXEC, number));
}

int linux_frame_socket(void) { return outcome(socket(AF_PACKET, SOCK_RAW | SOCK_NONBLOCK | SOCK_CLOEXEC, 0)); }

int linux_link_listener(int interface) {
  int descriptor = socket(AF_PACKET, SOCK_RAW | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
  if (descriptor < 0) return -errno;
  // Bound with its protocol only now: before that it would hear every interface.
  struct sockaddr_ll link = {
      .sll_family = AF_PACKET, .sll_protocol = htons(ETH_P_ALL), .sll_ifindex = interface};
  struct packet_mreq every_group = {.mr_ifindex = interface, .mr_type = PACKET_MR_ALLMULTI};
  if (bind(descriptor, (struct sockaddr *)&link, sizeof link) < 0 ||
      setsockopt(descriptor, SOL_PACKET, PACKET_ADD_MEMBERSHIP, &every_group, sizeof every_group) < 0) {
    int code = errno;
    close(descriptor);
    return -code;
  }
  return descriptor;
}

int linux_set_option(int socket, int level, int name, int value) {
  return outcome(setsockopt(socket, level, name, &value, sizeof value));
}

int linux_bind_to_device(int socket, const char *interface) {
  size_t length = strnlen(interface, IFNAMSIZ);
  if (length >= IFNAMSIZ) return -ENODEV;
  return outcome(setsockopt(socket, SOL_SOCKET, SO_BINDTODEVICE, interface, (socklen_t)length + 1));
}

int linux_bind_to_interface(int socket, int interface) {
  // The option takes numbers of interfaces that do not exist.
  char name[IFNAMSIZ];
  if (!if_indextoname((unsigned)interface, name)) return -ENODEV;
  int result = linux_set_option(socket, SOL_SOCKET, SO_BINDTOIFINDEX, interface);
  return result == -ENOPROTOOPT ? linux_bind_to_device(socket, name) : result;
}

int linux_bind(int socket, struct linux_endpoint endpoint) {
  union address address;
  socklen_t length = encode(&address, endpoint);
  return outcome(bind(socket, &address.any, length));
}

int linux_connect(int socket, struct linux_endpoint endpoint) {
  union address address;
  socklen_t length = encode(&address, endpoint);
  return outcome(connect(socket, &address.any, length));
}

int linux_listen(struct linux_endpoint endpoint, int backlog) {
  int descriptor = linux_socket(linux_stream, endpoint.family, 0);
  if (descriptor < 0) return descriptor;
  linux_set_option(descriptor, SOL_SOCKET, SO_REUSEADDR, 1);
  int result = linux_bind(descriptor, endpoint);
  if (result >= 0) result = outcome(listen(descriptor, backlog));
  if (result >= 0) return descriptor;
  close(descriptor);
  return result;
}

int linux_socket_error(int socket) {
  int error = 0;
  socklen_t length = sizeof error;
  return getsockopt(socket, SOL_SOCKET, SO_ERROR, &error, &length) < 0 ? errno : error;
}

struct linux_endpoint linux_local_endpoint(int socket) {
  union address address = {0};
  socklen_t length = sizeof address;
  if (getsockname(socket, &address.any, &length) < 0) memset(&address, 0, sizeof address);
  return decode(&address);
}

struct linux_endpoint linux_remote_endpoint(int socket) {
  union address address = {0};
  socklen_t length = sizeof address;
  if (getpeername(socket, &address.any, &length) < 0) memset(&address, 0, sizeof address);
  return decode(&address);
}

int linux_join_group(int socket, struct linux_endpoint group, int interface) {
  if (group.family == 6) {
    struct ipv6_mreq request = {.ipv6mr_multiaddr = v6_of(group), .ipv6mr_interface = (unsigned)interface};
    return outcome(setsockopt(socket, IPPROTO_IPV6, IPV6_ADD_MEMBERSHIP, &request, sizeof request));
  }
  struct ip_mreqn request = {.imr_multiaddr.s_addr = htonl((uint32_t)group.low), .imr_ifindex = interface};
  return outcome(setsockopt(socket, IPPROTO_IP, IP_ADD_MEMBERSHIP, &request, sizeof request));
}

int linux_receive_buffer(int socket, int octets) {
  if (linux_set_option(socket, SOL_SOCKET, SO_RCVBUFFORCE, octets) >= 0) return 0;
  return linux_set_option(socket, SOL_SOCKET, SO_RCVBUF, octets);
}

int linux_only_echo_replies(int socket, int family) {
  if (family == 6) {
    struct icmp6_filter filter;
    ICMP6_FILTER_SETBLOCKALL(&filter);
    ICMP6_FILTER_SETPASS(ICMP6_ECHO_REPLY, &filter);
    return outcome(setsockopt(socket, IPPROTO_ICMPV6, ICMP6_FILTER, &filter, sizeof filter));
  }
  // linux/icmp.h cannot stand beside net/if.h: ICMP_FILTER is 1, and a set bit keeps that type of message away.
  const uint32_t all_but_echo_replies = ~1U;
  return outcome(setsockopt(socket, SOL_RAW, 1, &all_but_echo_replies, sizeof all_but_echo_replies));
}

struct option {
  int level, name, value, is_needed;
};

static int set_options(int socket, const struct option *options, size_t count) {
  for (size_t index = 0; index < count; index++) {
    const struct option *option = &options[index];
    int result = linux_set_option(socket, option->level, option->name, option->value);
    if (result < 0 && option->is_needed) return result;
  }
  return 0;
}

int linux_prepare_advert_socket(int socket, int family, int interface, int checksum_offset) {
  if (family == 6) {
    const struct option options[] = {
        {IPPROTO_IPV6, IPV6_RECVHOPLIMIT, 1, 1},
        {IPPROTO_IPV6, IPV6_RECVPKTINFO, 1, 1},
        {IPPROTO_IPV6, IPV6_MULTICAST_LOOP, 0, 1},
        {IPPROTO_IPV6, IPV6_MULTICAST_HOPS, 255, 1},
        {IPPROTO_IPV6, IPV6_UNICAST_HOPS, 255, 1},
        {IPPROTO_IPV6, IPV6_MULTICAST_IF, interface, interface != 0},
        {IPPROTO_IPV6, IPV6_MULTICAST_ALL, 0, 0},
        {IPPROTO_IPV6, IPV6_TCLASS, class_selector_6, 1},
        {IPPROTO_IPV6, IPV6_FREEBIND, 1, 0},
    };
    int result = set_options(socket, options, sizeof options / sizeof *options);
    if (result < 0 || checksum_offset < 0) return result;
    return linux_set_option(socket, IPPROTO_IPV6, IPV6_CHECKSUM, checksum_offset);
  }
  const struct option options[] = {
      {IPPROTO_IP, IP_HDRINCL, 1, 1},
      {IPPROTO_IP, IP_MULTICAST_LOOP, 0, 1},
      {IPPROTO_IP, IP_MULTICAST_TTL, 255, 1},
      {IPPROTO_IP, IP_MULTICAST_ALL, 0, 1},
      {IPPROTO_IP, IP_TOS, class_selector_6, 1},
      {IPPROTO_IP, IP_FREEBIND, 1, 0},
  };
  int result = set_options(socket, options, sizeof options / sizeof *options);
  if (result < 0 || !interface) return result;
  struct ip_mreqn request = {.imr_ifindex = interface};
  return outcome(setsockopt(socket, IPPROTO_IP, IP_MULTICAST_IF, &request, sizeof request));
}

static int send_flags(int directly) { return MSG_DONTWAIT | MSG_NOSIGNAL | (directly ? MSG_DONTROUTE : 0); }

ssize_t linux_send_packet(int socket, const void *packet, size_t length, struct linux_endpoint to, int directly) {
  union address address;
  socklen_t size = encode(&address, to);
  return amount(sendto(socket, packet, length, send_flags(directly), &address.any, size));
}

ssize_t linux_send_payload(int socket, const void *payload, size_t length, struct linux_endpoint to,
                           struct linux_endpoint from, int interface, int hop_limit, int directly) {
  union address address;
  socklen_t size = encode(&address, to);
  union {
    struct cmsghdr header;
    char octets[CMSG_SPACE(sizeof(struct in6_pktinfo)) + CMSG_SPACE(sizeof(int))];
  } control;
  memset(&control, 0, sizeof control);
  struct iovec vector = {.iov_base = (void *)payload, .iov_len = length};
  struct msghdr message = {.msg_name = &address,
                           .msg_namelen = size,
                           .msg_iov = &vector,
                           .msg_iovlen = 1,
                           .msg_control = &control,
                           .msg_controllen = sizeof control};

  struct cmsghdr *header = CMSG_FIRSTHDR(&message);
  header->cmsg_level = IPPROTO_IPV6;
  header->cmsg_type = IPV6_PKTINFO;
  header->cmsg_len = CMSG_LEN(sizeof(struct in6_pktinfo));
  struct in6_pktinfo information = {.ipi6_addr = v6_of(from), .ipi6_ifindex = (unsigned)interface};
  memcpy(CMSG_DATA(header), &information, sizeof information);

  header = CMSG_NXTHDR(&message, header);
  header->cmsg_level = IPPROTO_IPV6;
  header->cmsg_type = IPV6_HOPLIMIT;
  header->cmsg_len = CMSG_LEN(sizeof(int));
  memcpy(CMSG_DATA(header), &hop_limit, sizeof hop_limit);
  return amount(sendmsg(socket, &message, send_flags(directly)));
}

ssize_t linux_send_frame(int socket, const void *frame, size_t length, int interface) {
  struct sockaddr_ll address = {.sll_family = AF_PACKET, .sll_ifindex = interface};
  return amount(sendto(socket, frame, length, send_flags(0), (struct sockaddr *)&address, sizeof address));
}

ssize_t linux_send(int socket, const void *octets, size_t length) {
  return amount(send(socket, octets, length, send_flags(0)));
}

ssize_t linux_receive(int socket, void *octets, size_t capacity) {
  return amount(recv(socket, octets, capacity, MSG_DONTWAIT));
}

ssize_t linux_discard(int socket, size_t limit) { return amount(recv(socket, NULL, limit, MSG_DONTWAIT | MSG_TRUNC)); }

static int mii_beat(int socket, struct ifreq *request) {
  // The kernel keeps the registers' numbers where it keeps everything else of a request.
  struct mii_ioctl_data *registers = (struct mii_ioctl_data *)&request->ifr_data;
  if (ioctl(socket, SIOCGMIIPHY, request) < 0) return -errno;
  registers->reg_num = MII_BMSR;
  // A link that was lost is remembered until the register is read: the second reading is about now.
  for (int reading = 0; reading < 2; reading++) {
    if (ioctl(socket, SIOCGMIIREG, request) < 0) return -errno;
  }
  return (registers->val_out & BMSR_LSTATUS) != 0;
}

int linux_link_beat(const char *interface, int method) {
  struct ifreq request = {0};
  if (strlen(interface) >= sizeof request.ifr_name) return -ENAMETOOLONG;
  strcpy(request.ifr_name, interface);
  int control = socket(AF_INET, SOCK_DGRAM | SOCK_CLOEXEC, 0);
  if (control < 0) return -errno;
  int result;
  if (method == linux_beat_mii) {
    result = mii_beat(control, &request);
  } else if (method == linux_beat_ethtool) {
    struct ethtool_value value = {.cmd = ETHTOOL_GLINK};
    request.ifr_data = (char *)&value;
    result = ioctl(control, SIOCETHTOOL, &request) < 0 ? -errno : value.data != 0;
  } else {
    result = ioctl(control, SIOCGIFFLAGS, &request) < 0 ? -errno : (request.ifr_flags & IFF_RUNNING) != 0;
  }
  close(control);
  return result;
}

int linux_filter_virtual_routers(int socket, int family, int protocol, const uint8_t *identifiers, int count) {
  if (count < 0) {
    int nothing = 0;
    int detached = setsockopt(socket, SOL_SOCKET, SO_DETACH_FILTER, &nothing, sizeof nothing);
    return detached < 0 && errno != ENOENT ? -errno : 0;
  }
  if (count > 255) return -EINVAL;
  // The identifier is the second octet of the message, behind 24 octets of an authentication header. An IPv4 packet
  // begins with its header, whose length the second instruction finds out; an IPv6 one comes without.
  const uint32_t offset = protocol == 51 ? 25 : 1;
  struct sock_filter program[255 + 4];
  unsigned short length = 0;
  if (family == 4) {
    program[length++] = (struct sock_filter)BPF_STMT(BPF_LDX | BPF_B | BPF_MSH, 0);
    program[length++] = (struct sock_filter)BPF_STMT(BPF_LD | BPF_B | BPF_IND, offset);
  } else {
    program[length++] = (struct sock_filter)BPF_STMT(BPF_LD | BPF_B | BPF_ABS, offset);
  }
  for (int index = 0; index < count; index++) {
    // Where it is equal, past the others and the refusal.
    program[length++] =
        (struct sock_filter)BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, identifiers[index], (uint8_t)(count - index), 0);
  }
  program[length++] = (struct sock_filter)BPF_STMT(BPF_RET | BPF_K, 0);
  program[length++] = (struct sock_filter)BPF_STMT(BPF_RET | BPF_K, 0xffffffff);
  struct sock_fprog filter = {.len = length, .filter = program};
  return setsockopt(socket, SOL_SOCKET, SO_ATTACH_FILTER, &filter, sizeof filter) < 0 ? -errno : 0;
}
