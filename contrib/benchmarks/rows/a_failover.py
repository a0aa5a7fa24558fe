"""The master vanishes; its electing process crashes; it hands over; it is stopped."""

import os
import signal
import time

from bench.daemons import GLOBAL, Daemon, instance
from bench.network import Pair, pause
from bench.observers import Sniffer
from bench.registry import row

PEER = "10.100.0.1"


def address(number):
    return f"10.100.1.{number + 1}"


def configuration(priority, interval, count=1, more=""):
    return GLOBAL % more + "".join(
        instance(f"V{number}", "e0", number + 1, priority, interval, address(number) + "/32")
        for number in range(count))


class Directors:
    """A master on the left and a backup on the right, of one kind."""

    def __init__(self, kind, pair, interval, count=1):
        self.kind, self.interval = kind, interval
        # Without bursts of announcements only the first gratuitous ARP matters to anybody here.
        self.left = Daemon(kind, configuration(200, interval, count), pair.left, "left")
        self.right = Daemon(kind, configuration(100, interval, count), pair.right, "right")
        self.sniffer = Sniffer(pair.right, "e0")
        self.settle(count, 20 + 8 * interval)

    def settle(self, count, patience):
        """Waits until the left one is master of everything and the right one silent."""
        end = time.monotonic() + patience
        while time.monotonic() < end:
            time.sleep(max(2.5 * self.interval, 0.05))
            seen = [packet for packet in self.sniffer.read() if packet.kind == "advert"]
            mine = {packet.router for packet in seen if not packet.outgoing}
            if len(mine) == count and not any(packet.outgoing for packet in seen):
                return
        raise RuntimeError(f"{self.kind} does not settle")

    def close(self):
        self.left.vanish()
        self.right.vanish()
        self.sniffer.close()


def outages(directors, pair, count, patience):
    """Cuts the master off; the times from the last advert heard to the first gratuitous ARP, in ms."""
    directors.sniffer.read()
    # One whole interval, so that an advert of each is among what is read.
    time.sleep(directors.interval)
    pause(directors.interval)
    pair.cut()
    last, first, end = {}, {}, time.monotonic() + patience
    while len(first) < count and time.monotonic() < end:
        time.sleep(0.01)
        for packet in directors.sniffer.read():
            if packet.kind == "advert" and not packet.outgoing:
                last[packet.router] = packet.at
            elif packet.kind == "arp" and packet.outgoing:
                first.setdefault(packet.source, packet.at)
    pair.mend()
    return [1000 * (first[address(number)] - last[number + 1]) for number in range(count)
            if address(number) in first and number + 1 in last]


def measure_failover(run, interval, cuts, count, text):
    samples = {"keepalived": [], "understudy": []}
    with Pair() as pair:
        for kind in run.each(run.pick(3, 1)):
            directors = Directors(kind, pair, interval, count)
            for _ in range(cuts):
                samples[kind] += outages(directors, pair, count, 5 * interval + 2)
                directors.settle(count, 20 + 8 * interval)
            directors.close()
            pair.clean()
    theirs, ours = samples["keepalived"], samples["understudy"]
    title = f"failover, advert_int {text}, last advert to ARP"
    run.add(f"{title}, p50", "ms", theirs, ours, goal=1.0)
    run.add(f"{title}, p99", "ms", theirs, ours, goal=1.0, part=0.99)


@row("failover-10ms")
def failover_10ms(run):
    measure_failover(run, 0.01, run.pick(40, 15), 1, "10 ms")


@row("failover-100ms")
def failover_100ms(run):
    measure_failover(run, 0.1, run.pick(12, 5), 2, "100 ms")


@row("failover-1s")
def failover_1s(run):
    measure_failover(run, 1, 1, 20, "1 s")


@row("crash")
def crash(run):
    """SIGKILL for the electing process of a master whose host lives, at 100 ms."""
    interval, found = 0.1, {"keepalived": [], "understudy": []}
    gaps = {"keepalived": [], "understudy": []}
    with Pair() as pair:
        for kind in run.each(run.pick(3, 1)):
            directors = Directors(kind, pair, interval)
            time.sleep(2 * interval)
            pause(interval)
            os.kill(directors.left.election, signal.SIGKILL)
            time.sleep(3)
            adverts = [packet for packet in directors.sniffer.read() if packet.kind == "advert"]
            found[kind].append(sum(1 for packet in adverts if packet.outgoing and packet.priority))
            moments = [packet.at for packet in adverts if packet.priority]
            gaps[kind].append(1000 * max(later - earlier for earlier, later in zip(moments, moments[1:])))
            directors.close()
            pair.clean()
    takeovers = {kind: [float(count > 0) for count in counts] for kind, counts in found.items()}
    run.add("crash of the electing process: takeovers by the peer", "", takeovers["keepalived"],
            takeovers["understudy"], goal=0, absolute=True)
    run.add("the same: longest time without any advert, 100 ms", "ms", gaps["keepalived"], gaps["understudy"],
            goal=360, absolute=True, remark="master down interval")


@row("handover")
def handover(run):
    """The master of 1 s is sent away, and priority 100 takes over: the time from the master's farewell, an advert of
    priority 0, to the first gratuitous ARP. keepalived knows no other way than to be stopped."""
    samples = {"keepalived": [], "understudy": []}
    with Pair() as pair:
        for kind in run.each(run.pick(3, 1)):
            directors = Directors(kind, pair, 1)
            pause(1)
            directors.sniffer.read()
            if kind == "understudy":
                directors.left.order("failover", "V0")
            else:
                directors.left.process.send_signal(signal.SIGTERM)
            seen, taken = directors.sniffer.wait(lambda packet: packet.kind == "arp" and packet.outgoing, 5)
            farewells = [packet.at for packet in seen if packet.kind == "advert" and not packet.priority]
            if taken and farewells:
                samples[kind].append(1000 * (taken.at - farewells[0]))
            directors.close()
            pair.clean()
    run.add("planned handover, advert_int 1 s, priority 100", "ms", samples["keepalived"], samples["understudy"],
            goal=0.02)


@row("stop")
def stop(run):
    samples = {"keepalived": [], "understudy": []}
    with Pair() as pair:
        for kind in run.each(run.pick(5, 2)):
            daemon = Daemon(kind, configuration(255, 1), pair.left, "left")
            sniffer = Sniffer(pair.right, "e0")
            sniffer.wait(lambda packet: packet.kind == "arp", 10)
            time.sleep(0.5)
            samples[kind].append(1000 * daemon.stop())
            sniffer.close()
            pair.clean()
    run.add("stop of a master: SIGTERM to the end of the process", "ms", samples["keepalived"],
            samples["understudy"], goal=0.2)
