"""Rows that need the real IPVS: checks, the table, reloads, detection, memory. They run in User Mode Linux."""

import os
import re
import select
import socket
import statistics
import subprocess
import threading
import time

from bench.daemons import Daemon, GLOBAL, folder
from bench.network import Network
from bench.registry import row

PATIENCE = 120


def prepare():
    subprocess.run(["modprobe", "ip_vs_rr"], check=False)
    for setting in ["net.ipv4.tcp_max_tw_buckets=200000", "net.core.somaxconn=4096"]:
        subprocess.run(["sysctl", "-q", "-w", setting], check=False)
    subprocess.run(["ipvsadm", "-C"], check=False)


def table(process):
    """The text of the table that a process has."""
    with open(f"/proc/{process}/net/ip_vs", "rb", buffering=0) as file:
        return b"".join(iter(lambda: file.read(1 << 20), b""))


def wait_for_table(condition, resolution=0.01, process="self"):
    """Polls until the table is as wanted; the moment at which the reading began that found it so. Reading takes time of
    the one processor there is, so at most a quarter of it goes into reading."""
    end = time.monotonic() + PATIENCE
    while True:
        began = time.monotonic()
        text = table(process)
        now = time.monotonic()
        if condition(text):
            return began
        if now > end:
            raise RuntimeError("the table did not become what it should be")
        time.sleep(max(resolution, 3 * (now - began)))


def servers_in(text):
    return text.count(b"\n  -> ") - 1


def settle(daemon, quiet=0.8):
    """Waits until it does nothing any more."""
    last, since, end = daemon.processor_time, time.monotonic(), time.monotonic() + PATIENCE
    while time.monotonic() - since < quiet and time.monotonic() < end:
        time.sleep(0.1)
        now = daemon.processor_time
        if now - last > 0.005:
            since = time.monotonic()
        last = now


