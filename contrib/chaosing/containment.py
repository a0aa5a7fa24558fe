"""Faults one by one, each where it hurts most: a process of the master dies, hangs, or lacks something."""

import random
import resource
import signal

from .arena import signal_process
from .disturbances import FullDisk, NoDescriptors, Reload
from .faults import START, Fault
from .lines import Link
from .plan import Plan
from .processes import KillDaemon, KillRole, KillSupervisor, Pause, StopDaemon
from .schedule import Schedule


class Hang(Fault):
    """A role is stopped for ever; the supervisor has to notice."""

    name, weight, exclusive, only_ours = "hang", 0, ("process",), True

    def choose(self, rng):
        self.role, self.duration = "election", 4.2

    def detail(self):
        return " " + self.role

    def windows(self):
        return [("out", self.host, START)] if self.role == "election" else []

    def begin(self, run):
        run.may_hang(self.host)
        self.process = run.directors[self.host].role(self.role)
        signal_process(self.process, signal.SIGSTOP)

    def end(self, run):
        if run.directors[self.host].role(self.role) in (self.process, None):
            run.accuse("alive", f"{self.role} of {'ab'[self.host]} hangs, and was not started again")


class NoMemory(Fault):
    """A process gets no more memory, of address space or of data. It may die of that, and has to be back."""

    name, weight, exclusive, only_ours = "no-memory", 4, ("process",), True

    def choose(self, rng):
        self.role = rng.choice(["election", "balancing", "control"])
        self.kind = rng.choice([resource.RLIMIT_AS, resource.RLIMIT_DATA])

    def detail(self):
        return f" {self.role} ({'address space' if self.kind == resource.RLIMIT_AS else 'data'})"

    def windows(self):
        return [("out", self.host, START)] if self.role in ("election", "supervisor") else []

    def begin(self, run):
        run.may_die(self.host, self.role)
        self.process = run.directors[self.host].role(self.role)
        # 0 is less than it has already, which is not taken away; there is just no more.
        self._limit(0)

    def end(self, run):
        self._limit(resource.RLIM_INFINITY)

    def _limit(self, soft):
        try:
            hard = resource.prlimit(self.process, self.kind)[1]
            resource.prlimit(self.process, self.kind, (soft if hard == resource.RLIM_INFINITY else min(soft, hard), hard))
        except (OSError, TypeError, ValueError):
            pass


def fault(type_of_it, at, duration=None, **settings):
    """A fault of the first director with everything chosen."""
    found = type_of_it(random.Random(0), at, 0)
    for name, value in settings.items():
        setattr(found, name, value)
    if duration is not None:
        found.duration = duration
    return found


def scenarios():
    """Names and faults."""
    for role in ("election", "balancing", "control"):
        for number in (signal.SIGKILL, signal.SIGSEGV):
            yield f"{role} dies by {number.name}", [fault(KillRole, 0.5, role=role, signal=number)]
        patience = 3.9 if role == "election" else 11.5
        yield f"{role} is stopped for {patience} s", [fault(Pause, 0.3, patience, role=role)]
        yield f"{role} hangs for ever", [fault(Hang, 0.3, patience, role=role)]
    yield "everything is stopped for 2 s", [fault(Pause, 0.3, 2, role="all")]
    yield "everything is stopped for 5 s", [fault(Pause, 0.3, 5, role="all")]
    yield "the supervisor is killed", [fault(KillSupervisor, 0.5, 1.5)]
    yield "the supervisor is killed while a reader reads", [
        fault(Reload, 0.499, kind="same"), fault(KillSupervisor, 0.5, 1.0), fault(Reload, 2.499, kind="same"),
        fault(KillSupervisor, 2.5, 1.0)]
    yield "the supervisor is stopped for 5 s", [fault(Pause, 0.3, 5, role="supervisor")]
    yield "the whole daemon is killed", [fault(KillDaemon, 0.5, 1.5)]
    for role in ("election", "balancing", "control", "supervisor"):
        trouble = [fault(Reload, 0.5, kind="changed"), fault(Reload, 0.8, kind="same")]
        yield f"{role} has no descriptors", [fault(NoDescriptors, 0.3, 1.5, role=role), *trouble]
        for kind in (resource.RLIMIT_AS, resource.RLIMIT_DATA):
            yield f"{role} has no memory", [fault(NoMemory, 0.3, 1.5, role=role, kind=kind), *trouble]
    yield "election has no descriptors when its link comes back", [
        fault(NoDescriptors, 0.3, 1.5, role="election"), fault(Link, 0.5, 0.5, is_own=True)]
    yield "the disk is full at a reload and a dump", [
        fault(FullDisk, 0.3, 1.5), fault(Reload, 0.6, kind="changed"),
        fault(KillRole, 1.0, role="control", signal=signal.SIGKILL)]
    yield "the disk is full at the start", [fault(StopDaemon, 0.3, 0.5), fault(FullDisk, 0.5, 2)]


class Scenario(Schedule):
    """Faults that are not made up; each director is master of one address."""

    def __init__(self, name, faults):
        self.seed, self.kinds, self.faults = name, ["understudy", "understudy"], faults
        self.seconds = 0
        self.plan = Plan(random.Random(0), shape="crossed", first=0)
