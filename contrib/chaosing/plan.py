"""What is configured on a pair, made up from a seed."""

from .arena import CLIENT, SUBNET

INTERVAL = 0.1
SHAPES = ("one", "crossed", "group", "unicast")
HIGH, LOW = 200, 100


class Instance:
    """A virtual router; `priorities` by director."""

    def __init__(self, number, better):
        self.name, self.router, self.address = f"V{number}", 50 + number, f"{SUBNET}.{50 + number}"
        self.better = better
        self.priorities = (HIGH, LOW) if better == 0 else (LOW, HIGH)

    def master_down(self, number):
        """Seconds without adverts after which a director takes over (RFC 9568, 6.1)."""
        return INTERVAL * (3 + (256 - self.priorities[number]) / 256)


class Plan:
    """One instance; two with one master each; or two that go together; by multicast or unicast."""

    def __init__(self, rng, shape=None, first=None):
        self.shape = shape or rng.choice(SHAPES)
        first = rng.randrange(2) if first is None else first
        others = {"one": [], "unicast": [], "crossed": [Instance(2, 1 - first)], "group": [Instance(2, first)]}
        self.instances = [Instance(1, first), *others[self.shape]]

    def text(self, director, extra="", broken=False):
        """The configuration of a director; `extra` is one more address, which comes and goes with reloads."""
        folder, number = director.folder, director.number
        lines = ["global_defs {", f"  router_id {'ab'[number]}", f"  notify_fifo {folder}/fifo", "  script_user root",
                 # After a contest that it has not heard of a master announces its address again only with these.
                 "  vrrp_garp_master_refresh 1", "  vrrp_higher_prio_send_advert true", "}"]
        if self.shape == "group":
            lines += ["vrrp_sync_group G {", "  group {", "    V1", "    V2", "  }", "}"]
        for instance in self.instances:
            lines += [f"vrrp_instance {instance.name} {{", "  state BACKUP", "  interface e0",
                      f"  virtual_router_id {instance.router}", "  version 3", f"  advert_int {INTERVAL:g}",
                      f"  priority {instance.priorities[number]}", f"  notify {folder}/notify"]
            if self.shape == "unicast":
                lines += [f"  unicast_src_ip {SUBNET}.{number + 1}", "  unicast_peer {",
                          f"    {SUBNET}.{2 - number}", "  }"]
            lines += ["  virtual_ipaddress {", f"    {instance.address}/32 dev e0", "  }"]
            if extra:
                lines += ["  virtual_ipaddress_excluded {", f"    {SUBNET}.{extra}{instance.router}/32 dev e0", "  }"]
            lines.append("}")
        # Something to check, so that there is a process that balances; nobody listens there.
        lines += [f"virtual_server {self.instances[0].address} 80 {{", "  delay_loop 1", "  lb_algo rr", "  lb_kind DR",
                  "  protocol TCP", f"  real_server {CLIENT} 80 {{", "    TCP_CHECK {", "      connect_timeout 1",
                  "    }", "  }", "}"]
        if broken:
            lines.append("vrrp_instance {")
        return "\n".join(lines) + "\n"
