#pragma once
#include <stddef.h>
#include <stdint.h>
#include <sys/types.h>

/// A program to be started. The child gets nothing but what is named here: all signals are at their defaults, no
/// other descriptor is open, the scheduler's policy is the ordinary one.
struct linux_program {
  const char *path;
  char *const *arguments;    ///< ends with NULL
  char *const *environment;  ///< ends with NULL
  const char *directory;     ///< working directory; NULL for that of the parent
  int changes_identity;      ///< whether user, group and groups are taken on
  uid_t user;
  gid_t group;
  const gid_t *groups;
  size_t group_count;
  int leads_group;         ///< becomes leader of a new process group
  int death_signal;        ///< sent to the child when the starting thread ends; zero for none
  int keeps_standard;      ///< keeps descriptors 0 to 2; otherwise they are /dev/null
  int channel;             ///< becomes descriptor 3 of the child; negative for none
};

/// What came of starting a program. `stage` names the call that failed.
struct linux_started {
  int error;          ///< zero, or a positive error number
  const char *stage;  ///< for instance "execve"
  pid_t process;
  int descriptor;  ///< a pidfd, closed on exec
};

/// Starts a program without copying the parent's memory and returns when it runs or could not be run.
struct linux_started linux_start(const struct linux_program *program);

/// Copies this process. The child, which has the process number 0 here, has no descriptors open but the standard ones and
/// `channel` as descriptor 3, all signals at their defaults, and the ordinary scheduler. To be called by processes of one
/// thread only.
struct linux_started linux_fork(int keeps_standard, int channel);
/// Whether the calling thread is the only one.
int linux_has_one_thread(void);
/// Replaces the command line that others see of this process. Its environment is not to be seen any more.
void linux_set_title(const char *title);

/// How a process ended: `signal` is zero when it exited by itself with `status`.
struct linux_ended {
  int error;  ///< EAGAIN while it runs, another positive number when it cannot be known
  int status;
  int signal;
};

/// Collects a process that ended, without waiting. With `leaves` it stays to be collected later, so that its number is
/// not given to another process or group meanwhile.
struct linux_ended linux_collect(int process_descriptor, int leaves);
/// Sends a signal to a process group.
int linux_signal_group(pid_t group, int signal);
/// Sends a signal through a pidfd.
int linux_signal_process(int process_descriptor, int signal);
/// A pidfd of a process.
int linux_process_open(pid_t process);

// The status of wait(2), taken apart.
int linux_status_exited(int status);
int linux_status_code(int status);
int linux_status_signaled(int status);
int linux_status_signal(int status);

/// prctl(PR_SET_PDEATHSIG): the signal this process gets when its parent ends; fails with ESRCH when `parent` is not
/// the parent any more.
int linux_end_with_parent(pid_t parent, int signal);
/// prctl(PR_SET_NAME): the name of this thread, cut to 15 octets.
int linux_set_name(const char *name);
/// prctl(PR_SET_NO_NEW_PRIVS): no program started from here gains privileges.
int linux_renounce_privileges(void);
/// Keeps only the capabilities of `kept`.
int linux_limit_capabilities(uint64_t kept);
/// Has the kernel refuse, for good, what this process has no business with: running programs, tracing others, mounting,
/// loading modules and the like (EPERM), and calls in another architecture's form (ENOSYS). Needs NO_NEW_PRIVS. Entering
/// namespaces may be left open.
int linux_forbid_programs(int allows_namespaces);
/// SCHED_RR with a priority of 1 to 99, not inherited by children; zero goes back to SCHED_OTHER.
int linux_set_realtime(int priority);
/// setrlimit(RLIMIT_RTTIME): the processor time in microseconds that a real-time process may use without waiting.
int linux_limit_realtime(uint64_t microseconds);
/// The processors this process may run on, by number.
int linux_set_processors(const int *numbers, size_t count);
/// Locks present and future memory of this process.
int linux_lock_memory(void);

/// unshare(2)
int linux_unshare(int flags);
/// setns(2)
int linux_enter_namespace(int descriptor, int kind);
/// CLONE_NEWNET, for the two above.
extern const int linux_network_namespace;
