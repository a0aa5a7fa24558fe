"""What came of the runs: violations with their stories, and a table."""

import os
import time


class Outcome:
    """What a pair's process says of one run."""

    def __init__(self, run, judge, violations):
        schedule = run.schedule
        self.seed, self.kinds, self.shape = schedule.seed, schedule.kinds, schedule.plan.shape
        self.injected = [fault.name for fault in schedule.faults]
        self.outages = [(length, fault.name if fault else "nothing", str(fault)) for length, fault in judge.outages] \
            if judge else []
        self.doubles = judge.doubles if judge else []
        self.violations = [(rule, text) for _, rule, text in violations]
        self.story = tell(run, violations) if violations else ""
        self.folder = run.folder
        self.has_netem = run.arena.has_netem


def tell(run, violations):
    """Everything in order, in seconds since the faults began."""
    origin = getattr(run, "began", run.observer.began)
    lines = [(at, text) for at, text in run.story]
    lines += [(at, f"!!! {rule}: {text}") for at, rule, text in violations]
    for host in (0, 1):
        letter = "ab"[host]
        for address, spans in run.observer.held[host].items():
            for begin, end in spans:
                lines += [(begin, f"  {letter} has {address}"), (end or time.monotonic(), f"  {letter} has {address} no more")]
        lines += [(at, f"  {letter} tells {line}") for at, line in run.observer.told[host] if line != "-"]
        lines += [(at, f"    {letter} log {line}") for at, line in run.observer.logs[host]]
    for address, pings in run.observer.pings.items():
        for begin, end in pings.outages(time.monotonic()):
            lines += [(begin, f"  {address} does not answer"), (end, f"  {address} answers again")]
    return "\n".join(f"  {at - origin:7.3f} {text}" for at, text in sorted(lines))


class Summary:
    def __init__(self):
        self.began = time.monotonic()
        self.count, self.violations = 0, 0
        self.injected, self.outages = {}, {}
        self.doubles = []

    def add(self, outcome):
        self.count += 1
        if not outcome.has_netem and self.count == 1:
            print("bad-line is left out: this kernel has no netem (contrib/lab/in-uml has)", flush=True)
        self.doubles += outcome.doubles
        for name in outcome.injected:
            self.injected[name] = self.injected.get(name, 0) + 1
        for length, name, text in outcome.outages:
            known = self.outages.setdefault(name, [0, 0.0, None])
            known[0] += 1
            if length > known[1]:
                known[1:] = [length, f"{text}, seed {outcome.seed}"]
        if outcome.violations:
            self.violations += len(outcome.violations)
            print(f"seed {outcome.seed} ({' and '.join(outcome.kinds)}, {outcome.shape}): {len(outcome.violations)} "
                  f"violations")
            for rule, text in outcome.violations:
                print(f"  {rule}: {text}")
            print(outcome.story + ("" if not os.path.isdir(outcome.folder) else f"\n  kept: {outcome.folder}"), flush=True)

    def text(self):
        lines = ["", "| fault | injected | noticed by the client | longest, ms | |", "|---|---:|---:|---:|---|"]
        for name in sorted(set(self.injected) | set(self.outages)):
            count, length, cause = self.outages.get(name, [0, 0.0, ""])
            longest = f"{length * 1000:.0f}" if count else "-"
            lines.append(f"| {name} | {self.injected.get(name, 0)} | {count} | {longest} | {cause or ''} |")
        lines += ["", f"{self.count} schedules, {sum(self.injected.values())} faults, {self.violations} violations, "
                  f"{time.monotonic() - self.began:.0f} s"]
        return "\n".join(lines)
