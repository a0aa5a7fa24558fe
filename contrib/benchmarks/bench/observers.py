"""What passes an interface, with the kernel's time stamps."""

import select
import socket
import struct
import time

from .system import in_network

_EVERYTHING = 3
_TIMESTAMP = 35  # SO_TIMESTAMPNS
_FORCED_BUFFER = 33  # SO_RCVBUFFORCE
_OUTGOING = 4  # PACKET_OUTGOING


class Seen:
    """An advert or an ARP packet: when (seconds, monotonic), from whom, which router and priority or address."""

    __slots__ = ("at", "kind", "source", "router", "priority", "outgoing")

    def __init__(self, at, kind, source, router, priority, outgoing):
        self.at, self.kind, self.source = at, kind, source
        self.router, self.priority, self.outgoing = router, priority, outgoing


class Sniffer:
    """Adverts and ARP on an interface of a namespace, in both directions. Nothing is lost while nobody reads, as long
    as the socket's buffer holds."""

    def __init__(self, network, interface):
        self.socket = in_network(network, lambda: self._open(interface))
        self.offset = time.time() - time.monotonic()

    @staticmethod
    def _open(interface):
        found = socket.socket(socket.AF_PACKET, socket.SOCK_RAW, socket.htons(_EVERYTHING))
        found.setsockopt(socket.SOL_SOCKET, _FORCED_BUFFER, 64 << 20)
        found.setsockopt(socket.SOL_SOCKET, _TIMESTAMP, 1)
        found.bind((interface, _EVERYTHING))
        found.setblocking(False)
        return found

    def read(self):
        """What has come since the last time."""
        found = []
        while True:
            try:
                octets, ancillary, _, address = self.socket.recvmsg(256, 64)
            except BlockingIOError:
                return found
            seen = self._understand(octets, ancillary, address[2] == _OUTGOING)
            if seen:
                found.append(seen)

    def _understand(self, octets, ancillary, outgoing):
        at = time.monotonic()
        for _, kind, data in ancillary:
            if kind == _TIMESTAMP:
                seconds, nanoseconds = struct.unpack("qq", data[:16])
                at = seconds + nanoseconds / 1e9 - self.offset
        protocol = octets[12:14]
        if protocol == b"\x08\x00" and octets[23] == 112:
            begin = 14 + (octets[14] & 15) * 4
            return Seen(at, "advert", socket.inet_ntoa(octets[26:30]), octets[begin + 1], octets[begin + 2], outgoing)
        if protocol == b"\x08\x06":
            return Seen(at, "arp", socket.inet_ntoa(octets[28:32]), None, None, outgoing)
        return None

    def wait(self, condition, patience):
        """Everything up to the first that meets the condition, and that one; None when none came in time."""
        found, end = [], time.monotonic() + patience
        while True:
            for seen in (batch := self.read()):
                found.append(seen)
                if condition(seen):
                    found += [later for later in batch if later.at > seen.at]
                    return found, seen
            left = end - time.monotonic()
            if left <= 0:
                return found, None
            select.select([self.socket], [], [], min(left, 0.1))

    def close(self):
        self.socket.close()


class Addresses:
    """Addresses that are added to and removed from the interfaces of a namespace."""

    def __init__(self, network):
        self.socket = in_network(network, self._open)

    @staticmethod
    def _open():
        found = socket.socket(socket.AF_NETLINK, socket.SOCK_RAW, 0)
        found.setsockopt(socket.SOL_SOCKET, _FORCED_BUFFER, 64 << 20)
        found.bind((0, 0x10))  # RTMGRP_IPV4_IFADDR
        found.setblocking(False)
        return found

    def read(self):
        """(is added, address) of every change since the last time."""
        found = []
        while True:
            try:
                octets = self.socket.recv(1 << 17)
            except BlockingIOError:
                return found
            place = 0
            while place + 16 <= len(octets):
                length, kind = struct.unpack_from("=IH", octets, place)
                if kind in (20, 21):
                    found.append((kind == 20, self._address(octets[place + 24:place + length])))
                place += (length + 3) & ~3

    @staticmethod
    def _address(attributes):
        while len(attributes) >= 4:
            length, kind = struct.unpack_from("=HH", attributes)
            if kind == 2 or length < 4:  # IFA_LOCAL
                return socket.inet_ntoa(attributes[4:8])
            attributes = attributes[(length + 3) & ~3:]
        return ""

    def wait_for(self, wanted, patience):
        """Waits until all wanted addresses are there; the moment of that, or None."""
        missing, end = set(wanted), time.monotonic() + patience
        while missing:
            left = end - time.monotonic()
            if left <= 0:
                return None
            select.select([self.socket], [], [], min(left, 0.1))
            for isAdded, address in self.read():
                if isAdded:
                    missing.discard(address)
                elif address in wanted:
                    missing.add(address)
        return time.monotonic()

    def close(self):
        self.socket.close()
