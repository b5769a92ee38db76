"""The whole page of figures, piece by piece, so that it holds up nothing else."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Sequence
from typing import Final

from prometheus_client import exposition
from prometheus_client.openmetrics import exposition as openmetrics_exposition

from monitor.metrics.families import FAMILIES, Family, Healths
from monitor.metrics.latest import AT_ONCE, Row
from monitor.metrics.ourselves import registry
from monitor.metrics.own import Own

OPENMETRICS: Final = "application/openmetrics-text; version=1.0.0; charset=utf-8"
PLAIN: Final = "text/plain; version=0.0.4; charset=utf-8"
_END: Final = b"# EOF\n"


async def pieces(
    rows: Sequence[Row], own: Own, *, openmetrics: bool = False
) -> AsyncIterator[bytes]:
    """The event loop has its turn after each, about a millisecond of work."""
    yield _of_trueup(own, openmetrics=openmetrics)
    healths: Healths = own.store.healths if own.store else {}
    for family in FAMILIES:
        yield family.head(openmetrics=openmetrics).encode()
        for start in range(0, len(rows), AT_ONCE):
            yield _written(family, rows[start : start + AT_ONCE], healths)
            await asyncio.sleep(0)
    if openmetrics:
        yield _END


def _of_trueup(own: Own, *, openmetrics: bool) -> bytes:
    if not openmetrics:
        return exposition.generate_latest(registry(own))
    page: bytes = openmetrics_exposition.generate_latest(registry(own))  # type: ignore[no-untyped-call] # theirs
    return page.removesuffix(_END)


def _written(family: Family, rows: Sequence[Row], healths: Healths) -> bytes:
    return "".join([family.lines(row, healths) for row in rows]).encode()
