"""What must not be, looked for in all that was seen of a run. The rules are those of the simulator's judge, as far as
they can be seen from outside.

With keepalived as the peer only that is judged which ours is responsible for: that it gives way to a better peer it
hears, and that it serves when it hears none. What keepalived does after a fault of its own is nobody's violation.
"""

import re

from .plan import INTERVAL
from .spans import both, subtract

# What the kernel and a busy machine add.
SLACK = 0.4
# Of two masters the worse has to hear the better twice at most.
GIVE_WAY = 2.2 * INTERVAL + SLACK
ROLE_ENDED = re.compile(r"(\w+) died \((signal|exit status) (\d+)\)")


class Judge:
    def __init__(self, run):
        self.run, self.observer = run, run.observer
        self.violations = list(run.violations)
        self.outages = []
        self.doubles = []

    def judge(self):
        for instance in self.run.plan.instances:
            self.judge_doubles(instance)
            self.judge_outages(instance)
        self.judge_crashes()
        for host, director in enumerate(self.run.directors):
            if director.is_ours:
                self.judge_logs(host)
                for instance in self.run.plan.instances:
                    self.judge_told(host, instance)
        return sorted(self.violations)

    def accuse(self, at, rule, text):
        self.violations.append((at, rule, text))

    def windows(self, kind, host):
        return [(begin, end) for what, whom, begin, end in self.run.windows if what == kind and whom == host]

    def is_ours(self, host):
        return self.run.directors[host].is_ours

    def judge_doubles(self, instance):
        """Both have the address, though the worse one hears the better one."""
        held = [self.observer.held[host][instance.address] for host in (0, 1)]
        better, worse = instance.better, 1 - instance.better
        excused = self.windows("out", better) + self.windows("out", worse) + self.windows("unheard", better)
        # As long as the better one is silent nobody can give way to it.
        adverts = [at for at, host, router, priority in self.observer.adverts
                   if host == better and router == instance.router and priority]
        excused += [(one, other) for one, other in zip(adverts, adverts[1:]) if other - one > 1.5 * INTERVAL]
        if not self.is_ours(worse):
            return
        both_held = [span for span in both(*held) if span[0] < self.run.stopped]
        self.doubles += [span[1] - span[0] for span in both_held]
        for begin, end in subtract(both_held, excused):
            if end - begin > GIVE_WAY:
                self.accuse(begin, "one master", f"both have {instance.address} for {end - begin:.2f} s")

    def judge_outages(self, instance):
        """The client gets no answer, though a director could have taken over."""
        for begin, end in self.observer.pings[instance.address].outages(self.observer.ended):
            if begin < self.run.began or end > self.run.stopped:
                continue
            self.outages.append((end - begin, self.blame(begin)))
            for host in (0, 1):
                if not self.is_ours(host):
                    continue
                bound = instance.master_down(host) + INTERVAL + SLACK
                excused = self.trusted(instance, host)
                for kind in ("out", "late", "robbed", "unannounced"):
                    excused += self.windows(kind, host)
                for free_begin, free_end in subtract([(begin, end)], excused):
                    if free_end - free_begin > bound:
                        self.accuse(begin, "served", f"{instance.address} does not answer for {end - begin:.2f} s, and "
                                    f"{'ab'[host]} could have served it for {free_end - free_begin:.2f} s")

    def trusted(self, instance, host):
        """When a keepalived with a better right says that it is there, ours has no reason to do anything."""
        other = 1 - host
        if self.is_ours(other) or instance.better == host:
            return []
        return [(at, at + INTERVAL) for at, sender, router, priority in self.observer.adverts
                if sender == other and router == instance.router and priority]

    def blame(self, moment):
        """The fault that was at work when something was noticed: of several the latest, and one that excuses something
        rather than one that does not."""
        near = [(bool(fault.windows()), begin, fault) for begin, end, fault in self.run.happened
                if begin - 0.03 < moment < end + 1.5]
        return max(near, key=lambda one: one[:2])[2] if near else None

    def judge_crashes(self):
        """A role of a master that dies costs nothing, when nothing else happens."""
        for host, role, number, at in self.run.kills:
            near = [moment for moment, text in self.run.story
                    if at - 2 < moment < at + 1.2 and not text.startswith(("kill-role", "healed", "reload"))]
            near += [other for *_, other in self.run.kills if 0 < abs(other - at) < 1.5]
            if near or at + 1.2 > self.run.stopped:
                continue
            for instance in self.run.plan.instances:
                spans = self.observer.held[host][instance.address]
                if any(begin < at - 1 and at < end < at + 1 for begin, end in spans):
                    self.accuse(at, "continuity", f"{'ab'[host]} lost {instance.address} when its {role} was killed")
                if instance.better == host and any(
                        at < begin < at + 1 for begin, end in self.observer.held[1 - host][instance.address]):
                    self.accuse(at, "continuity", f"the peer took {instance.address} when the {role} of {'ab'[host]} was killed")

    def judge_logs(self, host):
        """Nothing ended that nobody killed."""
        killed = {}
        for whom, role, number, _ in self.run.kills:
            if whom == host:
                killed[role, number] = killed.get((role, number), 0) + 1
        for at, line in self.observer.logs[host]:
            if ("Fatal error" in line and not self.run.dying) or "cannot run" in line:
                self.accuse(at, "alive", f"{'ab'[host]} says: {line}")
            if "no sign of life" in line:
                if host not in self.run.hanging:
                    self.accuse(at, "alive", f"{'ab'[host]} says: {line}")
                role = line.split(": ")[-1].split()[0]
                killed[role, 9] = killed.get((role, 9), 0) + 1
            match = ROLE_ENDED.search(line)
            if match:
                key = (match[1], int(match[3])) if match[2] == "signal" else None
                if (host, match[1]) in self.run.dying:
                    continue
                if match[2] == "exit status" and match[3] == "0" and (host, match[1]) in self.run.leaving:
                    continue
                if not killed.get(key):
                    self.accuse(at, "alive", f"{'ab'[host]} says: {line}")
                else:
                    killed[key] -= 1

    def judge_told(self, host, instance):
        """The FIFO and the script heard what was so, in an order that is possible."""
        lines = [(at, line.split()[2]) for at, line in self.observer.told[host]
                 if line.startswith(f'INSTANCE "{instance.name}" ')]
        lives = [at for whom, at in self.run.lives if whom == host]
        hung = [at for at, line in self.observer.logs[host] if "no sign of life" in line]
        last = None
        for at, state in lines:
            is_new = last is None or any(last[0] - 0.5 < life < at + 0.1 for life in lives + hung)
            if host not in self.run.lossy and not is_new and state == last[1]:
                self.accuse(at, "notices", f"{'ab'[host]} {instance.name} tells {state} twice")
            if state in ("MASTER", "BACKUP", "FAULT", "STOP"):
                last = (at, state)
            elif host not in self.run.lossy and "RX_LOWER" not in state:
                self.accuse(at, "notices", f"{'ab'[host]} {instance.name} tells {state}")
        if self.run.is_mixed or self.run.violations:
            return
        right = "MASTER" if instance.better == host else "BACKUP"
        before = [state for at, state in lines if at < self.run.stopped and state in ("MASTER", "BACKUP", "FAULT", "STOP")]
        if host not in self.run.lossy and before[-1:] != [right]:
            self.accuse(self.run.stopped, "notices", f"{'ab'[host]} {instance.name} is {right}; FIFO: {before[-5:]}")
        if host not in self.run.lossy and (not lines or lines[-1][1] != "STOP"):
            self.accuse(self.run.stopped, "notices", f"{'ab'[host]} {instance.name} has stopped; FIFO: {lines[-1:]}")
        heard = [state for name, state in self.run.histories[host] if name == instance.name]
        if host not in self.run.historyless and heard[-1:] != [right]:
            self.accuse(self.run.stopped, "notices", f"{'ab'[host]} {instance.name} is {right}; scripts: {heard[-5:]}")
