"""System calls that Python does not offer, and what /proc says about processes."""

import ctypes
import os

NEW_NAMESPACE_OF_MOUNTS = 0x00020000
NEW_NAMESPACE_OF_NETWORK = 0x40000000
TICKS = os.sysconf("SC_CLK_TCK")
_RECURSIVE_PRIVATE = 0x4000 | 0x40000

_library = ctypes.CDLL(None, use_errno=True)


def _succeed(result, what):
    if result < 0:
        raise OSError(ctypes.get_errno(), what)


def enter_network(name):
    """The calling thread is in a named network namespace from now on."""
    descriptor = os.open(f"/run/netns/{name}", os.O_RDONLY | os.O_CLOEXEC)
    try:
        _succeed(_library.setns(descriptor, NEW_NAMESPACE_OF_NETWORK), f"setns {name}")
    finally:
        os.close(descriptor)


def in_network(name, work):
    """What `work` returns inside a named network namespace; sockets stay where they were made."""
    home = os.open("/proc/self/ns/net", os.O_RDONLY | os.O_CLOEXEC)
    try:
        enter_network(name)
        return work()
    finally:
        _succeed(_library.setns(home, NEW_NAMESPACE_OF_NETWORK), "setns")
        os.close(home)


def give_own_run_directory():
    """The calling process sees a /run of its own, so that several daemons do not share their pid files."""
    _succeed(_library.unshare(NEW_NAMESPACE_OF_MOUNTS), "unshare")
    _succeed(_library.mount(b"none", b"/", None, ctypes.c_ulong(_RECURSIVE_PRIVATE), None), "mount /")
    _succeed(_library.mount(b"run", b"/run", b"tmpfs", ctypes.c_ulong(0), b"mode=755"), "mount /run")


def family(root):
    """A process and all below it, the eldest first."""
    children = {}
    for name in os.listdir("/proc"):
        if name.isdigit():
            try:
                with open(f"/proc/{name}/stat") as file:
                    text = file.read()
            except OSError:
                continue
            children.setdefault(int(text[text.rindex(")") + 2:].split()[1]), []).append(int(name))
    found, waiting = [], [root]
    while waiting:
        process = waiting.pop(0)
        found.append(process)
        waiting += sorted(children.get(process, []))
    return found


def processor_time(processes):
    """Seconds of processor time of all threads of these processes, and of those of their children that have ended."""
    total = 0
    for process in processes:
        try:
            for thread in os.listdir(f"/proc/{process}/task"):
                with open(f"/proc/{process}/task/{thread}/schedstat") as file:
                    total += int(file.read().split()[0])
            with open(f"/proc/{process}/stat") as file:
                ended = file.read().rpartition(")")[2].split()[13:15]
            total += sum(int(ticks) for ticks in ended) * 1e9 / TICKS
        except OSError:
            pass
    return total / 1e9


def memory(processes):
    """(proportional set size, private dirty memory) of these processes together, in kB."""
    proportional = private = 0
    for process in processes:
        try:
            with open(f"/proc/{process}/smaps_rollup") as file:
                for line in file:
                    if line.startswith("Pss:"):
                        proportional += int(line.split()[1])
                    elif line.startswith("Private_Dirty:"):
                        private += int(line.split()[1])
        except OSError:
            pass
    return proportional, private
