"""What goes wrong. A fault has a beginning and an end; meanwhile, and a little after, it excuses something.

What it excuses is said to the judge in spans: "out", the director cannot be expected to do its part until so many
seconds after the end; "late", it need not take over, but must not be in another's way; "unheard", what it says does not
reach the other; "robbed" and "unannounced", clients may have to wait. Everything else must not be noticed outside.
"""

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
