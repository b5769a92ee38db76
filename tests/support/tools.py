"""What a run borrows, and the short way from a table to a result."""

from __future__ import annotations

import asyncio
import json
import time
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from pydantic import TypeAdapter

from probes import KINDS, Kind, Outcome, Reason, Result, Settings, Tools
from probes.browser import Browsers
from probes.wire import Wire

LoopFactory = Callable[[], asyncio.AbstractEventLoop]


@asynccontextmanager
async def borrowed_tools(
    now: datetime | None = None, browsers: Browsers | None = None
) -> AsyncIterator[Tools]:
    """Real tools. With *now*, the wall clock stands still there."""
    wire = Wire(lambda: now or datetime.now(UTC))  # noqa: TID251 - a test is an edge
    lent = browsers or Browsers()
    try:
        yield Tools(transport=wire, browsers=lent, monotonic=time.monotonic)
    finally:
        await lent.close()
        await wire.aclose()


def settings_of(kind: Kind[Any], table: dict[str, Any], folder: Path = Path()) -> Any:
    """As the configuration reads a probe's table. Raises pydantic's ValidationError."""
    adapter: TypeAdapter[Settings] = TypeAdapter(kind.settings)
    return adapter.validate_json(json.dumps(table), strict=True, context={"folder": folder})


async def ask(url: str, *, now: datetime | None = None, **keys: Any) -> Result:
    """Runs an http probe once. Nothing that it began is left afterwards."""
    kind = KINDS["http"]
    settings = settings_of(kind, {"timeout": "5s", "url": url} | keys)
    async with borrowed_tools(now) as tools:
        result = await kind.run(settings, tools)
    await asyncio.sleep(0)
    left = asyncio.all_tasks() - {asyncio.current_task()}
    assert not left, f"tasks left behind: {left}"
    return result


def ask_on(loop_factory: LoopFactory, url: str, **keys: Any) -> Result:
    """As `ask`, on a loop of that make; whatever the loop would only have logged is raised."""
    complaints: list[dict[str, Any]] = []

    async def asked() -> Result:
        asyncio.get_running_loop().set_exception_handler(lambda _, said: complaints.append(said))
        return await ask(url, **keys)

    with asyncio.Runner(loop_factory=loop_factory) as runner:
        result = runner.run(asked())
    assert not complaints, complaints
    return result


def failed(result: Result, reason: Reason) -> str:
    """The summary, of a result that failed for that reason."""
    assert (result.outcome, result.reason) == (Outcome.FAIL, reason), result.summary
    assert len(result.summary) <= 500
    assert result.summary.isprintable()
    return result.summary
