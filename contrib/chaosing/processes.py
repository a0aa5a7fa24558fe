"""Faults of processes: they die, they are stopped."""

import signal

from .arena import signal_process
from .faults import AWAKE, START, Fault


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
