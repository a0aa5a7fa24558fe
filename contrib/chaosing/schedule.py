"""A schedule: faults with moments, from a seed alone."""

import random

from . import disturbances, lines, processes  # noqa: F401  (their faults register themselves)
from .faults import FAULTS
from .plan import Plan


class Schedule:
    """What happens to a pair. The same seed is always the same schedule, though not the same run."""

    def __init__(self, seed, seconds, is_mixed, has_netem, only=None):
        rng = random.Random(seed)
        self.seed, self.seconds = seed, seconds
        self.kinds = ["understudy", "understudy"]
        if is_mixed:
            self.kinds[rng.randrange(2)] = "keepalived"
        self.plan = Plan(rng)
        self.faults = []
        names = sorted(only or FAULTS)
        weights = [FAULTS[name].weight for name in names]
        at = rng.uniform(0, 0.4)
        while at < seconds - 0.5:
            kind = FAULTS[rng.choices(names, weights)[0]]
            fault = kind(rng, at, rng.randrange(2))
            if self._fits(fault, has_netem):
                self.faults.append(fault)
            # Sometimes close together, sometimes far apart.
            at += rng.choice([0.02, 0.3, 0.6, 1.2]) * rng.uniform(0.5, 1.5)

    def _fits(self, fault, has_netem):
        if fault.name == "bad-line" and not has_netem:
            return False
        if fault.only_ours and self.kinds[fault.host] != "understudy":
            return False
        if fault.at + fault.duration > self.seconds and fault.duration < 2.5:
            return False
        # Roles that die often are not started again at once: that is the crash loop's part.
        kills = [other for other in self.faults if other.host == fault.host and other.name in ("kill-role", "crash-loop")]
        if (fault.name == "kill-role" and len(kills) > 2) or (fault.name == "crash-loop" and kills):
            return False
        if fault.name == "kill-role" and any(other.name == "crash-loop" for other in kills):
            return False
        return not any(set(other.exclusive) & set(fault.exclusive) and self._meet(fault, other)
                       for other in self.faults if other.host == fault.host or "filter" in fault.exclusive)

    @staticmethod
    def _meet(one, other):
        # Whoever was just started needs a moment before he can be expected to die again.
        return one.at < other.at + other.duration + 0.2 and other.at < one.at + one.duration + 0.2

    @property
    def steps(self):
        """(moment, what, fault) in order."""
        found = []
        for fault in self.faults:
            found.append((fault.at, "begin", fault))
            if not fault.is_instant:
                found.append((fault.at + fault.duration, "end", fault))
        return sorted(found, key=lambda step: step[0])
