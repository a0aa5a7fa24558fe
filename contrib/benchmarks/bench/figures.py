"""Figures, their spread, and the table they are printed in."""

import json
import statistics

KINDS = ("keepalived", "understudy")
HEADING = ["work", "unit", "keepalived", "ours", "ratio", "goal", "spread", ""]


def quantile(values, part):
    """The value below which a part (0 to 1) of all lie; values between two are interpolated."""
    values = sorted(values)
    place = (len(values) - 1) * part
    below = int(place)
    above = min(below + 1, len(values) - 1)
    return values[below] + (values[above] - values[below]) * (place - below)


def spread(values):
    """Half the distance of the quartiles, as a part of the median; None where that says nothing."""
    if len(values) < 2 or not statistics.median(values):
        return None
    return (quantile(values, 0.75) - quantile(values, 0.25)) / 2 / abs(statistics.median(values))


class Figure:
    """One line: what both took for the same work.

    theirs, ours: the samples. goal: what ours divided by theirs may be at most; with `absolute` what ours alone may
    be. part: which quantile of the samples counts.
    """

    def __init__(self, name, unit, theirs, ours, goal=None, absolute=False, part=0.5, remark=""):
        self.name, self.unit, self.goal, self.absolute, self.remark = name, unit, goal, absolute, remark
        self.samples = {"keepalived": list(theirs), "understudy": list(ours)}
        self.value = {kind: quantile(values, part) if values else None for kind, values in self.samples.items()}
        theirs, ours = self.value["keepalived"], self.value["understudy"]
        self.ratio = ours / theirs if theirs and ours is not None else None
        reached = ours if absolute else self.ratio
        # Two digits after the point are all that anybody reads.
        self.met = None if goal is None or reached is None else round(reached, 2) <= goal

    @property
    def cells(self):
        def number(value):
            if value is None:
                return "-"
            return f"{value:.0f}" if value == int(value) and abs(value) < 1e6 else f"{value:.3g}"

        parts = [spread(self.samples[kind]) for kind in KINDS]
        return [self.name, self.unit, number(self.value["keepalived"]), number(self.value["understudy"]),
                "-" if self.ratio is None else f"{self.ratio:.2f}",
                "-" if self.goal is None else f"{self.goal:g}" + ("" if self.absolute else " x"),
                "/".join("-" if part is None else f"{part * 100:.0f}" for part in parts) + " %",
                {None: "", True: "met", False: "MISSED"}[self.met]
                + (f" ({self.remark})" if self.remark else "")]

    def encoded(self):
        return dict(name=self.name, unit=self.unit, ratio=self.ratio, goal=self.goal, absolute=self.absolute,
                    met=self.met, remark=self.remark, value=self.value, samples=self.samples)


class Table:
    """Prints lines as they come, and keeps them."""

    def __init__(self, heading=True):
        self.figures = []
        if heading:
            self.line(HEADING)

    def line(self, cells):
        print(f"{cells[0]:<58} {cells[1]:<5} {cells[2]:>10} {cells[3]:>10} {cells[4]:>6} {cells[5]:>6} "
              f"{cells[6]:>9} {cells[7]}", flush=True)

    def add(self, figure):
        self.figures.append(figure)
        self.line(figure.cells)

    def save(self, path):
        with open(path, "w") as file:
            json.dump([figure.encoded() for figure in self.figures], file, indent=1)

    def markdown(self):
        rows = ["| " + " | ".join(HEADING) + " |", "|---|---|---:|---:|---:|---:|---:|---|"]
        return "\n".join(rows + ["| " + " | ".join(figure.cells) + " |" for figure in self.figures]) + "\n"
