"""What there is to look at beside the words."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final


@dataclass(frozen=True, slots=True, kw_only=True)
class Evidence:
    """Of one probe: paths of the files that its newest run with any left, and the address at which
    the target's own trace of its newest failing run can be looked at.
    """

    files: tuple[str, ...] = ()
    trace: str = ""


NOTHING: Final = Evidence()
Found = Mapping[str, Evidence]
"""By the probe's id."""
