#define _GNU_SOURCE
#include "CLinuxProcessTable.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <linux/cn_proc.h>
#include <linux/connector.h>
#include <linux/netlink.h>
#include <pthread.h>
#include <sched.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

static int subscribe(int socket) {
  // The connector's header ends in an array without length, so the parts are laid out by hand.
  const enum proc_cn_mcast_op operation = PROC_CN_MCAST_LISTEN;
  const struct cn_msg connector = {.id = {CN_IDX_PROC, CN_VAL_PROC}, .len = sizeof operation};
  char request[NLMSG_SPACE(sizeof connector + sizeof operation)] = {0};
  const struct nlmsghdr header = {.nlmsg_len = NLMSG_LENGTH(sizeof connector + sizeof operation), .nlmsg_type = NLMSG_DONE};
  memcpy(request, &header, sizeof header);
  memcpy(request + NLMSG_HDRLEN, &connector, sizeof connector);
  memcpy(request + NLMSG_HDRLEN + sizeof connector, &operation, sizeof operation);
  struct sockaddr_nl group = {.nl_family = AF_NETLINK, .nl_groups = CN_IDX_PROC};
  struct sockaddr_nl kernel = {.nl_family = AF_NETLINK};
  if (bind(socket, (struct sockaddr *)&group, sizeof group) < 0) return -errno;
  ssize_t sent = sendto(socket, request, header.nlmsg_len, MSG_NOSIGNAL, (struct sockaddr *)&kernel, sizeof kernel);
  return sent < 0 ? -errno : 0;
}

static int open_here(void) {
  int descriptor = socket(AF_NETLINK, SOCK_DGRAM | SOCK_CLOEXEC | SOCK_NONBLOCK, NETLINK_CONNECTOR);
  if (descriptor < 0) return -errno;
  // A host may start hundreds of processes at once.
  int size = 1 << 20;
  if (setsockopt(descriptor, SOL_SOCKET, SO_RCVBUFFORCE, &size, sizeof size) < 0) {
    setsockopt(descriptor, SOL_SOCKET, SO_RCVBUF, &size, sizeof size);
  }
  int result = subscribe(descriptor);
  if (result >= 0) return descriptor;
  close(descriptor);
  return result;
}

// A thread of its own enters the namespace of the first process, which is the initial one unless this is a container,
// and ends there: so no thread that has other work can be left in the wrong namespace.
static void *open_there(void *result) {
  int *descriptor = result;
  int namespace = open("/proc/1/ns/net", O_RDONLY | O_CLOEXEC);
  if (namespace < 0) {
    *descriptor = -errno;
    return NULL;
  }
  *descriptor = setns(namespace, CLONE_NEWNET) < 0 ? -errno : open_here();
  close(namespace);
  return NULL;
}

int linux_process_events_open(void) {
  int descriptor = open_here();
  if (descriptor != -ECONNREFUSED) return descriptor;
  pthread_t thread;
  if (pthread_create(&thread, NULL, open_there, &descriptor)) return -ECONNREFUSED;
  pthread_join(thread, NULL);
  return descriptor;
}

ssize_t linux_process_events_receive(int socket, void *octets, size_t capacity) {
  struct sockaddr_nl sender = {0};
  socklen_t length = sizeof sender;
  ssize_t received = recvfrom(socket, octets, capacity, MSG_DONTWAIT, (struct sockaddr *)&sender, &length);
  if (received < 0) return -errno;
  return sender.nl_pid == 0 ? received : 0;
}

struct linux_process_list {
  DIR *directory;
};

struct linux_process_list *linux_process_list_open(void) {
  struct linux_process_list *list = malloc(sizeof *list);
  if (!list) return NULL;
  list->directory = opendir("/proc");
  if (list->directory) return list;
  free(list);
  return NULL;
}

pid_t linux_process_list_next(struct linux_process_list *list) {
  struct dirent *entry;
  while ((entry = readdir(list->directory))) {
    if (entry->d_name[0] >= '1' && entry->d_name[0] <= '9') return (pid_t)atoi(entry->d_name);
  }
  return 0;
}

void linux_process_list_close(struct linux_process_list *list) {
  closedir(list->directory);
  free(list);
}
