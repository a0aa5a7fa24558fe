"""How long `-t` takes."""

import os
import resource
import subprocess

from bench.daemons import PROGRAMS, folder
from bench.registry import row
from rows.c_balancing import CHECKS, configuration


def processor_time(program, file):
    """Seconds of one run."""
    process = subprocess.Popen([program, "-t", "-f", file], stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL,
                               stderr=subprocess.DEVNULL)
    _, _, used = os.wait4(process.pid, 0)
    process.returncode = 0
    return used.ru_utime + used.ru_stime


def measure(run, name, text, goal, runs):
    file = f"{folder()}/reading.conf"
    with open(file, "w") as output:
        output.write(text)
    found = {"keepalived": [], "understudy": []}
    for kind in run.each(runs):
        found[kind].append(processor_time(PROGRAMS[kind], file))
    run.add(f"-t of {name}, CPU", "s", found["keepalived"], found["understudy"], goal=goal)


@row("reading")
def reading(run):
    text = configuration(1000, 10, check=CHECKS["TCP"][1])
    measure(run, f"{text.count(chr(10)):,} lines", text, 1.0, run.pick(15, 5))
    measure(run, "one service with 20,000 servers", configuration(1, 20000), 0.1, run.pick(5, 2))
