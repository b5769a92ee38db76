"""Testing the monitoring: faults are put between probes and their targets, one at a time, and it
shows which of them nobody would notice.

Nothing is recorded and nobody is told; see `monitor.cli.blindspots` for the command.
"""

from monitor.blindspots.cells import EVIDENCE, NOTICED, Cell, Matrix, Row, Trial, Verdict, judged
from monitor.blindspots.closing import closing
from monitor.blindspots.document import document
from monitor.blindspots.hearing import Heard, Plan
from monitor.blindspots.pace import Pace
from monitor.blindspots.remedies import Closing, Remedy, is_learning
from monitor.blindspots.scoring import Score, overall, scores
from monitor.blindspots.seeking import Seeking, Terms

__all__ = [
    "EVIDENCE",
    "NOTICED",
    "Cell",
    "Closing",
    "Heard",
    "Matrix",
    "Pace",
    "Plan",
    "Remedy",
    "Row",
    "Score",
    "Seeking",
    "Terms",
    "Trial",
    "Verdict",
    "closing",
    "document",
    "is_learning",
    "judged",
    "overall",
    "scores",
]
