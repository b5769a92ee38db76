"""One way in which a target could break."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from probes.injection.yesterday import Kept


@dataclass(frozen=True, slots=True)
class Fault:
    """Plain data, so that another process can be handed it."""

    name: str
    """As it is called on the command line: `status-500`."""
    title: str
    """For the head of a column: `every answer is a 500`."""
    breaks: str
    """What users would meet, in a sentence."""
    at: str = ""
    """Which field it breaks, as a JSONPath; empty while it stands for all of them."""
    word: str = ""
    """What its target calls its environment where a probe looks for that in a place of its own."""
    yesterday: tuple[Kept, ...] = field(default=(), repr=False, compare=False)
    """What an earlier run was answered, where a cache is stuck; empty: nobody knows."""
