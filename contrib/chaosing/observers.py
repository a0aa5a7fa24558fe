"""Sees everything of a pair from outside: adverts at the switch, addresses on the hosts, what a client gets answered,
what the daemons log and tell."""

import os
import select
import socket
import struct
import threading
import time

from bench.observers import Addresses, Sniffer
from bench.system import in_network

PERIOD = 0.02


class Pings:
    """A client that asks an address again and again: sequence numbers are moments."""

    def __init__(self, network, address, identifier):
        self.address, self.identifier = address, identifier
        self.sent, self.answered = [], set()
        self.socket = in_network(network, lambda: socket.socket(socket.AF_INET, socket.SOCK_RAW, socket.IPPROTO_ICMP))
        self.socket.setblocking(False)

    def send(self, now):
        self.sent.append(now)
        head = struct.pack("!BBHHHd", 8, 0, 0, self.identifier, len(self.sent) & 0xFFFF, now)
        total = sum(struct.unpack(f"!{len(head) // 2}H", head))
        total = (total & 0xFFFF) + (total >> 16)
        check = ~(total + (total >> 16)) & 0xFFFF
        try:
            self.socket.sendto(head[:2] + struct.pack("!H", check) + head[4:], (self.address, 0))
        except OSError:
            pass  # Nobody there: it stays unanswered.

    def read(self):
        while True:
            try:
                octets = self.socket.recv(200)
            except OSError:
                return
            kind, _, _, identifier, number = struct.unpack("!BBHHH", octets[20:28])
            if kind == 0 and identifier == self.identifier:
                self.answered.add(number)

    def outages(self, end):
        """(from, to) of the spans without any answer to what was sent in them."""
        found, begin = [], None
        for number, moment in enumerate(self.sent, 1):
            if number & 0xFFFF in self.answered:
                if begin is not None:
                    found.append((begin, moment))
                begin = None
            elif begin is None:
                begin = moment
        if begin is not None and end - begin > 0.1:
            found.append((begin, end))
        return [(begin, end) for begin, end in found if end - begin > 2.5 * PERIOD]


class Observer:
    """A thread that notes with moments what happens; everything is looked at when it is over."""

    def __init__(self, arena, directors, addresses):
        self.began = time.monotonic()
        self.directors = directors
        self.held = [{address: [] for address in addresses} for _ in directors]
        self.adverts = []
        self.logs = [[], []]
        self.told = [[], []]
        self.deaf = set()
        self.pings = {address: Pings(arena.client, address, os.getpid() % 40000 + number)
                      for number, address in enumerate(addresses)}
        self._addresses = [Addresses(host) for host in arena.hosts]
        self._sniffers = [Sniffer(arena.switch, port) for port in ("a0", "b0")]
        self._fifos = [os.open(director.folder + "/fifo", os.O_RDWR | os.O_NONBLOCK) for director in directors]
        self._rests = {}
        self._logs = {}
        self._lock = threading.Lock()
        self._isOver = False
        self._thread = threading.Thread(target=self._watch, daemon=True)
        self._thread.start()

    def follow(self, number, log):
        """Reads another log of a director, and no longer the one before."""
        with self._lock:
            self._logs[number] = log

    def _watch(self):
        due = time.monotonic()
        while not self._isOver:
            now = time.monotonic()
            if now >= due:
                due = max(due + PERIOD, now)
                for ping in self.pings.values():
                    ping.send(now)
            with self._lock:
                logs = {log: number for number, log in self._logs.items() if ("log", number) not in self.deaf}
            fifos = [fifo for number, fifo in enumerate(self._fifos) if ("fifo", number) not in self.deaf]
            wanted = [watch.socket for watch in [*self._addresses, *self._sniffers, *self.pings.values()]]
            ready = select.select(wanted + list(logs) + fifos, [], [], max(0, due - time.monotonic()))[0]
            self._take(set(ready), logs, time.monotonic())

    def _take(self, ready, logs, now):
        for number, watch in enumerate(self._addresses):
            for is_added, address in watch.read() if watch.socket in ready else ():
                spans = self.held[number].get(address)
                if spans is None:
                    continue
                is_held = bool(spans) and spans[-1][1] is None
                if is_added and not is_held:
                    spans.append([now, None])
                elif not is_added and is_held:
                    spans[-1][1] = now
        for number, sniffer in enumerate(self._sniffers):
            for seen in self._sniff(sniffer) if sniffer.socket in ready else ():
                if seen.kind == "advert" and not seen.outgoing:
                    self.adverts.append((seen.at, number, seen.router, seen.priority))
        for ping in self.pings.values():
            if ping.socket in ready:
                ping.read()
        for log, number in logs.items():
            if log in ready:
                self._take_lines(log, self.logs[number], now)
        for number, fifo in enumerate(self._fifos):
            if fifo in ready:
                self._take_lines(fifo, self.told[number], now)

    @staticmethod
    def _sniff(sniffer):
        try:
            return sniffer.read()
        except OSError:
            return []  # Its port has gone down, which is said once.

    def _take_lines(self, file, lines, now):
        try:
            octets = self._rests.pop(file, b"") + os.read(file, 1 << 16)
        except BlockingIOError:
            return
        if not octets:
            with self._lock:
                self._logs = {number: log for number, log in self._logs.items() if log != file}
            return
        *whole, rest = octets.split(b"\n")
        self._rests[file] = rest
        # As with keepalived, NULs follow the lines about servers.
        lines += [(now, line.decode(errors="replace").strip("\0")) for line in whole]

    def holds(self, number, address):
        spans = self.held[number][address]
        return bool(spans) and spans[-1][1] is None

    def close(self):
        """Ends watching; spans still open end now."""
        if not self._thread.is_alive():
            raise RuntimeError("the observer has died")
        self._isOver = True
        self._thread.join()
        self.ended = time.monotonic()
        for held in self.held:
            for spans in held.values():
                for span in spans:
                    span[1] = span[1] or self.ended
        for watch in [*self._addresses, *self._sniffers, *self.pings.values()]:
            watch.socket.close()
        for fifo in self._fifos:
            os.close(fifo)
