"""What was promised of components, and how it stands. Reads the store, tells nobody."""

from monitor.objectives.standing import (
    Outage,
    Standing,
    all_standings,
    left,
    left_for,
    name_of,
    promised,
    standing,
)

__all__ = [
    "Outage",
    "Standing",
    "all_standings",
    "left",
    "left_for",
    "name_of",
    "promised",
    "standing",
]
