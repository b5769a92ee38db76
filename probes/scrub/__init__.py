"""Keeping secrets out of whatever is said and kept."""

from probes.scrub.forms import SHORTEST
from probes.scrub.scrubber import STARS, Scrubber

__all__ = ["SHORTEST", "STARS", "Scrubber"]
