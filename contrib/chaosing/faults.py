"""What goes wrong. A fault has a beginning and an end; meanwhile, and a little after, it excuses something.

What it excuses is said to the judge in spans: "out", the director cannot be expected to do its part until so many
seconds after the end; "late", it need not take over, but must not be in another's way; "unheard", what it says does not
reach the other; "robbed" and "unannounced", clients may have to wait. Everything else must not be noticed outside.
"""

import os
import signal

from .directors import signal_process

# Seconds that a new process needs until it takes part in elections, on a busy machine.
START = 1.0
AWAKE = 0.3
FAULTS = {}


class Fault:
    """One fault of a schedule. `exclusive` names what it needs for itself: faults of the same host that need the same do not
    overlap."""

    name, weight, exclusive, longest, only_ours = "", 10, (), 1.5, False
    # Whether faults end by themselves, at once.
    is_instant = False

    def __init_subclass__(cls):
        if cls.name:
            FAULTS[cls.name] = cls

    def __init__(self, rng, at, host):
        self.at, self.host = at, host
        self.duration = 0.0 if self.is_instant else rng.uniform(0.1, self.longest)
        self.choose(rng)

    def choose(self, rng):
        pass

    def windows(self):
        """(what, of whom, grace) while it lasts."""
        return []

    def __str__(self):
        length = "" if self.is_instant else f" for {self.duration:.2f} s"
        return f"{self.name} {'ab'[self.host]}{self.detail()}{length}"

    def detail(self):
        return ""

    def end(self, run):
        pass


class KillDaemon(Fault):
    name, weight, exclusive, only_ours = "kill-daemon", 12, ("process",), False

    def windows(self):
        return [("out", self.host, START)]

    def begin(self, run):
        run.expect_end(self.host)
        run.directors[self.host].kill()

    def end(self, run):
        run.start(self.host)


class StopDaemon(KillDaemon):
    name, weight = "stop-daemon", 8

    def begin(self, run):
        run.expect_end(self.host)
        run.note_end(self.host, run.directors[self.host].kill(is_ordered=True))


class KillSupervisor(KillDaemon):
    """Its roles leave in order, and the addresses with them."""

    name, weight, only_ours = "kill-supervisor", 8, True

    def begin(self, run):
        run.expect_end(self.host)
        director = run.directors[self.host]
        roles = director.roles()
        signal_process(director.process.pid, signal.SIGKILL)
        director.wait()
        run.expect_gone(self.host, roles)


class KillRole(Fault):
    """By a signal that ends it; it has to be back before anybody notices."""

    name, weight, exclusive, is_instant, only_ours = "kill-role", 25, ("process",), True, True

    def choose(self, rng):
        self.role = rng.choice(["election", "election", "balancing", "control"])
        self.signal = rng.choice([signal.SIGKILL, signal.SIGKILL, signal.SIGSEGV, signal.SIGABRT])

    def detail(self):
        return f" {self.role} by {self.signal.name}"

    def windows(self):
        # Who is in an election meanwhile waits anew; who is master stays it.
        return [("out", self.host, START)] if self.role == "election" else []

    def begin(self, run):
        director = run.directors[self.host]
        if signal_process(director.role(self.role), self.signal):
            run.killed(self.host, self.role, self.signal)


class CrashLoop(Fault):
    """A role dies as soon as it is there, more often than it is started again at once: pauses follow."""

    name, weight, exclusive, only_ours, longest = "crash-loop", 4, ("process",), True, 0.2

    def windows(self):
        return [("late", self.host, START + 1.2)]

    def begin(self, run):
        for _ in range(5):
            process = run.wait_for_role(self.host, "election", 1.0)
            if process and signal_process(process, signal.SIGKILL):
                run.killed(self.host, "election", signal.SIGKILL)
                run.wait_for_end(process)


