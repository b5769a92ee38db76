"""Whether a release may stay: its probes, run again and again until each has passed often enough
in a row or the time is over.

Nothing is recorded and nobody is told; see `monitor.cli.gate` for the command.
"""

from monitor.gating.evidence import NOTHING, Evidence, Found
from monitor.gating.gate import Gate, Verdict
from monitor.gating.junit import junit
from monitor.gating.markdown import markdown
from monitor.gating.tally import Standing, Tally, Terms
from monitor.gating.wording import details, failing_step, found, headline, seen, step_said

__all__ = [
    "NOTHING",
    "Evidence",
    "Found",
    "Gate",
    "Standing",
    "Tally",
    "Terms",
    "Verdict",
    "details",
    "failing_step",
    "found",
    "headline",
    "junit",
    "markdown",
    "seen",
    "step_said",
]
