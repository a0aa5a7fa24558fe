"""The rows by their names."""

import importlib
import os
import pkgutil

ROWS = {}


class Row:
    def __init__(self, name, measure, needs_ipvs):
        self.name, self.measure, self.needs_ipvs = name, measure, needs_ipvs


def row(name, needs_ipvs=False):
    """Makes a function a row: it is called with the run, adds figures to it, and is named on the command line."""
    def register(measure):
        ROWS[name] = Row(name, measure, needs_ipvs)
        return measure
    return register


def load():
    """Reads all modules of rows; the order of their names is the order of the table."""
    folder = os.path.join(os.path.dirname(os.path.dirname(os.path.abspath(__file__))), "rows")
    for module in sorted(found.name for found in pkgutil.iter_modules([folder])):
        importlib.import_module(f"rows.{module}")
    return ROWS
