#pragma once
#include <stddef.h>
#include <stdint.h>
#include <sys/types.h>

/// The system's words for an error number; text that lives for ever.
const char *linux_error_text(int code);

/// An anonymous file in memory, closed on exec, that can be sealed.
int linux_memory_file(const char *name);
/// Has the allocator keep up to 64 MiB of what is freed: what one reading of a configuration took the next one takes, too.
void linux_keep_freed_memory(void);
/// Gives memory that was used once and is free now back to the system.
void linux_trim_memory(void);
/// Shows a file that others hold, too, in the memory of this process; NULL when that cannot be.
void *linux_map_shared(int descriptor, size_t length);
/// Forbids every later change of a memory file.
int linux_memory_file_seal(int descriptor);

/// Takes an open file description lock (F_OFD_SETLK) for writing; -EAGAIN when another holds one.
int linux_lock_file(int descriptor);
/// Whether the path still names the file that is open: 1 yes, 0 no.
int linux_names_open_file(const char *path, int descriptor);
/// Opens a file for reading without ever waiting (O_NONBLOCK, O_CLOEXEC, O_NOCTTY).
int linux_open_to_read(const char *path);
/// Opens a file for writing, O_CLOEXEC, made with `mode` when it does not exist; kept content is not cut.
int linux_open_to_write(const char *path, uint32_t mode);

/// A datagram socket for the system's log that never waits.
int linux_syslog_open(const char *path);
/// Sends one message to the log: `priority` is facility | severity as in syslog(3).
int linux_syslog_send(int descriptor, int priority, const char *identity, const char *text);
/// Writes octets to a descriptor only where that cannot wait; -EAGAIN when it would.
ssize_t linux_write_promptly(int descriptor, const void *octets, size_t length);

/// Sends one datagram with the state of the service (sd_notify protocol); a path that begins with @ is abstract.
int linux_service_notify(const char *path, const char *text, size_t length);
