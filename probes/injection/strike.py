"""What one fault does: to a request, to an answer, or to nothing."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from probes.injection.exchange import Asked, Broken, Given

Before = Callable[[Asked], Given | Broken | None]
After = Callable[[Asked, Given], Given]

SEEN_BY_PEOPLE = frozenset(("document", "fetch"))
"""What a page is made of, or filled with."""


def let_through(_: Asked) -> None:
    return None


def leave_alone(_: Asked, given: Given) -> Given:
    return given


@dataclass(frozen=True, slots=True)
class Strike:
    """For one run. `before` answers instead of the target, or lets a request through; `after`
    gives back the very same answer where there is nothing to break.
    """

    before: Before = let_through
    after: After = leave_alone
