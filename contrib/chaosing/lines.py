"""Faults of what lies between directors, and of what is on it."""

from .faults import AWAKE, Fault


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