class Pause(Fault):
    """SIGSTOP and SIGCONT. A role that is silent for three seconds is killed by its supervisor, and started again."""

    name, weight, exclusive = "pause", 20, ("process",)

    def choose(self, rng):
        self.role = rng.choice(["all", "all", "election", "election", "balancing", "control", "supervisor"])
        if rng.random() < 0.1:
            self.duration = rng.uniform(3.6, 4.5)

    def detail(self):
        return " " + self.role

    def windows(self):
        grace = START if self.duration > 2.5 else AWAKE
        return [("out", self.host, grace)] if self.role in ("all", "election") else []

    def begin(self, run):
        director = run.directors[self.host]
        roles = director.roles()
        everything = [director.process.pid, *roles.values()]
        if not director.is_ours:
            everything = run.family(self.host)
        chosen = everything if self.role == "all" or not director.is_ours else [director.role(self.role)]
        self.processes = [process for process in chosen if signal_process(process, signal.SIGSTOP)]
        if self.duration > 2.5:
            run.may_hang(self.host)

    def end(self, run):
        for process in self.processes:
            signal_process(process, signal.SIGCONT)


class Link(Fault):
    """The interface is taken down, or loses its carrier."""

    name, weight, exclusive = "link-down", 12, ("line",)

    def choose(self, rng):
        self.is_own = rng.random() < 0.5

    def detail(self):
        return " (ip link set)" if self.is_own else " (carrier)"

    def windows(self):
        return [("out", self.host, AWAKE)]

    def _set(self, run, is_up):
        (run.arena.set_link if self.is_own else run.arena.set_carrier)(self.host, is_up)

    def begin(self, run):
        self._set(run, False)

    def end(self, run):
        self._set(run, True)


class Cut(Fault):
    """The switch carries nothing of this host any more, which its interface does not know."""

    name, weight, exclusive = "cut", 12, ("line",)

    def windows(self):
        # Who becomes master meanwhile announces it to nobody; the next announcement is a second later.
        return [("out", self.host, 0), ("unheard", 0, 0), ("unheard", 1, 0), ("unannounced", self.host, 1.3)]

    def begin(self, run):
        run.arena.set_port(self.host, False)

    def end(self, run):
        run.arena.set_port(self.host, True)


class DropAdverts(Fault):
    """A firewall eats VRRP, one way or both, and nothing else: both may be master."""

    name, weight, exclusive = "drop-adverts", 14, ("filter",)

    def choose(self, rng):
        self.senders = rng.choice([[self.host], [self.host], [0, 1]])

    def detail(self):
        return "" if len(self.senders) == 1 else " and back"

    def windows(self):
        return [("unheard", sender, 0) for sender in self.senders]

    def begin(self, run):
        for sender in self.senders:
            run.arena.drop_adverts(sender)

    def end(self, run):
        for sender in self.senders:
            run.arena.pass_adverts(sender)


class BadLine(Fault):
    """Loss, delay, repetition and disorder on the way to a host."""

    name, weight, exclusive, longest = "bad-line", 12, ("line",), 2.0

    def choose(self, rng):
        self.words = rng.choice([["loss", "20%"], ["delay", "30ms", "20ms"], ["duplicate", "30%"],
                                 ["delay", "10ms", "reorder", "40%"],
                                 ["loss", "10%", "delay", "10ms", "5ms", "duplicate", "10%"]])

    def detail(self):
        return " (" + " ".join(self.words) + ")"

    def windows(self):
        return [("unheard", 0, 0), ("unheard", 1, 0)]

    def begin(self, run):
        run.arena.spoil_line(self.host, self.words)

    def end(self, run):
        run.arena.mend_line()


class Thief(Fault):
    """Somebody takes the address away behind the daemon's back; it is put back at once."""

    name, weight, is_instant = "address-stolen", 14, True

    def choose(self, rng):
        self.choice = rng.random()

    def windows(self):
        return [("robbed", 0, 0.3), ("robbed", 1, 0.3)]

    def begin(self, run):
        instance = run.plan.instances[int(self.choice * len(run.plan.instances))]
        for host in (0, 1):
            if run.directors[host].is_ours or not run.is_mixed:
                run.arena.remove_address(host, instance.address)
