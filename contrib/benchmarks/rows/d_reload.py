"""Adverts go on while a large configuration is read again."""

import os
import time

from bench.daemons import Daemon
from bench.network import Pair
from bench.observers import Addresses, Sniffer
from bench.registry import row
from rows.b_instances import addresses, configuration as instances, PER_INTERFACE
from rows.c_balancing import configuration as services

COUNT = 500


@row("reload-gap")
def gap(run):
    """1,000 x 10 servers and 500 instances at 100 ms, one of the weights changed. Where the kernel has no IPVS ours
    reads and converts everything all the same; keepalived would end, and is run without its checking process."""
    longest = {"keepalived": [], "understudy": []}
    with Pair((COUNT - 1) // PER_INTERFACE + 1) as pair:
        text = instances(COUNT, 200, 0.1)
        for kind in run.each(run.pick(2, 1)):
            seen = Addresses(pair.left)
            head = services(1000, 10)
            daemon = Daemon(kind, text + head[head.index("virtual_server"):], pair.left, "left",
                            options=("-P",) if kind == "keepalived" else ())
            if seen.wait_for(addresses(COUNT), 60) is None:
                raise RuntimeError(f"{kind} is not master of {COUNT} instances")
            time.sleep(2)
            sniffer = Sniffer(pair.right, "e0")
            for number in range(2):
                head = services(1000, 10, weight=5 + number)
                time.sleep(0.5)
                sniffer.read()
                time.sleep(0.5)
                daemon.reload(text + head[head.index("virtual_server"):])
                time.sleep(3)
                last, worst = {}, 0.0
                for packet in sniffer.read():
                    if packet.kind == "advert":
                        worst = max(worst, packet.at - last.get(packet.router, packet.at))
                        last[packet.router] = packet.at
                longest[kind].append(worst / 0.1)
            sniffer.close()
            seen.close()
            daemon.vanish()
            pair.clean()
    run.add("longest advert gap in a reload, 500 at 100 ms", "ivals", longest["keepalived"], longest["understudy"],
            goal=1.5, absolute=True)
