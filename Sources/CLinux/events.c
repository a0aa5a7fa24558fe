#define _GNU_SOURCE
#include "CLinuxEvents.h"

#include <errno.h>
#include <pthread.h>
#include <signal.h>
#include <sys/epoll.h>
#include <sys/eventfd.h>
#include <sys/inotify.h>
#include <sys/signalfd.h>
#include <sys/timerfd.h>
#include <sys/timex.h>
#include <time.h>
#include <unistd.h>

static const int64_t second = 1000000000;

static int outcome(int result) { return result < 0 ? -errno : result; }

int linux_epoll_create(void) { return outcome(epoll_create1(EPOLL_CLOEXEC)); }

int linux_epoll_control(int epoll, int operation, int descriptor, uint32_t events, uint64_t token) {
  struct epoll_event event = {.events = events, .data.u64 = token};
  return outcome(epoll_ctl(epoll, operation, descriptor, &event));
}

int linux_epoll_wait(int epoll, struct linux_event *events, int capacity, int milliseconds) {
  struct epoll_event ready[linux_epoll_capacity];
  if (capacity > linux_epoll_capacity) capacity = linux_epoll_capacity;
  int count = epoll_wait(epoll, ready, capacity, milliseconds);
  if (count < 0) return errno == EINTR ? 0 : -errno;
  for (int index = 0; index < count; index++) {
    events[index].token = ready[index].data.u64;
    events[index].events = ready[index].events;
  }
  return count;
}

int linux_timer_create(void) { return outcome(timerfd_create(CLOCK_MONOTONIC, TFD_CLOEXEC | TFD_NONBLOCK)); }

int linux_timer_set(int timer, int64_t nanoseconds) {
  struct itimerspec setting = {0};
  if (nanoseconds > 0) {
    setting.it_value.tv_sec = nanoseconds / second;
    setting.it_value.tv_nsec = nanoseconds % second;
  }
  return outcome(timerfd_settime(timer, TFD_TIMER_ABSTIME, &setting, NULL));
}

int linux_wakeup_create(void) { return outcome(eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK)); }

int linux_wakeup_raise(int wakeup) { return outcome(eventfd_write(wakeup, 1)); }

static sigset_t set_of(uint64_t mask) {
  sigset_t set;
  sigemptyset(&set);
  for (int number = 1; number <= 64; number++) {
    if (mask & (uint64_t)1 << (number - 1)) sigaddset(&set, number);
  }
  return set;
}

int linux_signals_open(uint64_t mask) {
  sigset_t set = set_of(mask);
  int error = pthread_sigmask(SIG_BLOCK, &set, NULL);
  if (error) return -error;
  return outcome(signalfd(-1, &set, SFD_CLOEXEC | SFD_NONBLOCK));
}

int linux_signals_next(int descriptor) {
  struct signalfd_siginfo information;
  ssize_t length = read(descriptor, &information, sizeof information);
  if (length < 0) return -errno;
  return length == sizeof information ? (int)information.ssi_signo : -EAGAIN;
}

int linux_signals_unblock(uint64_t mask) {
  sigset_t set = set_of(mask);
  return -pthread_sigmask(SIG_UNBLOCK, &set, NULL);
}

void linux_ignore_broken_pipes(void) { signal(SIGPIPE, SIG_IGN); }

int linux_inotify_create(void) { return outcome(inotify_init1(IN_CLOEXEC | IN_NONBLOCK)); }

int linux_inotify_add(int inotify, const char *directory) {
  uint32_t wanted = IN_CLOSE_WRITE | IN_MOVED_TO | IN_MOVED_FROM | IN_DELETE | IN_DELETE_SELF | IN_MOVE_SELF | IN_ONLYDIR;
  return outcome(inotify_add_watch(inotify, directory, wanted));
}

int linux_inotify_remove(int inotify, int watch) { return outcome(inotify_rm_watch(inotify, watch)); }

static int64_t time_of(clockid_t clock) {
  struct timespec time = {0};
  clock_gettime(clock, &time);
  return (int64_t)time.tv_sec * second + time.tv_nsec;
}

int64_t linux_monotonic_time(void) { return time_of(CLOCK_MONOTONIC); }
int64_t linux_wall_time(void) { return time_of(CLOCK_REALTIME); }
void linux_sleep(int64_t nanoseconds) {
  struct timespec time = {.tv_nsec = nanoseconds};
  nanosleep(&time, NULL);
}

uint64_t linux_thread_identity(void) { return (uint64_t)pthread_self(); }

int linux_clock_is_synchronised(void) {
  struct timex state = {0};
  return adjtimex(&state) != TIME_ERROR && !(state.status & STA_UNSYNC);
}
