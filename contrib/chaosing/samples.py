"""Memory, descriptors and pace of a daemon over time."""

import os
import time

# What a straight line through noise may rise by, in kB for 1,000 reloads, and in a short run altogether.
MOST_GROWTH = 16
MOST_NOISE = 300
LEAST_PACE = 0.8


def measure(process):
    """(resident, private dirty, descriptors) in kB."""
    resident = private = 0
    with open(f"/proc/{process}/smaps_rollup") as file:
        for line in file:
            if line.startswith("Rss:"):
                resident = int(line.split()[1])
            elif line.startswith("Private_Dirty:"):
                private = int(line.split()[1])
    # Checks under way have some, for a moment.
    descriptors = []
    for _ in range(10):
        descriptors.append(len(os.listdir(f"/proc/{process}/fd")))
        time.sleep(0.001)
    return resident, private, min(descriptors)


def slope(points):
    """The rise of the straight line that fits best."""
    middle_x = sum(x for x, _ in points) / len(points)
    middle_y = sum(y for _, y in points) / len(points)
    spread = sum((x - middle_x) ** 2 for x, _ in points)
    return sum((x - middle_x) * (y - middle_y) for x, y in points) / spread if spread else 0.0


class Samples:
    def __init__(self, director, listeners):
        self.director, self.listeners = director, listeners
        self.processes = {"supervisor": director.process.pid, **director.roles()}
        self.began = self._last = time.monotonic()
        self._count = listeners.count
        self.taken, self.paces = [], []
        self.take(0, paced=False)

    def take(self, reloads, paced=True):
        """A sample after so many reloads."""
        self.taken.append((reloads, {role: measure(process) for role, process in self.processes.items()}))
        if paced:
            now, count = time.monotonic(), self.listeners.count
            self.paces.append((count - self._count) / (now - self._last))
            self._last, self._count = now, count

    def pace(self, seconds):
        """Checks per second while nothing else happens."""
        count, began = self.listeners.count, time.monotonic()
        time.sleep(seconds)
        return (self.listeners.count - count) / (time.monotonic() - began)

    @property
    def settled(self):
        """The samples after the warm-up."""
        last = self.taken[-1][0]
        return [sample for sample in self.taken if sample[0] >= last / 5]

    def growth(self, role, what):
        """kB for 1,000 reloads; what: 0 resident, 1 private dirty."""
        return 1000 * slope([(reloads, values[role][what]) for reloads, values in self.settled])

    def judge(self, strange, status, calm):
        """calm: the checks per second when the reloads were over. A timer that was lost is missing then, too; a host with
        other things to do is not blamed on us."""
        complaints = [f"the log says: {line}" for line in strange]
        if status != 0:
            complaints.append(f"it ended with {status}")
        for role, process in self.processes.items():
            values = [sample[1][role] for sample in self.settled]
            rise = values[-1][1] - values[0][1]
            if self.growth(role, 1) > MOST_GROWTH and rise > MOST_NOISE:
                complaints.append(f"{role} grows by {self.growth(role, 1):.1f} kB for 1,000 reloads")
            descriptors = [value[2] for value in values]
            if min(descriptors[-5:]) > min(descriptors[:5]) + 2:
                complaints.append(f"descriptors of {role}: {descriptors}")
        ordered = sorted(self.paces)
        pace = max(self.paces[-1], calm)
        if pace < LEAST_PACE * ordered[len(ordered) // 2]:
            complaints.append(f"{pace:.0f} checks per second in the end, {ordered[len(ordered) // 2]:.0f} before")
        return {"complaints": complaints,
                "growth": {role: [round(self.growth(role, what), 2) for what in (0, 1)] for role in self.processes}}

    def text(self):
        lines = ["| process | private dirty, kB, after the warm-up | in the end | for 1,000 reloads | resident, for 1,000 "
                 "reloads | descriptors, first and last |", "|---|---:|---:|---:|---:|---|"]
        for role in self.processes:
            first, last = self.settled[0][1][role], self.settled[-1][1][role]
            numbers = [sample[1][role][2] for sample in self.settled]
            lines.append(f"| {role} | {first[1]} | {last[1]} | {self.growth(role, 1):+.1f} | {self.growth(role, 0):+.1f} "
                         f"| {min(numbers[:5])}, {min(numbers[-5:])} |")
        return "\n".join(lines)