def configuration(services, servers, check="", weight=1, delay=3600, port=80, base="172.{high}.{middle}.{low}"):
    """Services with servers; the last server of all has the weight."""
    lines = [GLOBAL % ""]
    for service in range(services):
        lines.append(f"virtual_server 10.{50 + service // 250}.{service % 250}.1 80 {{\n  delay_loop {delay}\n"
                     "  lvs_sched rr\n  lvs_method DR\n  protocol TCP\n")
        for server in range(servers):
            isLast = service == services - 1 and server == servers - 1
            address = base.format(high=16 + server // 62500, middle=server // 250 % 250, low=server % 250 + 1)
            lines.append(f"  real_server {address} {port} {{\n    weight {weight if isLast else 1}\n{check}  }}\n")
        lines.append("}\n")
    return "".join(lines)


# ------------------------------------------------------------------ the table

def measure_table(kind, services, servers, reloads):
    same, other = configuration(services, servers), configuration(services, servers, weight=7)
    found = {}
    # Each in a network of its own: the kernel keeps what was removed for two minutes, and looks through all of it for
    # every server that is added.
    with Network() as network:
        daemon = Daemon(kind, same, network.name, options=("-D",) if kind == "understudy" else ())
        _follow_table(daemon, found, services * servers, reloads and [
            ("same", same, None), ("weight", other, lambda text: b" Route   7 " in text)])
        daemon.stop()
    return found


def _follow_table(daemon, found, size, reloads):
    """Waits until the table is full, then through the reloads; notes how long it took, and what it cost."""
    process, isOurs = daemon.process.pid, daemon.kind == "understudy"
    full = wait_for_table(lambda text: servers_in(text) == size, process=process)
    found["fill"] = full - daemon.began
    settle(daemon)
    for name, text, condition in reloads or []:
        written = daemon.commands_written() if isOurs else 0
        used, began = daemon.processor_time, time.monotonic()
        daemon.reload(text)
        if condition:
            found["seen"] = wait_for_table(condition, process=process) - began
        time.sleep(0.3)
        settle(daemon)
        found[name] = daemon.processor_time - used
        if isOurs:
            found[name + " writes"] = daemon.commands_written() - written


def table_row(run, services, servers, runs, fill_goal, reload_goal):
    prepare()
    found = {"keepalived": [], "understudy": []}
    for kind in run.each(runs):
        found[kind].append(measure_table(kind, services, servers, reload_goal is not None))

    def of(name):
        return ([sample[name] for sample in found[kind] if name in sample] for kind in ("keepalived", "understudy"))

    size = f"{services:,} x {servers:,}"
    run.add(f"start until IPVS holds {size}", "s", *of("fill"), goal=fill_goal)
    if reload_goal is not None:
        for name, change, writes in [("same", "nothing", 0), ("weight", "one weight", 1)]:
            run.add(f"reload of {size}, {change} changed, CPU", "s", *of(name), goal=reload_goal)
            run.add("the same: commands for the table", "", *of(name + " writes"), goal=writes, absolute=True)


@row("table-1000x10", needs_ipvs=True)
def small(run):
    table_row(run, 1000, 10, run.pick(2, 1), 0.1, 0.25)


@row("table-4000x10", needs_ipvs=True)
def many(run):
    table_row(run, 4000, 10, run.pick(2, 1), 0.1, 0.25)


@row("table-1x10000", needs_ipvs=True)
def big(run):
    table_row(run, 1, 10000, run.pick(2, 1), 0.4, 0.25)


# ------------------------------------------------------------------ checks

NGINX = """user root;
worker_processes 1;
daemon off;
pid {folder}/nginx.pid;
error_log /dev/null;
events {{ worker_connections 4096; }}
http {{
  access_log off;
  keepalive_timeout 0;
  server {{
    listen 80 backlog=4096;
    listen 443 ssl backlog=4096;
    ssl_certificate {folder}/server.pem;
    ssl_certificate_key {folder}/server.key;
    ssl_session_cache off;
    location / {{ return 200 "fine\\n"; }}
    location = /count {{ stub_status; }}
  }}
}}
"""
_URL = "      url {\n        path /\n        status_code 200\n      }\n      connect_timeout 3\n"
CHECKS = {"TCP": (80, "    TCP_CHECK {\n      connect_timeout 3\n    }\n"),
          "HTTP": (80, "    HTTP_GET {\n" + _URL + "    }\n"),
          "TLS": (443, "    SSL_GET {\n" + _URL + "    }\n")}


class WebServer:
    """nginx, which all addresses of 127.0.0.0/8 reach; it counts the connections it accepts."""

    def __init__(self):
        self.own = 0
        subprocess.run(["openssl", "req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-nodes",
                        "-days", "30", "-subj", "/CN=benchmark", "-keyout", f"{folder()}/server.key",
                        "-out", f"{folder()}/server.pem"], check=True, capture_output=True)
        with open(f"{folder()}/nginx.conf", "w") as file:
            file.write(NGINX.format(folder=folder()))
        self.process = subprocess.Popen(["nginx", "-e", "/dev/null", "-c", f"{folder()}/nginx.conf"])
        end = time.monotonic() + 20
        while True:
            try:
                self.count()
                return
            except OSError:
                if time.monotonic() > end:
                    raise
                time.sleep(0.1)

    def count(self):
        with socket.create_connection(("127.0.0.1", 80), 5) as connection:
            connection.sendall(b"GET /count HTTP/1.0\r\n\r\n")
            text = b"".join(iter(lambda: connection.recv(4096), b""))
        self.own += 1
        return int(re.search(rb"accepts handled requests\s*(\d+)", text).group(1)) - self.own

    def stop(self):
        self.process.terminate()
        self.process.wait()


def measure_checks(kind, web, check, servers, seconds, services=1, delay=1):
    """Processor time of a check in microseconds, and checks a second."""
    port, text = CHECKS[check]
    daemon = Daemon(kind, configuration(services, servers, check=f"    warmup {delay}\n{text}", delay=delay, port=port,
                                        base="127.1.{middle}.{low}"))
    wait_for_table(lambda text: servers_in(text) == services * servers)
    time.sleep(3)
    made, used, began = web.count(), daemon.processor_time, time.monotonic()
    time.sleep(seconds)
    made, used = web.count() - made, daemon.processor_time - used
    rate = made / (time.monotonic() - began)
    daemon.stop()
    subprocess.run(["ipvsadm", "-C"], check=False)
    return 1e6 * used / max(made, 1), rate


@row("checks", needs_ipvs=True)
def checks(run):
    prepare()
    web = WebServer()
    try:
        for check, servers, goal in [("TCP", 1000, 0.7), ("HTTP", 500, 0.8), ("TLS", 150, 0.9)]:
            found = {"keepalived": [], "understudy": []}
            for kind in run.each(run.pick(2, 1)):
                found[kind].append(measure_checks(kind, web, check, servers, run.pick(6, 4)))
            theirs, ours = ([sample[0] for sample in found[kind]] for kind in ("keepalived", "understudy"))
            rates = [round(statistics.median(sample[1] for sample in found[kind])) for kind in found]
            run.add(f"CPU per {check} check", "us", theirs, ours, goal=goal, remark="{} and {} a second".format(*rates))
    finally:
        web.stop()


@row("shared-checks", needs_ipvs=True)
def shared(run):
    """Many services with the same servers: each server is asked as often as if there were one service."""
    prepare()
    web = WebServer()
    try:
        found = {"keepalived": [], "understudy": []}
        for kind in run.each(1):
            one, many = (measure_checks(kind, web, "TCP", 50, run.pick(20, 10), services, 5)[1] for services in (1, 200))
            found[kind].append(many / one)
        run.add("200 services share 50 servers: checks, one service = 1", "", found["keepalived"], found["understudy"],
                goal=1.1, absolute=True)
    finally:
        web.stop()


# ------------------------------------------------------------------ detection

class Listener:
    """Accepts and closes connections to one address."""

    def __init__(self, address):
        self.socket = socket.create_server((address, 80), backlog=64)
        self.over, self.end = os.pipe()
        self.thread = threading.Thread(target=self._serve, daemon=True)
        self.thread.start()

    def _serve(self):
        while True:
            ready = select.select([self.socket, self.over], [], [])[0]
            if self.over in ready:
                return
            self.socket.accept()[0].close()

    def close(self):
        """From now on connections are refused; returns the moment."""
        os.write(self.end, b"x")
        self.thread.join()
        self.socket.close()
        moment = time.monotonic()
        os.close(self.over)
        os.close(self.end)
        return moment


@row("detection", needs_ipvs=True)
def detection(run):
    """Two of three servers always listen; the third stops, and is to vanish from the table. Checks every second, no
    repetition."""
    prepare()
    check = "    TCP_CHECK {\n      connect_timeout 1\n      retry 0\n      warmup 0\n    }\n"
    found = {"keepalived": [], "understudy": []}
    lasting = [Listener("127.1.0.1"), Listener("127.1.0.2")]
    for kind in run.each(run.pick(2, 1)):
        third = Listener("127.1.0.3")
        daemon = Daemon(kind, configuration(1, 3, check=check, delay=1, base="127.1.{middle}.{low}"))
        for number in range(run.pick(8, 5)):
            wait_for_table(lambda text: servers_in(text) == 3)
            time.sleep(1 + (number * 0.618) % 1)
            closed = third.close()
            found[kind].append(1000 * (wait_for_table(lambda text: servers_in(text) == 2, 0.002) - closed))
            third = Listener("127.1.0.3")
        daemon.stop()
        third.close()
        subprocess.run(["ipvsadm", "-C"], check=False)
    for listener in lasting:
        listener.close()
    run.add("listener closed until the server is out of the table", "ms", found["keepalived"], found["understudy"],
            goal=1.0)


# ------------------------------------------------------------------ memory

@row("memory-servers", needs_ipvs=True)
def memory(run):
    """1,000 services with 10 servers each, all with TCP_CHECK."""
    prepare()
    found = {"keepalived": [], "understudy": []}
    for kind in run.each(1):
        with Network() as network:
            daemon = Daemon(kind, configuration(1000, 10, check=CHECKS["TCP"][1]), network.name)
            wait_for_table(lambda text: servers_in(text) >= 1, process=daemon.process.pid)
            settle(daemon)
            found[kind].append(daemon.memory[0])
            daemon.stop()
    run.add("proportional set size, 1,000 x 10 with TCP_CHECK", "kB", found["keepalived"], found["understudy"],
            goal=2.0)
