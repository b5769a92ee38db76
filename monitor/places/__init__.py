"""Where pages are published to: one door."""

from monitor.places.assigning import Assigned, assign, slowest
from monitor.places.bringing import FOLDER, Bringing, Brought, bring, foreseen
from monitor.places.place import Load, PlaceKind, PlaceSettings, PlaceTrouble, Progress, Target
from monitor.places.placing import Placing, Standing
from monitor.places.reading import BadPlace, kind_of, name_of, read
from monitor.places.registry import PLACES

__all__ = [
    "FOLDER",
    "PLACES",
    "Assigned",
    "BadPlace",
    "Bringing",
    "Brought",
    "Load",
    "PlaceKind",
    "PlaceSettings",
    "PlaceTrouble",
    "Placing",
    "Progress",
    "Standing",
    "Target",
    "assign",
    "bring",
    "foreseen",
    "kind_of",
    "name_of",
    "read",
    "slowest",
]
