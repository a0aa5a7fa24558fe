"""Faults for real daemons: networks, daemons, observers, faults and judges of contrib/chaos and contrib/soak."""

import os
import sys

HERE = os.path.dirname(os.path.abspath(__file__))
CHECKOUT = os.path.dirname(os.path.dirname(HERE))
# The observers of the benchmarks serve here, too.
sys.path.insert(0, os.path.join(CHECKOUT, "contrib", "benchmarks"))
sys.dont_write_bytecode = True

PROGRAMS = {"keepalived": os.environ.get("KEEPALIVED", "/usr/sbin/keepalived"),
            "understudy": os.environ.get("UNDERSTUDY", CHECKOUT + "/.build/release/understudy")}
