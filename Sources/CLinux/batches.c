// Receiving in batches, and messages between processes: everything with control messages on the receiving side.
#define _GNU_SOURCE
#include <endian.h>
#include <errno.h>
#include <netinet/in.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "CLinuxSockets.h"

enum { control_size = CMSG_SPACE(sizeof(struct in6_pktinfo)) + CMSG_SPACE(sizeof(int)) };

struct linux_batch {
  int count;
  size_t size;
  struct mmsghdr *messages;
  struct iovec *vectors;
  struct sockaddr_in6 *sources;
  struct {
    _Alignas(struct cmsghdr) char octets[control_size];
  } *controls;
  uint8_t *octets;
};

struct linux_batch *linux_batch_create(int count, size_t size) {
  struct linux_batch *batch = calloc(1, sizeof *batch);
  if (!batch || count < 1) {
    free(batch);
    return NULL;
  }
  batch->count = count;
  batch->size = size;
  batch->messages = calloc((size_t)count, sizeof *batch->messages);
  batch->vectors = calloc((size_t)count, sizeof *batch->vectors);
  batch->sources = calloc((size_t)count, sizeof *batch->sources);
  batch->controls = calloc((size_t)count, sizeof *batch->controls);
  batch->octets = calloc((size_t)count, size);
  if (batch->messages && batch->vectors && batch->sources && batch->controls && batch->octets) return batch;
  linux_batch_destroy(batch);
  return NULL;
}

void linux_batch_destroy(struct linux_batch *batch) {
  if (!batch) return;
  free(batch->messages);
  free(batch->vectors);
  free(batch->sources);
  free(batch->controls);
  free(batch->octets);
  free(batch);
}

int linux_batch_receive(struct linux_batch *batch, int socket) {
  for (int index = 0; index < batch->count; index++) {
    batch->vectors[index].iov_base = batch->octets + (size_t)index * batch->size;
    batch->vectors[index].iov_len = batch->size;
    struct msghdr *header = &batch->messages[index].msg_hdr;
    header->msg_name = &batch->sources[index];
    header->msg_namelen = sizeof batch->sources[index];
    header->msg_iov = &batch->vectors[index];
    header->msg_iovlen = 1;
    header->msg_control = batch->controls[index].octets;
    header->msg_controllen = control_size;
    header->msg_flags = 0;
  }
  int count = recvmmsg(socket, batch->messages, (unsigned)batch->count, MSG_DONTWAIT, NULL);
  return count < 0 ? -errno : count;
}

static void decode_v6(struct linux_endpoint *endpoint, const struct in6_addr *address) {
  uint64_t halves[2];
  memcpy(halves, address, sizeof halves);
  endpoint->high = be64toh(halves[0]);
  endpoint->low = be64toh(halves[1]);
  endpoint->family = 6;
}

struct linux_packet linux_batch_packet(const struct linux_batch *batch, int index) {
  struct msghdr header = batch->messages[index].msg_hdr;
  struct linux_packet packet = {.octets = batch->octets + (size_t)index * batch->size,
                                .length = batch->messages[index].msg_len,
                                .hop_limit = -1,
                                .is_cut = (header.msg_flags & MSG_TRUNC) != 0};
  const struct sockaddr_in6 *source = &batch->sources[index];
  if (header.msg_namelen >= sizeof(struct sockaddr_in) && source->sin6_family == AF_INET) {
    struct sockaddr_in v4;
    memcpy(&v4, source, sizeof v4);
    packet.source.low = be32toh(v4.sin_addr.s_addr);
    packet.source.port = be16toh(v4.sin_port);
    packet.source.family = 4;
  } else if (header.msg_namelen >= sizeof(struct sockaddr_in6) && source->sin6_family == AF_INET6) {
    decode_v6(&packet.source, &source->sin6_addr);
    packet.source.scope = source->sin6_scope_id;
    packet.source.port = be16toh(source->sin6_port);
  }
  for (struct cmsghdr *control = CMSG_FIRSTHDR(&header); control; control = CMSG_NXTHDR(&header, control)) {
    if (control->cmsg_level != IPPROTO_IPV6) continue;
    if (control->cmsg_type == IPV6_HOPLIMIT && control->cmsg_len >= CMSG_LEN(sizeof(int))) {
      memcpy(&packet.hop_limit, CMSG_DATA(control), sizeof packet.hop_limit);
    } else if (control->cmsg_type == IPV6_PKTINFO && control->cmsg_len >= CMSG_LEN(sizeof(struct in6_pktinfo))) {
      struct in6_pktinfo information;
      memcpy(&information, CMSG_DATA(control), sizeof information);
      decode_v6(&packet.destination, &information.ipi6_addr);
      packet.interface = (int)information.ipi6_ifindex;
    }
  }
  return packet;
}

ssize_t linux_send_descriptors(int socket, const void *octets, size_t length, const int *descriptors, int count) {
  if (count < 0 || count > linux_most_descriptors) return -EINVAL;
  union {
    struct cmsghdr header;
    char octets[CMSG_SPACE(sizeof(int) * linux_most_descriptors)];
  } control;
  memset(&control, 0, sizeof control);
  struct iovec vector = {.iov_base = (void *)octets, .iov_len = length};
  struct msghdr message = {.msg_iov = &vector, .msg_iovlen = 1};
  if (count > 0) {
    message.msg_control = &control;
    message.msg_controllen = CMSG_SPACE(sizeof(int) * (size_t)count);
    struct cmsghdr *header = CMSG_FIRSTHDR(&message);
    header->cmsg_level = SOL_SOCKET;
    header->cmsg_type = SCM_RIGHTS;
    header->cmsg_len = CMSG_LEN(sizeof(int) * (size_t)count);
    memcpy(CMSG_DATA(header), descriptors, sizeof(int) * (size_t)count);
  }
  ssize_t sent = sendmsg(socket, &message, MSG_DONTWAIT | MSG_NOSIGNAL);
  return sent < 0 ? -errno : sent;
}

ssize_t linux_receive_descriptors(int socket, void *octets, size_t capacity, int *descriptors, int *count) {
  union {
    struct cmsghdr header;
    char octets[CMSG_SPACE(sizeof(int) * linux_most_descriptors)];
  } control;
  struct iovec vector = {.iov_base = octets, .iov_len = capacity};
  struct msghdr message = {
      .msg_iov = &vector, .msg_iovlen = 1, .msg_control = &control, .msg_controllen = sizeof control};
  *count = 0;
  ssize_t received = recvmsg(socket, &message, MSG_DONTWAIT | MSG_CMSG_CLOEXEC);
  if (received < 0) return -errno;
  for (struct cmsghdr *header = CMSG_FIRSTHDR(&message); header; header = CMSG_NXTHDR(&message, header)) {
    if (header->cmsg_level != SOL_SOCKET || header->cmsg_type != SCM_RIGHTS) continue;
    int arrived = (int)((header->cmsg_len - CMSG_LEN(0)) / sizeof(int));
    for (int index = 0; index < arrived; index++) {
      int descriptor;
      memcpy(&descriptor, CMSG_DATA(header) + sizeof(int) * (size_t)index, sizeof descriptor);
      if (*count < linux_most_descriptors) {
        descriptors[(*count)++] = descriptor;
      } else {
        close(descriptor);
      }
    }
  }
  if (!(message.msg_flags & MSG_CTRUNC)) return received;
  for (int index = 0; index < *count; index++) close(descriptors[index]);
  *count = 0;
  return -EBADMSG;
}
