"""The two daemons, called with the same flags."""

import os
import re
import select
import shutil
import signal
import struct
import subprocess
import tempfile
import time

from . import system
from .figures import KINDS

HERE = os.path.dirname(os.path.abspath(__file__))
CHECKOUT = os.path.dirname(os.path.dirname(os.path.dirname(HERE)))
PROGRAMS = {"keepalived": os.environ.get("KEEPALIVED", "/usr/sbin/keepalived"),
            "understudy": os.environ.get("UNDERSTUDY", CHECKOUT + "/.build/release/understudy")}
_running = []
_folder = []


def folder():
    """Where configurations and logs lie; not in /run, which the daemons see an own one of."""
    if not _folder:
        _folder.append(tempfile.mkdtemp(prefix="understudy-bench.", dir="/var/tmp"))
    return _folder[0]


def clean():
    """Removes the folder."""
    while _folder:
        if not os.environ.get("BENCH_KEEP"):
            shutil.rmtree(_folder[0], ignore_errors=True)
        _folder.pop()


class Daemon:
    """A running daemon; `network` names its namespace, None is the one we are in."""

    def __init__(self, kind, configuration, network=None, name="daemon", options=()):
        self.kind, self.name = kind, name
        self.file = f"{folder()}/{kind}-{name}.conf"
        self.log = f"{folder()}/{kind}-{name}.log"
        self.write(configuration)

        beginning, moment = os.pipe()

        def prepare():
            if network:
                system.enter_network(network)
            system.give_own_run_directory()
            # What Python needs until here is nobody's start.
            os.write(moment, struct.pack("d", time.monotonic()))

        with open(self.log, "w") as log:
            self.process = subprocess.Popen(
                [PROGRAMS[kind], "-n", "-l", "-G", "-f", self.file, *options], stdin=subprocess.DEVNULL, stdout=log,
                stderr=log, cwd="/", start_new_session=True, preexec_fn=prepare)
        _running.append(self)
        self.began, = struct.unpack("d", os.read(beginning, 8))
        os.close(beginning)
        os.close(moment)

    def write(self, configuration):
        with open(self.file + ".new", "w") as file:
            file.write(configuration)
        os.rename(self.file + ".new", self.file)

    @property
    def processes(self):
        return system.family(self.process.pid)

    @property
    def processor_time(self):
        return system.processor_time(self.processes)

    @property
    def memory(self):
        return system.memory(self.processes)

    @property
    def election(self):
        """The process that elects: ours says so, keepalived's is the only child when nothing is to be balanced."""
        children = self.processes[1:]
        for process in children:
            with open(f"/proc/{process}/cmdline", "rb") as file:
                if b"election" in file.read():
                    return process
        return children[0]

    def reload(self, configuration=None):
        if configuration is not None:
            self.write(configuration)
        self.process.send_signal(signal.SIGHUP)

    def order(self, *words):
        """Gives ours an operator's order; it is asked where its /run is."""
        subprocess.run(["nsenter", "-m", "-t", str(self.process.pid), PROGRAMS["understudy"] + "ctl", *words],
                       check=True, capture_output=True, timeout=30)

    def commands_written(self):
        """How many commands ours has sent to the kernel's table, by its log of all details (-D)."""
        with open(self.log) as log:
            return sum(int(number) for line in log if " IPVS: services " in line
                       for number in re.findall(r"[+~-](\d+)", line.split(" IPVS: ")[1]))

    def load(self, seconds):
        """Processor time per second, in per cent, over some time."""
        used, began = self.processor_time, time.monotonic()
        time.sleep(seconds)
        return 100 * (self.processor_time - used) / (time.monotonic() - began)

    def vanish(self):
        """All processes are killed at once: stopped first, so that none can clean up after another."""
        processes = self.processes
        for process in reversed(processes):
            os.kill(process, signal.SIGSTOP)
        for process in processes:
            os.kill(process, signal.SIGKILL)
        self._ended()

    def stop(self, patience=30):
        """Ends it in order; returns the seconds from SIGTERM to its end."""
        if self.process.poll() is not None:
            return self._ended()
        descriptor = os.pidfd_open(self.process.pid)
        began = time.monotonic()
        self.process.send_signal(signal.SIGTERM)
        isOver = select.select([descriptor], [], [], patience)[0]
        passed = time.monotonic() - began
        os.close(descriptor)
        if not isOver:
            self.vanish()
        self._ended()
        return passed

    def _ended(self):
        self.process.wait()
        if self in _running:
            _running.remove(self)


def stop_all():
    for daemon in list(_running):
        daemon.vanish()


GLOBAL = """global_defs {
  router_id benchmark
  script_user root
  enable_script_security
%s}
"""


def instance(name, interface, router, priority, interval, address, state="BACKUP", more=""):
    """One vrrp_instance; interval in seconds."""
    return (f"vrrp_instance {name} {{\n  state {state}\n  interface {interface}\n  virtual_router_id {router}\n"
            f"  version 3\n  priority {priority}\n  advert_int {interval:g}\n{more}"
            f"  virtual_ipaddress {{\n    {address}\n  }}\n}}\n")
