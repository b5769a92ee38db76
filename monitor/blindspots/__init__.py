"""Testing the monitoring: faults are put between probes and their targets, one at a time, and it
shows which of them nobody would notice.

Nothing is recorded and nobody is told; see `monitor.cli.blindspots` for the command.
"""

from monitor.blindspots.cells import EVIDENCE, NOTICED, Cell, Matrix, Row, Trial, Verdict, judged
from monitor.blindspots.pace import Pace
from monitor.blindspots.scoring import Score, overall, scores
from monitor.blindspots.seeking import Heard, Seeking, Terms

__all__ = [
    "EVIDENCE",
    "NOTICED",
    "Cell",
    "Heard",
    "Matrix",
    "Pace",
    "Row",
    "Score",
    "Seeking",
    "Terms",
    "Trial",
    "Verdict",
    "judged",
    "overall",
    "scores",
]
