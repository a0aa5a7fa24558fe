#pragma once
#include <stdint.h>

/// What happened on a descriptor: the token it was registered with, and EPOLL* bits.
struct linux_event {
  uint64_t token;
  uint32_t events;
};

/// The most events one call of linux_epoll_wait returns.
enum { linux_epoll_capacity = 64 };

/// A new epoll descriptor.
int linux_epoll_create(void);
/// EPOLL_CTL_ADD 1, EPOLL_CTL_DEL 2, EPOLL_CTL_MOD 3; see epoll_ctl(2).
int linux_epoll_control(int epoll, int operation, int descriptor, uint32_t events, uint64_t token);
/// Waits up to `milliseconds`, for ever when negative; returns how many events it stored. An interrupted wait is 0.
int linux_epoll_wait(int epoll, struct linux_event *events, int capacity, int milliseconds);

/// A timer descriptor on CLOCK_MONOTONIC.
int linux_timer_create(void);
/// Arms the timer for an absolute time in nanoseconds; zero or less disarms it.
int linux_timer_set(int timer, int64_t nanoseconds);

/// A counter that wakes whoever polls it.
int linux_wakeup_create(void);
/// Wakes.
int linux_wakeup_raise(int wakeup);

/// Blocks the signals of `mask` (bit N-1 is signal N) in this thread and opens a descriptor that reports them.
int linux_signals_open(uint64_t mask);
/// The next signal that arrived; -EAGAIN when there is none.
int linux_signals_next(int descriptor);
/// Unblocks the signals of `mask` again in this thread.
int linux_signals_unblock(uint64_t mask);
/// Lets writing to a closed connection fail instead of ending the process.
void linux_ignore_broken_pipes(void);

/// An inotify descriptor.
int linux_inotify_create(void);
/// Watches a directory for what changes its files' content or names; returns the watch's number.
int linux_inotify_add(int inotify, const char *directory);
/// Ends a watch.
int linux_inotify_remove(int inotify, int watch);

/// CLOCK_MONOTONIC in nanoseconds.
int64_t linux_monotonic_time(void);
/// Sleeps for so many nanoseconds, fewer than a second; a signal ends it.
void linux_sleep(int64_t nanoseconds);
/// Whether the kernel is told that the wall clock follows a better one (adjtimex): 1 yes, 0 no.
int linux_clock_is_synchronised(void);
/// CLOCK_REALTIME in nanoseconds.
int64_t linux_wall_time(void);
/// The identity of the calling thread, unique among threads that live.
uint64_t linux_thread_identity(void);
