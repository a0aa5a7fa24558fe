"""Two directors' hosts and a client at a switch, which can be cut, drop adverts, and be a bad line."""

import os
import signal
import subprocess

SUBNET = "10.9.0"
CLIENT = SUBNET + ".100"
LETTERS = "ab"


def run(*words, feed=None, check=True):
    done = subprocess.run(words, input=feed, text=True, capture_output=True)
    if check and done.returncode:
        raise RuntimeError(f"{' '.join(words)}: {done.stderr.strip()}")
    return done.returncode


def signal_process(process, number):
    """Whether there was such a process."""
    try:
        os.kill(process, number)
        return True
    except (ProcessLookupError, TypeError):
        return False


class Arena:
    """Namespaces of one pair. Both hosts have one interface, e0; the switch knows it as a0 and b0."""

    def __init__(self, number):
        base = f"chaos{os.getpid()}-{number}"
        self.hosts = [base + "a", base + "b"]
        self.client, self.switch = base + "c", base + "s"
        for name in self.hosts + [self.client, self.switch]:
            run("ip", "netns", "add", name)
            run("ip", "-n", name, "link", "set", "lo", "up")
        lines = ["link add br0 type bridge", "link set br0 up"]
        for letter, host in zip("abc", self.hosts + [self.client]):
            lines += [f"link add {letter}0 type veth peer name e0 netns {host}",
                      f"link set {letter}0 master br0", f"link set {letter}0 up"]
        run("ip", "-n", self.switch, "-batch", "-", feed="\n".join(lines) + "\n")
        for host, last in zip(self.hosts + [self.client], (1, 2, 100)):
            run("ip", "-n", host, "-batch", "-", feed=f"addr add {SUBNET}.{last}/24 dev e0\nlink set e0 up\n")
        # Who has not answered is asked again at once, as by many clients instead of one.
        run("ip", "netns", "exec", self.client, "sysctl", "-qw", "net.ipv4.neigh.e0.retrans_time_ms=100")
        # Rules for frames from A to B and back; "ab" and "ba" are filled and flushed by faults.
        self._nft("add table bridge chaos\nadd chain bridge chaos ab\nadd chain bridge chaos ba\n"
                  "add chain bridge chaos forward { type filter hook forward priority 0; }\n"
                  "add rule bridge chaos forward iifname a0 oifname b0 jump ab\n"
                  "add rule bridge chaos forward iifname b0 oifname a0 jump ba\n")
        self.has_netem = run("tc", "-n", self.switch, "qdisc", "add", "dev", "a0", "root", "netem", "loss", "1%",
                             check=False) == 0
        self.mend_line()

    def _nft(self, text):
        run("ip", "netns", "exec", self.switch, "nft", "-f", "-", feed=text)

    def drop_adverts(self, sender):
        """What a host says of VRRP is no longer heard by the other; everything else is."""
        chain = "ab" if sender == 0 else "ba"
        self._nft(f"add rule bridge chaos {chain} ip protocol 112 drop\n")

    def pass_adverts(self, sender):
        self._nft(f"flush chain bridge chaos {'ab' if sender == 0 else 'ba'}\n")

    def set_port(self, host, is_open):
        """A closed port carries nothing, but its cable still has a carrier."""
        run("bridge", "-n", self.switch, "link", "set", "dev", LETTERS[host] + "0", "state", "3" if is_open else "0")

    def set_link(self, host, is_up):
        """The host's own interface."""
        run("ip", "-n", self.hosts[host], "link", "set", "e0", "up" if is_up else "down")

    def set_carrier(self, host, is_up):
        """The other end of its cable."""
        run("ip", "-n", self.switch, "link", "set", LETTERS[host] + "0", "up" if is_up else "down")

    def remove_address(self, host, address):
        return run("ip", "-n", self.hosts[host], "addr", "del", address + "/32", "dev", "e0", check=False) == 0

    def spoil_line(self, host, words):
        run("tc", "-n", self.switch, "qdisc", "replace", "dev", LETTERS[host] + "0", "root", "netem", *words)

    def mend_line(self):
        if self.has_netem:
            for letter in LETTERS:
                run("tc", "-n", self.switch, "qdisc", "del", "dev", letter + "0", "root", check=False)

    def clean(self):
        """As it was in the beginning, whatever a schedule left behind."""
        for host in (0, 1):
            for process in self.processes(host):
                signal_process(process, signal.SIGKILL)
            self.pass_adverts(host)
            self.set_carrier(host, True)
            self.set_link(host, True)
            self.set_port(host, True)
            run("ip", "-n", self.hosts[host], "addr", "flush", "dev", "e0", "scope", "global")
            run("ip", "-n", self.hosts[host], "addr", "add", f"{SUBNET}.{host + 1}/24", "dev", "e0")
        self.mend_line()
        run("ip", "-n", self.client, "neigh", "flush", "dev", "e0")

    def processes(self, host):
        """The processes in a host's namespace."""
        found = subprocess.run(["ip", "netns", "pids", self.hosts[host]], capture_output=True, text=True)
        return [int(word) for word in found.stdout.split()]

    def close(self):
        for name in self.hosts + [self.client, self.switch]:
            run("ip", "netns", "del", name, check=False)
