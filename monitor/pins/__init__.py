"""Learns the shape of what targets answer, and writes it down for people to review."""

from monitor.pins.difference import Difference, accepts, difference, emptied, undescribed
from monitor.pins.learning import GOOD_RUNS, UNTOLD, Pins, is_good, pin_of
from monitor.pins.writing import CannotWrite, write

__all__ = [
    "GOOD_RUNS",
    "UNTOLD",
    "CannotWrite",
    "Difference",
    "Pins",
    "accepts",
    "difference",
    "emptied",
    "is_good",
    "pin_of",
    "undescribed",
    "write",
]
