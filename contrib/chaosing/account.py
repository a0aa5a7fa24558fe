"""What faults ask of a run, and what they leave for the judge."""

import os
import time

from bench import system


class Account:
    """What was done, with moments, and what follows from it."""

    def __init__(self, arena, schedule):
        self.arena, self.schedule, self.plan = arena, schedule, schedule.plan
        self.is_mixed = "keepalived" in schedule.kinds
        self.extras = [False, False]
        # (moment, text), (what, host, from, to), (host, moment of a new life of the election), (from, to, fault)
        self.story, self.windows, self.lives, self.happened = [], [], [], []
        # (host, role, signal, moment)
        self.kills = []
        # Hosts, or hosts with roles, of which something may be otherwise than usual.
        self.hanging, self.lossy, self.historyless, self.leaving, self.dying = set(), set(), set(), set(), set()
        self.violations = []
        self._open = {}
        self._expected = set()

    def text(self, host, broken=False):
        return self.plan.text(self.directors[host], "1" if self.extras[host] else "", broken)

    def start(self, host):
        self.observer.follow(host, self.directors[host].start())
        self._expected.discard(host)
        self.lives.append((host, time.monotonic()))

    def expect_end(self, host):
        self._expected.add(host)

    def note_end(self, host, status):
        if self.directors[host].is_ours and status not in (0, None):
            self.accuse("stop", f"{'ab'[host]} ended with {status} after SIGTERM")

    def expect_gone(self, host, roles):
        """The roles of a killed supervisor leave, with their addresses."""
        end = time.monotonic() + 1.5
        while time.monotonic() < end:
            left = [name for name, process in roles.items() if os.path.exists(f"/proc/{process}/ns")
                    and self._is_alive(process)]
            held = [instance.address for instance in self.plan.instances
                    if self.observer.holds(host, instance.address)]
            if not left and not held:
                return
            time.sleep(0.02)
        self.accuse("holdings", f"{'ab'[host]} still has {left + held} 1.5 s after its supervisor was killed")

    @staticmethod
    def _is_alive(process):
        try:
            with open(f"/proc/{process}/stat") as file:
                return file.read().rsplit(")", 1)[1].split()[0] not in "ZX"
        except OSError:
            return False

    def killed(self, host, role, signal):
        self.kills.append((host, role, int(signal), time.monotonic()))
        if role == "election":
            self.lives.append((host, time.monotonic()))

    def may_hang(self, host):
        self.hanging.add(host)

    def may_leave(self, host, role):
        self.leaving.add((host, role))

    def may_die(self, host, role):
        self.dying.add((host, role))

    def lost_lines(self, host):
        self.lossy.add(host)

    def lost_history(self, host):
        self.historyless.add(host)

    def family(self, host):
        return system.family(self.directors[host].process.pid)

    def wait_for_role(self, host, name, patience):
        end = time.monotonic() + patience
        while time.monotonic() < end:
            process = self.directors[host].role(name)
            if process:
                return process
            time.sleep(0.002)
        return None

    def wait_for_end(self, process):
        end = time.monotonic() + 1
        while self._is_alive(process) and time.monotonic() < end:
            time.sleep(0.002)

    def accuse(self, rule, text):
        self.violations.append((time.monotonic(), rule, text))

    def note(self, text):
        self.story.append((time.monotonic(), text))

    def check_alive(self):
        for host, director in enumerate(self.directors):
            if host not in self._expected and not director.is_running and director.is_ours:
                self._expected.add(host)
                if (host, "supervisor") in self.dying:
                    self.start(host)
                    continue
                self.accuse("alive", f"{'ab'[host]} ended by itself with {director.process.poll()}")
