"""Deploys in a world that is attended to, and services and a promise for it."""

from __future__ import annotations

from datetime import timedelta
from functools import partial
from itertools import count
from typing import Any
from zoneinfo import ZoneInfo

from monitor.config.changes import Changes, Objective, Service
from monitor.store import deploys
from monitor.store.deploys import Deploy
from tests.support.attending import World

KEYS = count(1)
API = Service(id="api", name="API", also=("shop/api",), probes=("signin", "p0", "p1", "p2"))
WEB = Service(id="web", name="Web", probes=("other",))
CHANGES = Changes(services={"api": API, "web": WEB})
PROMISE = Objective(
    id="signin",
    component="signin",
    share=0.01,
    window=timedelta(days=1),
    zone=ZoneInfo("UTC"),
    written="99 % a day",
)


async def deploys_it(world: World, ago: timedelta = timedelta(), **changes: Any) -> None:
    """One that is recorded now, and happened *ago*."""
    now = world.clock.now()
    given: dict[str, Any] = {
        "service": "api",
        "version": "1.4.2",
        "by": "ci",
        "at": now - ago,
    } | changes
    made = Deploy(source="cli", key=f"key-{next(KEYS)}", recorded_at=now, **given)
    await world.writer.do(partial(deploys.add, deploy=made))


def named(body: dict[str, Any]) -> list[str]:
    return [f"{each['service']} {each['version']}" for each in body["deploys"]]
