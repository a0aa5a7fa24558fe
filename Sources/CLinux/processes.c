#define _GNU_SOURCE
#include "CLinuxProcesses.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <linux/audit.h>
#include <linux/capability.h>
#include <linux/filter.h>
#include <linux/seccomp.h>
#include <sched.h>
#include <signal.h>
#include <stddef.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#ifndef P_PIDFD
#define P_PIDFD 3
#endif
#ifndef CLONE_PIDFD
#define CLONE_PIDFD 0x00001000
#endif

enum { child_stack_size = 64 * 1024 };

const int linux_network_namespace = CLONE_NEWNET;

static int outcome(int result) { return result < 0 ? -errno : result; }

// What parent and child share while the child borrows the parent's memory.
struct birth {
  const struct linux_program *program;
  sigset_t signals;
  pid_t parent;
  int error;
  const char *stage;
};

static int failed(struct birth *birth, const char *stage) {
  birth->error = errno ? errno : EINVAL;
  birth->stage = stage;
  return 0;
}

// By system call: the C library keeps signals 32 and 33 for itself, and whoever started us may have left them ignored.
// All zeros is SIG_DFL without flags in the kernel's structure, whatever its order of fields.
static void reset_signals(void) {
  const unsigned long standard[8] = {0};
  for (int number = 1; number <= 64; number++) syscall(SYS_rt_sigaction, number, standard, NULL, (size_t)8);
}

static void close_from(unsigned first) {
#ifdef SYS_close_range
  if (syscall(SYS_close_range, first, UINT_MAX, 0) == 0) return;
#endif
  struct rlimit limit;
  rlim_t end = getrlimit(RLIMIT_NOFILE, &limit) == 0 && limit.rlim_cur < 65536 ? limit.rlim_cur : 65536;
  for (rlim_t descriptor = first; descriptor < end; descriptor++) close((int)descriptor);
}

static int arrange_descriptors(const struct linux_program *program) {
  int channel = program->channel;
  if (!program->keeps_standard) {
    // The channel steps aside first: it may stand where the standard descriptors go.
    if (channel >= 0 && channel < 4 && (channel = fcntl(channel, F_DUPFD, 4)) < 0) return -1;
    int null = open("/dev/null", O_RDWR | O_CLOEXEC);
    if (null < 0) return -1;
    for (int descriptor = 0; descriptor < 3; descriptor++) {
      // dup3 refuses equal numbers, and dup2 of a descriptor onto itself would leave it to be closed on exec.
      if (null == descriptor ? fcntl(null, F_SETFD, 0) < 0 : dup2(null, descriptor) < 0) return -1;
    }
  }
  if (channel == 3) {
    if (fcntl(3, F_SETFD, 0) < 0) return -1;
  } else if (channel >= 0 && dup2(channel, 3) < 0) {
    return -1;
  }
  close_from(channel >= 0 ? 4 : 3);
  return 0;
}

// The C library's wrappers would change the identity of all threads, those of the parent: hence bare system calls.
static const char *take_identity(const struct linux_program *program) {
  if (syscall(SYS_setgroups, program->group_count, program->groups) < 0) return "setgroups";
  if (syscall(SYS_setresgid, program->group, program->group, program->group) < 0) return "setresgid";
  if (syscall(SYS_setresuid, program->user, program->user, program->user) < 0) return "setresuid";
  return NULL;
}

// Runs in the child on the parent's memory: only system calls, and no change of anything the parent reads but `birth`.
static int child_main(void *argument) {
  struct birth *birth = argument;
  const struct linux_program *program = birth->program;
  errno = 0;
  reset_signals();
  struct sched_param ordinary = {0};
  syscall(SYS_sched_setscheduler, 0, SCHED_OTHER, &ordinary);
  if (program->leads_group && setpgid(0, 0) < 0) return failed(birth, "setpgid");
  if (arrange_descriptors(program) < 0) return failed(birth, "dup");
  if (program->changes_identity) {
    const char *stage = take_identity(program);
    if (stage) return failed(birth, stage);
  }
  if (program->directory && chdir(program->directory) < 0) return failed(birth, "chdir");
  if (program->death_signal) {
    // After the change of identity, which clears it. The parent may have gone before it was set.
    if (prctl(PR_SET_PDEATHSIG, program->death_signal) < 0) return failed(birth, "prctl");
    if (getppid() != birth->parent) {
      errno = ESRCH;
      return failed(birth, "getppid");
    }
  }
  sigset_t none;
  sigemptyset(&none);
  sigprocmask(SIG_SETMASK, &none, NULL);
  execve(program->path, program->arguments, program->environment);
  return failed(birth, "execve");
}

static int child_entry(void *argument) {
  child_main(argument);
  _exit(127);
}

