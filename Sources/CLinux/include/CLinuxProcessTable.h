#pragma once
#include <stddef.h>
#include <stdint.h>
#include <sys/types.h>

/// A socket on which the kernel reports the processes of the whole host (proc connector), in the initial network
/// namespace, which alone has it. It does not wait and is closed on exec. The kernel's confirmation is the first message,
/// and does not come in a PID namespace of its own.
int linux_process_events_open(void);
/// Receives one datagram of the kernel; zero for one of somebody else, -EAGAIN when there is none, -ENOBUFS when some
/// were lost.
ssize_t linux_process_events_receive(int socket, void *octets, size_t capacity);

/// The numbers of the processes in /proc, one after the other.
struct linux_process_list;
/// NULL when /proc cannot be read.
struct linux_process_list *linux_process_list_open(void);
/// The next number; zero at the end.
pid_t linux_process_list_next(struct linux_process_list *list);
void linux_process_list_close(struct linux_process_list *list);
