#define _GNU_SOURCE
#include "CLinuxHost.h"

#include <errno.h>
#include <fcntl.h>
#include <malloc.h>
#include <poll.h>
#include <stdio.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <time.h>
#include <unistd.h>

static int outcome(int result) { return result < 0 ? -errno : result; }

const char *linux_error_text(int code) {
  const char *text = strerrordesc_np(code);
  return text ? text : "unknown error";
}

int linux_memory_file(const char *name) { return outcome(memfd_create(name, MFD_CLOEXEC | MFD_ALLOW_SEALING)); }

void linux_keep_freed_memory(void) {
  mallopt(M_TRIM_THRESHOLD, 64 << 20);
  mallopt(M_MMAP_THRESHOLD, 4 << 20);
}

void linux_trim_memory(void) { malloc_trim(0); }

void *linux_map_shared(int descriptor, size_t length) {
  void *place = mmap(NULL, length, PROT_READ | PROT_WRITE, MAP_SHARED, descriptor, 0);
  return place == MAP_FAILED ? NULL : place;
}

int linux_memory_file_seal(int descriptor) {
  return outcome(fcntl(descriptor, F_ADD_SEALS, F_SEAL_WRITE | F_SEAL_GROW | F_SEAL_SHRINK | F_SEAL_SEAL));
}

int linux_lock_file(int descriptor) {
  struct flock lock = {.l_type = F_WRLCK, .l_whence = SEEK_SET};
  int result = outcome(fcntl(descriptor, F_OFD_SETLK, &lock));
  return result == -EACCES ? -EAGAIN : result;
}

int linux_names_open_file(const char *path, int descriptor) {
  struct stat named, open;
  if (stat(path, &named) < 0) return errno == ENOENT ? 0 : -errno;
  if (fstat(descriptor, &open) < 0) return -errno;
  return named.st_dev == open.st_dev && named.st_ino == open.st_ino;
}

int linux_open_to_read(const char *path) { return outcome(open(path, O_RDONLY | O_NONBLOCK | O_CLOEXEC | O_NOCTTY)); }

int linux_open_to_write(const char *path, uint32_t mode) {
  return outcome(open(path, O_RDWR | O_CREAT | O_CLOEXEC | O_NOCTTY | O_NOFOLLOW, (mode_t)mode));
}

// Fills a Unix socket's address; returns its length, or zero when the path does not fit.
static socklen_t unix_address(struct sockaddr_un *address, const char *path) {
  size_t length = strlen(path);
  if (length == 0 || length >= sizeof address->sun_path) return 0;
  memset(address, 0, sizeof *address);
  address->sun_family = AF_UNIX;
  memcpy(address->sun_path, path, length);
  if (path[0] == '@') {
    address->sun_path[0] = 0;
    return (socklen_t)(offsetof(struct sockaddr_un, sun_path) + length);
  }
  return (socklen_t)(offsetof(struct sockaddr_un, sun_path) + length + 1);
}

int linux_syslog_open(const char *path) {
  struct sockaddr_un address;
  socklen_t length = unix_address(&address, path);
  if (!length) return -ENAMETOOLONG;
  int descriptor = socket(AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
  if (descriptor < 0) return -errno;
  if (connect(descriptor, (struct sockaddr *)&address, length) < 0) {
    int error = errno;
    close(descriptor);
    return -error;
  }
  return descriptor;
}

// The traditional form of RFC 3164, as every C library sends it to /dev/log.
int linux_syslog_send(int descriptor, int priority, const char *identity, const char *text) {
  char date[32], message[2048];
  time_t now = time(NULL);
  struct tm broken;
  localtime_r(&now, &broken);
  strftime(date, sizeof date, "%b %e %T", &broken);
  int length = snprintf(message, sizeof message, "<%d>%s %s[%d]: %s", priority, date, identity, (int)getpid(), text);
  if (length < 0) return -EINVAL;
  if (length >= (int)sizeof message) length = sizeof message - 1;
  return send(descriptor, message, (size_t)length, MSG_DONTWAIT | MSG_NOSIGNAL) < 0 ? -errno : 0;
}

// O_NONBLOCK would be wrong here: the open file may be shared with the terminal or with other programs.
ssize_t linux_write_promptly(int descriptor, const void *octets, size_t length) {
  // What is written to a regular file is never held up by a reader.
  static int regular = -1;
  if (descriptor == regular) {
    ssize_t written = write(descriptor, octets, length);
    return written < 0 ? -errno : written;
  }
  struct pollfd wanted = {.fd = descriptor, .events = POLLOUT};
  if (poll(&wanted, 1, 0) < 0) return -errno;
  if (!(wanted.revents & POLLOUT)) return -EAGAIN;
  ssize_t written = send(descriptor, octets, length, MSG_DONTWAIT | MSG_NOSIGNAL);
  if (written < 0 && errno == ENOTSOCK) {
    struct stat status;
    if (descriptor == STDERR_FILENO && fstat(descriptor, &status) == 0 && S_ISREG(status.st_mode)) regular = descriptor;
    written = write(descriptor, octets, length);
  }
  return written < 0 ? -errno : written;
}

int linux_service_notify(const char *path, const char *text, size_t length) {
  struct sockaddr_un address;
  socklen_t size = unix_address(&address, path);
  if (!size) return -ENAMETOOLONG;
  int descriptor = socket(AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC, 0);
  if (descriptor < 0) return -errno;
  ssize_t sent = sendto(descriptor, text, length, MSG_DONTWAIT | MSG_NOSIGNAL, (struct sockaddr *)&address, size);
  int result = sent < 0 ? -errno : 0;
  close(descriptor);
  return result;
}
