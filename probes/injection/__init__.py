"""Faults that are put between a run and its target, so that it shows whether anybody would notice.

A fault belongs to one run and is handed along with it: nothing is ever switched on.
"""

from probes.injection.catalogue import BY_NAME, FAULTS
from probes.injection.exchange import Asked, Broken, Given
from probes.injection.fault import Fault
from probes.injection.inject import Injection, mutants
from probes.injection.yesterday import Kept, Noting

__all__ = [
    "BY_NAME",
    "FAULTS",
    "Asked",
    "Broken",
    "Fault",
    "Given",
    "Injection",
    "Kept",
    "Noting",
    "mutants",
]
