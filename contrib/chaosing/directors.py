"""A daemon of either kind on one of the hosts, with a small disk of its own."""

import fcntl
import os
import signal
import subprocess

from bench import system

from . import PROGRAMS
from .arena import run, signal_process

ROLES = ("election", "balancing", "control")
SET_PIPE_SIZE = 1031  # F_SETPIPE_SZ


class Director:
    """The daemon of host 0 or 1. Its /run, its TMPDIR and what its scripts write lie on a file system of 512 kB; its
    log goes through a pipe of one page, so that nobody who does not read goes unnoticed."""

    def __init__(self, kind, number, host, folder):
        self.kind, self.number, self.host = kind, number, host
        self.folder = f"{folder}/{'ab'[number]}"
        self.disk = self.folder + "/disk"
        self.process, self.log = None, None
        self.paused = set()
        os.makedirs(self.disk)
        run("mount", "-t", "tmpfs", "-o", "size=512k,mode=755", "chaos", self.disk)
        for name in ("run", "tmp"):
            os.mkdir(f"{self.disk}/{name}")
        os.mkfifo(self.folder + "/fifo", 0o600)
        with open(self.folder + "/notify", "w") as file:
            file.write(f'#!/bin/sh\necho "$2 $3" >>{self.disk}/history\n')
        os.chmod(self.folder + "/notify", 0o755)

    @property
    def is_ours(self):
        return self.kind == "understudy"

    def write(self, text):
        with open(self.folder + "/new", "w") as file:
            file.write(text)
        os.rename(self.folder + "/new", self.folder + "/daemon.conf")

    def start(self, pipe=4096):
        """Starts it; returns where its log can be read, and holds so many octets that nobody has read yet. What does
        not fit is not logged."""
        read, write = os.pipe2(os.O_CLOEXEC | os.O_NONBLOCK)
        fcntl.fcntl(write, SET_PIPE_SIZE, pipe)
        os.set_blocking(write, True)
        # `ip netns exec` gives it mounts of its own.
        script = (f"mount --bind {self.disk}/run /run && cd / && exec env TMPDIR={self.disk}/tmp "
                  f"{PROGRAMS[self.kind]} -n -l -D -G -f {self.folder}/daemon.conf")
        self.process = subprocess.Popen(["ip", "netns", "exec", self.host, "sh", "-c", script],
                                        stdin=subprocess.DEVNULL, stdout=write, stderr=write, start_new_session=True)
        os.close(write)
        self.log = read
        self.paused = set()
        return read

    @property
    def is_running(self):
        return self.process is not None and self.process.poll() is None

    def role(self, name):
        """The process of a role, None while there is none."""
        if name == "supervisor":
            return self.process.pid if self.is_running else None
        return self.roles().get(name)

    def roles(self):
        found = {}
        if not self.is_running:
            return found
        try:
            with open(f"/proc/{self.process.pid}/task/{self.process.pid}/children") as file:
                children = [int(word) for word in file.read().split()]
            for child in children:
                with open(f"/proc/{child}/cmdline", "rb") as file:
                    title = file.read().replace(b"\0", b" ").decode(errors="replace").strip()
                if title.startswith("understudy: "):
                    found[title.split()[1]] = child
        except OSError:
            pass
        return found

    def signal(self, number):
        """Signals the daemon, unless it is not far enough in its start to heed signals."""
        if not self.is_running:
            return
        heeded = 0
        with open(f"/proc/{self.process.pid}/status") as file:
            for line in file:
                if line.startswith(("SigBlk:", "SigCgt:")):
                    heeded |= int(line.split()[1], 16)
        if heeded >> (number - 1) & 1:
            self.process.send_signal(number)

    def kill(self, is_ordered=False):
        """The end of all its processes: at once, or as an operator does it."""
        if not self.is_running:
            return None
        if is_ordered:
            self.signal(signal.SIGTERM)
        else:
            family = system.family(self.process.pid)
            for process in reversed(family):
                signal_process(process, signal.SIGSTOP)
            for process in family:
                signal_process(process, signal.SIGKILL)
        return self.wait()

    def wait(self, patience=12):
        try:
            return self.process.wait(patience)
        except subprocess.TimeoutExpired:
            for process in reversed(system.family(self.process.pid)):
                signal_process(process, signal.SIGKILL)
            self.process.wait()
            return "did not end"

    def control(self, *words):
        """What the control socket answers; None when it does not."""
        socket = f"{self.disk}/run/understudy/control.sock"
        done = subprocess.run([PROGRAMS["understudy"] + "ctl", *words, "--socket", socket], capture_output=True,
                              text=True, timeout=20)
        return done.stdout if done.returncode == 0 else None

    def history(self):
        """What its notify script was told."""
        try:
            with open(self.disk + "/history") as file:
                return [tuple(line.split()) for line in file if len(line.split()) == 2]
        except OSError:
            return []

    def close(self):
        self.kill()
        if self.log is not None:
            os.close(self.log)
        run("umount", "-l", self.disk, check=False)
