"""One schedule, carried out."""

import json
import os
import shutil
import tempfile
import time

from .account import Account
from .directors import Director
from .observers import Observer

SETTLED = 0.6


class Run(Account):
    """Directors and an observer, and the course of a run."""

    def __init__(self, arena, schedule):
        super().__init__(arena, schedule)
        self.folder = tempfile.mkdtemp(prefix="understudy-chaos.", dir="/var/tmp")
        os.chmod(self.folder, 0o755)
        self.directors = [Director(kind, number, arena.hosts[number], self.folder)
                          for number, kind in enumerate(schedule.kinds)]

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
            self.settle("the last fault", self.patience)
            self.settled = time.monotonic()
            self.look()
            self.stop()
        finally:
            self.observer.close()

    @property
    def patience(self):
        """Seconds until everything must be in its place: longer when a supervisor pauses."""
        return 6 if any(fault.name == "crash-loop" for fault in self.schedule.faults) else 4

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
            left += [f"process {number}" for number in self.arena.processes(host)]
            if self.directors[host].is_ours and left + files:
                self.accuse("holdings", f"{'ab'[host]} left {' '.join(left + files)} behind")

    def close(self, keep=False):
        for director in self.directors:
            director.close()
        if not keep:
            shutil.rmtree(self.folder, ignore_errors=True)
        self.arena.clean()
