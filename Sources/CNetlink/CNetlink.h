// libnl-3, libnl-genl-3 and the kernel's netlink headers, as one Clang module.
//
// Swift imports enumerators and plain numbers, but neither casts and arithmetic in macros nor errno; what is needed of
// these stands here as constants and inline functions. A result below zero is an error number with its sign turned.
#pragma once

#include <errno.h>
#include <spawn.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/wait.h>

#include <linux/fib_rules.h>
#include <linux/genetlink.h>
#include <linux/if_addr.h>
#include <linux/if_link.h>
#include <linux/ila.h>
#include <linux/ip_vs.h>
#include <linux/lwtunnel.h>
#include <linux/mpls_iptunnel.h>
#include <linux/netlink.h>
#include <linux/rtnetlink.h>

#include <netlink/errno.h>
#include <netlink/genl/ctrl.h>
#include <netlink/genl/genl.h>
#include <netlink/netlink.h>
#include <netlink/socket.h>

// Attributes that the headers of some supported distributions lack.
static const int cnetlink_ifa_proto = 11;       // IFA_PROTO, Linux 5.18
static const int cnetlink_dest_tun_flags = 15;  // IPVS_DEST_ATTR_TUN_FLAGS, Linux 5.3

/// Sets a socket option of one number.
static inline int cnetlink_set_option(int socket, int level, int option, int value) {
  return setsockopt(socket, level, option, &value, sizeof value) == 0 ? 0 : -errno;
}

/// Sends messages to the kernel.
static inline ssize_t cnetlink_send(int socket, const void *octets, size_t length) {
  struct sockaddr_nl kernel = {.nl_family = AF_NETLINK};
  ssize_t sent;
  do {
    sent = sendto(socket, octets, length, MSG_NOSIGNAL, (struct sockaddr *)&kernel, sizeof kernel);
  } while (sent < 0 && errno == EINTR);
  return sent < 0 ? -errno : sent;
}

/// Receives one datagram without waiting and tells its length, which is more than `size` when it was cut, and its sender's port.
static inline ssize_t cnetlink_receive(int socket, void *octets, size_t size, uint32_t *port) {
  struct sockaddr_nl sender = {0};
  socklen_t length = sizeof sender;
  ssize_t received;
  do {
    received = recvfrom(socket, octets, size, MSG_TRUNC | MSG_DONTWAIT, (struct sockaddr *)&sender, &length);
  } while (received < 0 && errno == EINTR);
  *port = sender.nl_pid;
  return received < 0 ? -errno : received;
}

/// The system's words for an error number.
static inline const char *cnetlink_error_text(int code) { return strerror(code); }

/// Has modprobe(8) load a kernel module and waits for it; its exit status, or a negative error number.
static inline int cnetlink_load_module(const char *name) {
  static char program[] = "modprobe", quiet[] = "--quiet", end_of_options[] = "--", path[] = "PATH=/usr/sbin:/usr/bin:/sbin:/bin";
  char *const arguments[] = {program, quiet, end_of_options, (char *)name, NULL};
  char *const environment[] = {path, NULL};
  pid_t process;
  int status;
  int error = posix_spawn(&process, "/sbin/modprobe", NULL, NULL, arguments, environment);
  if (error != 0) return -error;
  while (waitpid(process, &status, 0) < 0) {
    if (errno != EINTR) return -errno;
  }
  return WIFEXITED(status) ? WEXITSTATUS(status) : -ECHILD;
}
