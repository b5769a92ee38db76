"""How many entries there usually are at this hour, and when there are too few."""

from monitor.baselines.days import Calendar
from monitor.baselines.usual import Early, Expected, early, expected, judge
from monitor.baselines.weighing import Baselines, falls_of, weigher

__all__ = [
    "Baselines",
    "Calendar",
    "Early",
    "Expected",
    "early",
    "expected",
    "falls_of",
    "judge",
    "weigher",
]
