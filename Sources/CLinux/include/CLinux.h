// What Linux offers beyond the C library as Swift sees it, in functions of plain numbers.
//
// Swift's Glibc module was built without _GNU_SOURCE and without the headers for epoll, timerfd, signalfd, packet
// sockets and control messages; macros, variadic functions and packed structures do not reach Swift at all. Every
// function here is a thin wrapper with one convention: a result of zero or more is success, a negative result is the
// error number of errno(3) with its sign turned. Nothing here keeps state except what its caller hands in.
//
//   CLinuxEvents.h      epoll, timerfd, eventfd, signalfd, inotify, clocks
//   CLinuxSockets.h     sockets of every kind, batches of packets, descriptors in messages, credentials
//   CLinuxProcesses.h   programs started and awaited, identities, capabilities, namespaces
//   CLinuxProcessTable.h  reports about the processes of the host, and their list
//   CLinuxHost.h        locks on files, memory files, syslog, words for errors
#pragma once
#include "CLinuxEvents.h"
#include "CLinuxHost.h"
#include "CLinuxProcessTable.h"
#include "CLinuxProcesses.h"
#include "CLinuxSockets.h"
