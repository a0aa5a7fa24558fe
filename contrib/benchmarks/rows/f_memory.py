"""Memory of a pair; the second row of this kind, with servers to check, needs IPVS."""

import time

from bench.daemons import Daemon
from bench.network import Pair
from bench.registry import row
from rows.a_failover import configuration


@row("memory-pair")
def pair(run):
    proportional, private = ({"keepalived": [], "understudy": []} for _ in range(2))
    with Pair() as pair:
        for kind in run.each(run.pick(3, 1)):
            left = Daemon(kind, configuration(200, 0.1), pair.left, "left")
            time.sleep(1.5)
            right = Daemon(kind, configuration(100, 0.1), pair.right, "right")
            time.sleep(1.5)
            found = left.memory, right.memory
            proportional[kind].append(sum(part[0] for part in found))
            private[kind].append(sum(part[1] for part in found))
            left.vanish()
            right.vanish()
            pair.clean()
    run.add("proportional set size, a VRRP pair", "kB", proportional["keepalived"], proportional["understudy"],
            goal=2.5)
    run.add("private dirty memory, a VRRP pair", "kB", private["keepalived"], private["understudy"], goal=2.0)
