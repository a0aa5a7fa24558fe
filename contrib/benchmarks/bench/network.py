"""Networks of namespaces."""

import os
import random
import subprocess
import time

PREFIX = f"bench{os.getpid()}"


def _run(*words, feed=None, check=True):
    done = subprocess.run(words, input=feed, text=True, capture_output=True)
    if check and done.returncode:
        raise RuntimeError(f"{' '.join(words)}: {done.stderr.strip()}")
    return done.stdout


class Network:
    """A network namespace of its own, with nothing but the loopback interface."""

    _count = 0

    def __init__(self):
        Network._count += 1
        self.name = f"{PREFIX}-alone{Network._count}"
        _run("ip", "netns", "add", self.name)
        _run("ip", "-n", self.name, "link", "set", "lo", "up")

    def __enter__(self):
        return self

    def __exit__(self, *reason):
        _run("ip", "netns", "del", self.name, check=False)


class Pair:
    """Two directors' hosts with a switch between them, which can be cut without taking anybody's carrier.

    Interfaces are e0, e1, ...; the hosts have 10.(100+N).0.1 and .2 on interface N.
    """

    _count = 0

    def __init__(self, interfaces=1):
        Pair._count += 1
        base = f"{PREFIX}-{Pair._count}"
        self.left, self.right, self._switch = base + "a", base + "b", base + "s"
        self.interfaces = interfaces
        for name in (self.left, self.right, self._switch):
            _run("ip", "netns", "add", name)
            _run("ip", "-n", name, "link", "set", "lo", "up")
        lines = []
        for number in range(interfaces):
            bridge = f"br{number}"
            lines += [f"link add {bridge} type bridge", f"link set {bridge} up"]
            for letter, host in (("a", self.left), ("b", self.right)):
                port = f"{letter}{number}"
                lines += [f"link add {port} type veth peer name e{number} netns {host}",
                          f"link set {port} master {bridge}", f"link set {port} up"]
        _run("ip", "-n", self._switch, "-batch", "-", feed="\n".join(lines) + "\n")
        for last, host in ((1, self.left), (2, self.right)):
            _run("ip", "-n", host, "-batch", "-", feed="".join(
                f"addr add 10.{100 + number}.0.{last}/16 dev e{number}\nlink set e{number} up\n"
                for number in range(interfaces)))
        time.sleep(0.2)

    def cut(self):
        """What the left host says is no longer heard; its interfaces stay up."""
        self._set_ports(0)

    def mend(self):
        self._set_ports(3)

    def _set_ports(self, state):
        for number in range(self.interfaces):
            _run("bridge", "-n", self._switch, "link", "set", "dev", f"a{number}", "state", str(state))

    def clean(self):
        """Takes away what a daemon left behind."""
        for last, host in ((1, self.left), (2, self.right)):
            for number in range(self.interfaces):
                _run("ip", "-n", host, "addr", "flush", "dev", f"e{number}", "scope", "global")
                _run("ip", "-n", host, "addr", "add", f"10.{100 + number}.0.{last}/16", "dev", f"e{number}")

    def close(self):
        for name in (self.left, self.right, self._switch):
            _run("ip", "netns", "del", name, check=False)

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.close()


def pause(interval):
    """Waits for a random part of an interval, so that samples do not all begin in the same phase."""
    time.sleep(random.random() * interval)
