#define _GNU_SOURCE
#include <errno.h>
#include <fcntl.h>
#include <stddef.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <unistd.h>

#include "CLinuxSockets.h"

static int outcome(int result) { return result < 0 ? -errno : result; }

struct linux_socket_pair linux_connected_pair(void) {
  int ends[2];
  if (socketpair(AF_UNIX, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0, ends) < 0)
    return (struct linux_socket_pair){.error = errno, .first = -1, .second = -1};
  return (struct linux_socket_pair){.first = ends[0], .second = ends[1]};
}

struct linux_socket_pair linux_pipe(void) {
  int ends[2];
  if (pipe2(ends, O_NONBLOCK | O_CLOEXEC) < 0)
    return (struct linux_socket_pair){.error = errno, .first = -1, .second = -1};
  return (struct linux_socket_pair){.first = ends[0], .second = ends[1]};
}

static int unix_address(struct sockaddr_un *address, const char *path) {
  memset(address, 0, sizeof *address);
  address->sun_family = AF_UNIX;
  size_t length = strlen(path);
  if (length == 0 || length >= sizeof address->sun_path) return -ENAMETOOLONG;
  memcpy(address->sun_path, path, length + 1);
  return 0;
}

int linux_unix_connect(const char *path) {
  struct sockaddr_un address;
  int result = unix_address(&address, path);
  if (result < 0) return result;
  int descriptor = socket(AF_UNIX, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
  if (descriptor < 0) return -errno;
  if (connect(descriptor, (struct sockaddr *)&address, sizeof address) == 0) return descriptor;
  result = -errno;
  close(descriptor);
  return result;
}

// A socket file that nobody listens at is what a crash leaves behind; anything else at the path is not ours to remove.
static int clear_path(const char *path) {
  struct stat status;
  if (lstat(path, &status) < 0) return errno == ENOENT ? 0 : -errno;
  if (!S_ISSOCK(status.st_mode)) return -EEXIST;
  int other = linux_unix_connect(path);
  if (other >= 0) {
    close(other);
    return -EADDRINUSE;
  }
  if (other == -EAGAIN) return -EADDRINUSE;
  return outcome(unlink(path));
}

int linux_unix_listen(const char *path, uint32_t mode, int backlog) {
  struct sockaddr_un address;
  int result = unix_address(&address, path);
  if (result < 0) return result;
  if ((result = clear_path(path)) < 0) return result;
  int descriptor = socket(AF_UNIX, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
  if (descriptor < 0) return -errno;
  // The mode of the file stands before anybody can connect: nobody can before listen.
  if (bind(descriptor, (struct sockaddr *)&address, sizeof address) == 0) {
    if (chmod(path, (mode_t)mode) == 0 && listen(descriptor, backlog) == 0) return descriptor;
    result = -errno;
    unlink(path);
  } else {
    result = -errno;
  }
  close(descriptor);
  return result;
}

int linux_accept(int socket) { return outcome(accept4(socket, NULL, NULL, SOCK_NONBLOCK | SOCK_CLOEXEC)); }

struct linux_peer linux_peer_of(int socket) {
  struct ucred credentials;
  socklen_t length = sizeof credentials;
  if (getsockopt(socket, SOL_SOCKET, SO_PEERCRED, &credentials, &length) < 0)
    return (struct linux_peer){.error = errno, .process = -1, .user = (uid_t)-1, .group = (gid_t)-1};
  return (struct linux_peer){.process = credentials.pid, .user = credentials.uid, .group = credentials.gid};
}

#ifndef SO_PEERGROUPS
#define SO_PEERGROUPS 59
#endif

int linux_peer_has_group(int socket, gid_t group) {
  gid_t groups[4096];
  socklen_t length = sizeof groups;
  if (getsockopt(socket, SOL_SOCKET, SO_PEERGROUPS, groups, &length) < 0) return 0;
  for (size_t index = 0; index < length / sizeof *groups; ++index)
    if (groups[index] == group) return 1;
  return 0;
}
