"""Faults that must not be noticed outside at all: they excuse nothing."""

import os
import resource
import signal

from .arena import signal_process
from .faults import Fault


class Reload(Fault):
    """The same configuration, one with another address in it, or a broken one."""

    name, weight, is_instant = "reload", 20, True

    def choose(self, rng):
        self.kind = rng.choice(["same", "same", "changed", "broken"])

    def detail(self):
        return f" ({self.kind})"

    def begin(self, run):
        director = run.directors[self.host]
        if not director.is_ours and self.kind == "broken":
            self.kind = "same"
        run.extras[self.host] ^= self.kind == "changed"
        director.write(run.text(self.host, broken=self.kind == "broken"))
        director.signal(signal.SIGHUP)

    def end(self, run):
        pass


class Reloads(Reload):
    """Ten reloads, each while the one before is still being read."""

    name, weight = "reload-storm", 5

    def choose(self, rng):
        self.kind = "same"

    def begin(self, run):
        for _ in range(10):
            run.directors[self.host].signal(signal.SIGHUP)


class DeafLog(Fault):
    """Nobody reads the log, whose pipe holds one page."""

    name, weight, exclusive, only_ours = "log-unread", 8, ("log",), True

    def begin(self, run):
        run.observer.deaf.add(("log", self.host))
        for _ in range(5):
            run.directors[self.host].signal(signal.SIGHUP)

    def end(self, run):
        run.observer.deaf.discard(("log", self.host))


class FullFIFO(Fault):
    """The FIFO for notifications is full, and nobody reads it."""

    name, weight, exclusive = "fifo-full", 8, ("fifo",)

    def begin(self, run):
        run.observer.deaf.add(("fifo", self.host))
        file = os.open(run.directors[self.host].folder + "/fifo", os.O_WRONLY | os.O_NONBLOCK)
        try:
            while True:
                os.write(file, b"-\n" * 500)
        except BlockingIOError:
            pass
        os.close(file)
        run.lost_lines(self.host)

    def end(self, run):
        run.observer.deaf.discard(("fifo", self.host))


class FullDisk(Fault):
    """No octet fits on the file system of /run, of dumps and of what scripts write; and a dump is asked for."""

    name, weight, exclusive, only_ours = "disk-full", 8, ("disk",), True

    def begin(self, run):
        director = run.directors[self.host]
        run.lost_history(self.host)
        with open(director.disk + "/filler", "wb", buffering=0) as file:
            try:
                while file.write(b"x" * 4096):
                    pass
            except OSError:
                pass
        director.signal(signal.SIGUSR1)

    def end(self, run):
        os.unlink(run.directors[self.host].disk + "/filler")


class NoDescriptors(Fault):
    """A process may not open anything any more."""

    name, weight, exclusive, only_ours = "no-descriptors", 8, ("process", "line"), True

    def choose(self, rng):
        self.role = rng.choice(["election", "balancing", "control", "supervisor"])

    def detail(self):
        return " " + self.role

    def begin(self, run):
        self.process = run.directors[self.host].role(self.role)
        # A role that cannot take a configuration leaves, and its successor takes it.
        run.may_leave(self.host, self.role)
        self.before = None
        try:
            used = max(int(name) for name in os.listdir(f"/proc/{self.process}/fd")) + 1
            before = resource.prlimit(self.process, resource.RLIMIT_NOFILE)
            resource.prlimit(self.process, resource.RLIMIT_NOFILE, (min(used, before[1]), before[1]))
            self.before = before
        except (OSError, TypeError, ValueError):
            pass

    def end(self, run):
        if self.before and signal_process(self.process, 0):
            try:
                resource.prlimit(self.process, resource.RLIMIT_NOFILE, self.before)
            except (OSError, ValueError):
                pass
