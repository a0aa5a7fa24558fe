"""One schedule, carried out."""

import json
import os
import shutil
import tempfile
import time

from bench import system

from .directors import Director
from .observers import Observer

SETTLED = 0.6


class Run:
    """Directors and an observer; what faults did, for the judge."""

    def __init__(self, arena, schedule):
        self.arena, self.schedule, self.plan = arena, schedule, schedule.plan
        self.is_mixed = "keepalived" in schedule.kinds
        self.folder = tempfile.mkdtemp(prefix="understudy-chaos.", dir="/var/tmp")
        os.chmod(self.folder, 0o755)
        self.directors = [Director(kind, number, arena.hosts[number], self.folder)
                          for number, kind in enumerate(schedule.kinds)]
        self.extras = [False, False]
        # (moment, text), (what, host, from, to), (host, moment of a new life of the election)
        self.story, self.windows, self.lives = [], [], []
        self.kills, self.hanging, self.lossy, self.historyless = [], set(), set(), set()
        self.leaving, self.dying = set(), set()
        self.violations = []
        # (from, to, fault)
        self.happened = []
        self._open = {}
        self._expected = set()

    # What faults ask for.

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

    # The course of a run.

    def carry_out(self):
        """Starts, lets everything happen, heals, waits and stops. The observer has seen it all then."""
        self.observer = Observer(self.arena, self.directors, [one.address for one in self.plan.instances])
        try:
            for host in (0, 1):
                self.directors[host].write(self.text(host))
                self.start(host)
            self.note("started")
            self.settle("the beginning", 6)
            self.began = time.monotonic()
            self.suffer()
            self.healed = time.monotonic()
            self.note("healed")
            self.settle("the last fault", 6 if "crash-loop" in str(self.schedule.faults) else 4)
            self.settled = time.monotonic()
            self.look()
            self.stop()
        finally:
            self.observer.close()

    def suffer(self):
        for at, what, fault in self.schedule.steps:
            delay = self.began + at - time.monotonic()
            if delay > 0:
                time.sleep(delay)
            moment = time.monotonic()
            if what == "begin":
                self.note(str(fault))
                self._open[fault] = moment
                fault.begin(self)
                self.check_alive()
            else:
                self.note(f"end of {fault.name} {'ab'[fault.host]}")
                fault.end(self)
            if what == "end" or fault.is_instant:
                over = time.monotonic()
                self.happened.append((self._open[fault], over, fault))
                for kind, host, grace in fault.windows():
                    self.windows.append((kind, host, self._open[fault], over + grace))

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

    def is_right(self):
        if any(director.is_ours and len(director.roles()) < 3 for director in self.directors):
            return False
        for one in self.plan.instances:
            if not self.observer.holds(one.better, one.address) or self.observer.holds(1 - one.better, one.address):
                return False
        return True

    def settle(self, occasion, patience):
        """Waits until everything is in its one right place, and has been for a while."""
        began = since = time.monotonic()
        while time.monotonic() - since < SETTLED:
            if not self.is_right():
                since = time.monotonic()
            if time.monotonic() - began > patience:
                # What keepalived makes of its part is its own affair.
                if not self.is_mixed:
                    self.accuse("settled", f"not in the right place {patience} s after {occasion}: {self.places()}")
                return
            time.sleep(0.02)
        self.check_alive()

    def places(self):
        return ", ".join(f"{one.name} on [{' '.join('ab'[host] for host in (0, 1) if self.observer.holds(host, one.address))}]"
                         f" instead of {'ab'[one.better]}" for one in self.plan.instances)

    def look(self):
        """Everything is there, and says of itself what is so."""
        for host, director in enumerate(self.directors):
            if not director.is_ours:
                continue
            missing = {"election", "balancing", "control"} - set(director.roles())
            if missing:
                self.accuse("alive", f"{'ab'[host]} is without {' and '.join(sorted(missing))} in the end")
            elif not self.is_mixed:
                self.judge_status(host, director.control("status", "--json") or "")

    def judge_status(self, host, text):
        try:
            groups = json.loads(text)["election"]["groups"]
            routers = {router["name"]: router["state"] for group in groups for router in group["routers"]}
        except (ValueError, KeyError, TypeError):
            return self.accuse("control", f"{'ab'[host]} does not answer: {text[:200]!r}")
        for one in self.plan.instances:
            right = "MASTER" if one.better == host else "BACKUP"
            if routers.get(one.name, "").upper() != right:
                self.accuse("control", f"{'ab'[host]} says that {one.name} is {routers.get(one.name)}")

    def stop(self):
        """In order, the worse first: nothing is left behind."""
        time.sleep(0.1)
        self.histories = [director.history() for director in self.directors]
        self.stopped = time.monotonic()
        for host in (1 - self.plan.instances[0].better, self.plan.instances[0].better):
            self.note(f"stop {'ab'[host]}")
            self.expect_end(host)
            self.note_end(host, self.directors[host].kill(is_ordered=True))
            time.sleep(0.1)
            left = [one.address for one in self.plan.instances if self.observer.holds(host, one.address)]
            files = [name for name in ("understudy.pid", "understudy/control.sock")
                     if os.path.exists(f"{self.directors[host].disk}/run/{name}")]
            if self.directors[host].is_ours and left + files:
                self.accuse("holdings", f"{'ab'[host]} left {' '.join(left + files)} behind")

    def close(self, keep=False):
        for director in self.directors:
            director.close()
        if not keep:
            shutil.rmtree(self.folder, ignore_errors=True)
        self.arena.clean()