struct linux_started linux_start(const struct linux_program *program) {
  struct linux_started started = {.process = -1, .descriptor = -1};
  char *stack = mmap(NULL, child_stack_size, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS | MAP_STACK, -1, 0);
  if (stack == MAP_FAILED) {
    started.error = errno;
    started.stage = "mmap";
    return started;
  }
  struct birth birth = {.program = program, .parent = getpid()};
  sigset_t all, before;
  sigfillset(&all);
  pthread_sigmask(SIG_BLOCK, &all, &before);
  pid_t child = clone(child_entry, stack + child_stack_size, CLONE_VM | CLONE_VFORK | CLONE_PIDFD | SIGCHLD, &birth,
                      &started.descriptor);
  int error = errno;
  pthread_sigmask(SIG_SETMASK, &before, NULL);
  munmap(stack, child_stack_size);
  if (child < 0) {
    started.error = error;
    started.stage = "clone";
  } else if (birth.error) {
    waitpid(child, NULL, 0);
    close(started.descriptor);
    started.descriptor = -1;
    started.error = birth.error;
    started.stage = birth.stage;
  } else {
    started.process = child;
  }
  return started;
}

struct linux_started linux_fork(int keeps_standard, int channel) {
  struct linux_started started = {.process = -1, .descriptor = -1, .stage = "fork"};
  struct linux_program program = {.keeps_standard = keeps_standard, .channel = channel};
  sigset_t all, before;
  sigfillset(&all);
  pthread_sigmask(SIG_BLOCK, &all, &before);
  started.process = fork();
  started.error = started.process < 0 ? errno : 0;
  if (started.process == 0) {
    reset_signals();
    struct sched_param ordinary = {0};
    syscall(SYS_sched_setscheduler, 0, SCHED_OTHER, &ordinary);
    if (arrange_descriptors(&program) < 0) _exit(127);
    sigset_t none;
    sigemptyset(&none);
    sigprocmask(SIG_SETMASK, &none, NULL);
    return started;
  }
  if (started.process > 0) {
    // Nobody else collects the child, so that its number is still its own.
    started.descriptor = linux_process_open(started.process);
    if (started.descriptor < 0) {
      started.error = -started.descriptor;
      started.stage = "pidfd_open";
      kill(started.process, SIGKILL);
      waitpid(started.process, NULL, 0);
    }
  }
  pthread_sigmask(SIG_SETMASK, &before, NULL);
  return started;
}

int linux_has_one_thread(void) {
  struct stat tasks;
  // A folder has two links of its own and one from each folder in it.
  return stat("/proc/self/task", &tasks) == 0 && tasks.st_nlink == 3;
}

// The C library hands the arguments to constructors as well.
static char **first_arguments;
__attribute__((constructor)) static void remember_arguments(int count, char **arguments) {
  first_arguments = count > 0 ? arguments : NULL;
}

void linux_set_title(const char *title) {
  if (!first_arguments || !first_arguments[0]) return;
  // The words of the command line and of the environment lie behind each other; the latter move out of the way.
  char *begin = first_arguments[0], *end = begin;
  for (char **word = first_arguments; *word; word++)
    if (*word == end) end += strlen(*word) + 1;
  char *arguments_end = end;
  size_t count = 0;
  while (environ && environ[count]) count++;
  char **copies = calloc(count + 1, sizeof *copies);
  if (!copies) return;
  for (size_t index = 0; index < count; index++) {
    if (environ[index] == end) end += strlen(environ[index]) + 1;
    if (!(copies[index] = strdup(environ[index]))) return;
  }
  environ = copies;
  // What is left of the command line is cleared, and so much of the environment as a longer title needs: the kernel
  // goes on into it when the last octet of the command line is not zero.
  size_t room = (size_t)(end - begin), length = strlen(title);
  if (room == 0) return;
  if (length >= room) length = room - 1;
  size_t cleared = (size_t)(arguments_end - begin);
  memset(begin, 0, cleared > length + 1 ? cleared : length + 1);
  memcpy(begin, title, length);
}

struct linux_ended linux_collect(int process_descriptor, int leaves) {
  struct linux_ended ended = {0};
  siginfo_t information = {0};
  int options = WEXITED | WNOHANG | (leaves ? WNOWAIT : 0);
  if (waitid((idtype_t)P_PIDFD, (id_t)process_descriptor, &information, options) < 0) {
    ended.error = errno;
  } else if (information.si_pid == 0) {
    ended.error = EAGAIN;
  } else if (information.si_code == CLD_EXITED) {
    ended.status = information.si_status;
  } else {
    ended.signal = information.si_status;
  }
  return ended;
}

int linux_signal_group(pid_t group, int signal) {
  return group > 1 ? outcome(kill(-group, signal)) : -EINVAL;
}

int linux_signal_process(int process_descriptor, int signal) {
  return outcome((int)syscall(SYS_pidfd_send_signal, process_descriptor, signal, NULL, 0));
}

int linux_process_open(pid_t process) { return outcome((int)syscall(SYS_pidfd_open, process, 0)); }

int linux_status_exited(int status) { return WIFEXITED(status); }
int linux_status_code(int status) { return WEXITSTATUS(status); }
int linux_status_signaled(int status) { return WIFSIGNALED(status); }
int linux_status_signal(int status) { return WTERMSIG(status); }

