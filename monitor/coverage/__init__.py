"""What watches each component, and where the watching has holes."""

from monitor.coverage.covering import coverage
from monitor.coverage.document import document
from monitor.coverage.found import NOTHING_KNOWN, Coverage, Finding, Hole, Known, Watched
from monitor.coverage.knowing import known_of
from monitor.coverage.pasting import places_in, to_paste
from monitor.coverage.standing import standing_in
from monitor.coverage.watching import Depth, Watch

__all__ = [
    "NOTHING_KNOWN",
    "Coverage",
    "Depth",
    "Finding",
    "Hole",
    "Known",
    "Watch",
    "Watched",
    "coverage",
    "document",
    "known_of",
    "places_in",
    "standing_in",
    "to_paste",
]
