"""What a run needs of whatever asks for it: the wire itself, or what stands before it."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Protocol

from probes.wire.question import Question
from probes.wire.report import Answered


class Asking(Protocol):
    """See `Wire`, which says what is raised."""

    async def ask(
        self, question: Question, within_s: float, traceparent: bytes = b""
    ) -> Answered: ...

    async def prepare(self, questions: Iterable[Question]) -> None: ...

    async def aclose(self) -> None: ...