int linux_end_with_parent(pid_t parent, int signal) {
  if (prctl(PR_SET_PDEATHSIG, signal) < 0) return -errno;
  return getppid() == parent ? 0 : -ESRCH;
}

#if defined(__x86_64__)
enum { native_architecture = AUDIT_ARCH_X86_64 };
#elif defined(__aarch64__)
enum { native_architecture = AUDIT_ARCH_AARCH64 };
#else
#error "the system call filter does not know this architecture"
#endif

int linux_set_name(const char *name) { return outcome(prctl(PR_SET_NAME, name)); }
int linux_renounce_privileges(void) { return outcome(prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0)); }

int linux_limit_capabilities(uint64_t kept) {
  for (int number = 0; number < 64; number++) {
    // Best effort: without CAP_SETPCAP the bounding set stays, and with it nothing that exec could not regain.
    if (!(kept & (uint64_t)1 << number) && prctl(PR_CAPBSET_READ, number) == 1) prctl(PR_CAPBSET_DROP, number);
  }
  struct __user_cap_header_struct header = {.version = _LINUX_CAPABILITY_VERSION_3};
  struct __user_cap_data_struct data[2] = {{0}};
  if (syscall(SYS_capget, &header, data) < 0) return -errno;
  for (int half = 0; half < 2; half++) {
    // What is not permitted now cannot be asked for, and need not be.
    data[half].permitted &= (uint32_t)(kept >> 32 * half);
    data[half].effective = data[half].permitted;
    data[half].inheritable = 0;
  }
  return outcome((int)syscall(SYS_capset, &header, data));
}

int linux_forbid_programs(int allows_namespaces) {
  static const int forbidden[] = {
      SYS_execve,        SYS_execveat,    SYS_ptrace,          SYS_process_vm_readv, SYS_process_vm_writev,
      SYS_mount,         SYS_umount2,     SYS_pivot_root,      SYS_chroot,           SYS_init_module,
      SYS_finit_module,  SYS_delete_module, SYS_kexec_load,    SYS_reboot,           SYS_swapon,
      SYS_swapoff,       SYS_bpf,         SYS_perf_event_open, SYS_add_key,          SYS_request_key,
      SYS_keyctl,        SYS_acct,        SYS_settimeofday,    SYS_clock_settime,    SYS_unshare,
      SYS_userfaultfd,   SYS_setns,
  };
  const size_t count = sizeof forbidden / sizeof *forbidden - (allows_namespaces ? 1 : 0);
  struct sock_filter program[sizeof forbidden / sizeof *forbidden + 6];
  unsigned short length = 0;
  program[length++] = (struct sock_filter)BPF_STMT(BPF_LD | BPF_W | BPF_ABS, offsetof(struct seccomp_data, arch));
  // Calls in the form of another architecture have other numbers; nothing of ours makes any.
  program[length++] = (struct sock_filter)BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, native_architecture, 1, 0);
  program[length++] = (struct sock_filter)BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_ERRNO | ENOSYS);
  program[length++] = (struct sock_filter)BPF_STMT(BPF_LD | BPF_W | BPF_ABS, offsetof(struct seccomp_data, nr));
  for (size_t index = 0; index < count; index++) {
    program[length++] =
        (struct sock_filter)BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, (uint32_t)forbidden[index], (uint8_t)(count - index), 0);
  }
  program[length++] = (struct sock_filter)BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_ALLOW);
  program[length++] = (struct sock_filter)BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_ERRNO | EPERM);
  const struct sock_fprog filter = {.len = length, .filter = program};
  return outcome(prctl(PR_SET_SECCOMP, SECCOMP_MODE_FILTER, &filter));
}

int linux_set_realtime(int priority) {
  struct sched_param parameter = {.sched_priority = priority};
  int policy = priority > 0 ? SCHED_RR | SCHED_RESET_ON_FORK : SCHED_OTHER;
  return outcome(sched_setscheduler(0, policy, &parameter));
}

int linux_limit_realtime(uint64_t microseconds) {
  struct rlimit limit = {.rlim_cur = microseconds, .rlim_max = microseconds};
  return outcome(setrlimit(RLIMIT_RTTIME, &limit));
}

int linux_set_processors(const int *numbers, size_t count) {
  cpu_set_t processors;
  CPU_ZERO(&processors);
  for (size_t index = 0; index < count; index++) {
    if (numbers[index] < 0 || numbers[index] >= CPU_SETSIZE) return -EINVAL;
    CPU_SET(numbers[index], &processors);
  }
  return outcome(sched_setaffinity(0, sizeof processors, &processors));
}

int linux_lock_memory(void) { return outcome(mlockall(MCL_CURRENT | MCL_FUTURE)); }

int linux_unshare(int flags) { return outcome(unshare(flags)); }
int linux_enter_namespace(int descriptor, int kind) { return outcome(setns(descriptor, kind)); }
