"""The whole contract of a kind of probe: a name, the settings it reads, and one function."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass
from datetime import timedelta
from typing import Any, Generic, TypeVar

from probes.result import Result
from probes.settings import Settings
from probes.tools import Tools

S = TypeVar("S", bound=Settings)


@dataclass(frozen=True, slots=True)
class Kind(Generic[S]):
    """How to ask one question of one target, once.

    `settings` is a Settings class, or a union of them that pydantic can tell apart.
    `run` makes one try. It ends inside `settings.timeout`, tells the target's trouble as a
    FAIL result, and raises only for trouble of its own.
    `grace` is how long a run may need past its timeout to tidy up before it is cut off.
    `prepare` does beforehand what the first of many runs would have to wait for. It raises nothing
    and holds nobody up for long.
    """

    name: str
    settings: Any
    run: Callable[[S, Tools], Awaitable[Result]]
    grace: timedelta = timedelta(seconds=2)
    prepare: Callable[[Sequence[S], Tools], Awaitable[None]] | None = None
