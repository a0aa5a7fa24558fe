"""Many instances; every core busy."""

import os
import subprocess
import sys
import time

from bench.daemons import GLOBAL, Daemon, instance
from bench.network import Pair
from bench.observers import Addresses, Sniffer
from bench.registry import row

PER_INTERFACE = 250


def addresses(count):
    return [f"10.{100 + number // PER_INTERFACE}.1.{number % PER_INTERFACE + 1}" for number in range(count)]


def configuration(count, priority, interval, more=""):
    return GLOBAL % more + "".join(
        instance(f"V{number}", f"e{number // PER_INTERFACE}", number % PER_INTERFACE + 1, priority, interval,
                 address + "/32") for number, address in enumerate(addresses(count)))


def processor_figures(run, count, interval, takeover):
    """CPU in per cent of a core as master and as backup; and the takeover of everything."""
    names = ("master", "backup", "taking", "cpu")
    found = {name: {"keepalived": [], "understudy": []} for name in names}
    with Pair((count - 1) // PER_INTERFACE + 1) as pair:
        for kind in run.each(run.pick(2, 1)):
            seen = Addresses(pair.left)
            left = Daemon(kind, configuration(count, 200, interval), pair.left, "left")
            if seen.wait_for(addresses(count), 60) is None:
                raise RuntimeError(f"{kind} is not master of {count} instances")
            right = Daemon(kind, configuration(count, 100, interval), pair.right, "right")
            time.sleep(4 + 10 * interval)
            taken = Addresses(pair.right)
            used, began = (left.processor_time, right.processor_time), time.monotonic()
            time.sleep(run.pick(8, 4))
            passed = time.monotonic() - began
            found["master"][kind].append(100 * (left.processor_time - used[0]) / passed)
            found["backup"][kind].append(100 * (right.processor_time - used[1]) / passed)
            if taken.read():
                print(f"  {kind} took over without need", flush=True)
            if takeover:
                used, began = right.processor_time, time.monotonic()
                left.vanish()
                over = taken.wait_for(addresses(count), 60)
                if over is not None:
                    found["taking"][kind].append(1000 * (over - began))
                time.sleep(2 - min(1.9, time.monotonic() - began))
                found["cpu"][kind].append(1000 * (right.processor_time - used))
            else:
                left.vanish()
            right.vanish()
            seen.close()
            taken.close()
            pair.clean()
    return [(found[name]["keepalived"], found[name]["understudy"]) for name in names]


@row("instances-1000")
def thousand(run):
    master, backup, *_ = processor_figures(run, 1000, 0.1, takeover=False)
    run.add("1,000 instances, 100 ms: CPU as master", "%", *master, goal=0.6)
    run.add("1,000 instances, 100 ms: CPU as backup", "%", *backup, goal=0.6)


@row("instances-255")
def many(run):
    master, backup, taking, cpu = processor_figures(run, 255, 0.01, takeover=True)
    run.add("255 instances, 10 ms: CPU as master", "%", *master, goal=0.7)
    run.add("255 instances, 10 ms: CPU as backup", "%", *backup, goal=0.7)
    run.add("255 instances, 10 ms: until all are taken over", "ms", *taking, goal=0.7)
    run.add("255 instances, 10 ms: CPU of the 2 s after", "ms", *cpu, goal=0.7)


@row("lateness")
def lateness(run):
    """Two pairs at the same time, one of each kind, at 10 ms while every core is busy."""
    seconds = run.pick(600, 20)
    figures = {}
    pairs = {kind: Pair() for kind in ("keepalived", "understudy")}
    hogs = []
    try:
        for kind, pair in pairs.items():
            left = Daemon(kind, configuration(1, 200, 0.01), pair.left, "left")
            time.sleep(1)
            right = Daemon(kind, configuration(1, 100, 0.01), pair.right, "right")
            time.sleep(1)
            figures[kind] = dict(sniffer=Sniffer(pair.right, "e0"), last=None, gaps=[], takeovers=0, silent=0)
            figures[kind]["daemons"] = (left, right)
        hogs = [subprocess.Popen([sys.executable, "-c", "while True: pass"]) for _ in range(os.cpu_count())]
        end = time.monotonic() + seconds
        while time.monotonic() < end:
            time.sleep(0.5)
            for state in figures.values():
                for packet in state["sniffer"].read():
                    if packet.kind != "advert":
                        continue
                    if packet.outgoing:
                        # A burst of adverts of the right one is one takeover.
                        state["takeovers"] += packet.at - state["silent"] > 0.2
                        state["silent"] = packet.at
                        continue
                    if state["last"] is not None:
                        state["gaps"].append(1000 * (packet.at - state["last"]))
                    state["last"] = packet.at
    finally:
        for hog in hogs:
            hog.kill()
            hog.wait()
        for state in figures.values():
            state["sniffer"].close()
            for daemon in state["daemons"]:
                daemon.vanish()
        for pair in pairs.values():
            pair.close()
    theirs, ours = figures["keepalived"], figures["understudy"]
    run.add(f"10 ms, every core busy for {seconds} s: false takeovers", "", [theirs["takeovers"]],
            [ours["takeovers"]], goal=0, absolute=True)
    run.add("the same: distance of adverts, p99", "ms", theirs["gaps"], ours["gaps"], part=0.99)
    run.add("the same: longest distance of adverts", "ms", theirs["gaps"], ours["gaps"], part=1)
