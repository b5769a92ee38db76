"""What answers may be the outage itself: then it is not to be expected."""

from __future__ import annotations

from contextlib import closing
from datetime import UTC, datetime
from pathlib import Path

import pytest

from monitor.blindspots.environments import environments
from monitor.config import load
from monitor.state import DATABASE
from monitor.store import Writer
from monitor.store import fingerprints as rows
from monitor.store.fingerprints import Pinned
from tests.monitor.blindspots.conftest import Site
from tests.monitor.blindspots.test_closing import closed, paste, sentences

AT = datetime(2026, 11, 2, tzinfo=UTC)


def learn(config: Path, site: Site, state: str, *values: str) -> None:
    """As the daemon would, after runs enough."""
    folder = config.parent / "var"
    folder.mkdir(exist_ok=True)
    pinned = Pinned(
        target=site.url, name="environment", state=state, since_at=AT, runs=3, values=values
    )
    with closing(Writer(folder / DATABASE)) as writer:
        writer.submit(lambda db: rows.pin(db, pinned)).result()


async def test_what_another_probe_of_the_host_contradicts_is_not_proposed(config: Path) -> None:
    paste(config, 'expect.environment = "staging"', probe="page")
    found = await closed(config, "list")

    said = sentences(found)["wrong-environment"]
    assert said.startswith("production answers, and page expects staging of 127.0.0.1:")
    assert not any("environment" in line for each in found.remedies for line in each.lines)


@pytest.mark.parametrize(
    ("state", "values", "doubted"),
    [
        ("pinned", ("staging",), True),
        ("pinned", ("staging", "Production"), False),
        ("learning", ("staging",), False),
    ],
)
async def test_what_was_always_another_is_not_proposed(
    config: Path, site: Site, state: str, values: tuple[str, ...], doubted: bool
) -> None:
    learn(config, site, state, *values)
    said = sentences(await closed(config, "list"))["wrong-environment"]

    assert ("was always staging" in said) is doubted


async def test_without_a_history_nothing_is_known(config: Path) -> None:
    assert (await environments(load(config))).learned == {}
