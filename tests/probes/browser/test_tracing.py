"""The trace of the run that confirms a failing."""

from __future__ import annotations

import asyncio
import io
import json
import logging
import zipfile
from collections.abc import Iterator
from datetime import timedelta
from urllib.parse import quote

import pytest

from probes.browser import Browsers, Errand, Failure, Journey, Visit
from probes.browser.worker import tracing, travel
from probes.result import Outcome, Reason, Result
from tests.probes.browser.runs import SECRET
from tests.support.seeing import seen_site
from tests.support.serve import serving

pytestmark = pytest.mark.asyncio(loop_scope="module")


@pytest.fixture(scope="module")
def site() -> Iterator[str]:
    with serving(seen_site()) as address:
        yield address


async def says_it(visit: Visit) -> None:
    await visit.page.goto(f"{visit.url}/plain?said={quote(visit.secret('word'))}")
    await visit.page.evaluate("word => document.body.append(word)", visit.secret("word"))
    await visit.page.get_by_text("Nothing to see").click()
    raise Failure(Reason.TEXT_MISSING, "nothing")


async def passes(visit: Visit) -> None:
    await visit.page.goto(f"{visit.url}/plain")


async def run(browsers: Browsers, journey: Journey, site: str, *, keeps: bool = True) -> Result:
    errand = Errand(
        journey=journey,
        url=site,
        secrets={"word": SECRET},
        timeout=timedelta(seconds=10),
        keeps_trace=keeps,
    )
    return await browsers.run(errand)


def trace(result: Result) -> bytes | None:
    return next((a.content for a in result.artefacts if a.name == "trace.zip"), None)


async def test_it_is_kept_without_secrets(browsers: Browsers, site: str) -> None:
    content = trace(await run(browsers, says_it, site))
    assert content is not None
    with zipfile.ZipFile(io.BytesIO(content)) as archive:
        members = {name: archive.read(name) for name in archive.namelist()}
    events = [json.loads(line) for line in members["trace.trace"].splitlines()]
    assert {"context-options", "frame-snapshot", "before", "after"} <= {e["type"] for e in events}
    assert not any(b"swordfish" in member for member in members.values())
    assert not any(name.endswith((".jpeg", ".png")) for name in members)


async def test_it_is_kept_of_a_confirming_run_that_fails_and_of_no_other(
    browsers: Browsers, site: str
) -> None:
    assert trace(await run(browsers, says_it, site, keeps=False)) is None
    passed = await run(browsers, passes, site)
    assert (passed.outcome, passed.artefacts) == (Outcome.PASS, ())


async def test_one_that_is_too_large_is_dropped_and_the_rest_stays(
    browsers: Browsers, site: str, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    monkeypatch.setattr(tracing, "LARGEST", 500)
    with caplog.at_level(logging.WARNING):
        result = await run(browsers, says_it, site)
    assert trace(result) is None
    assert result.artefacts[0].name == "screenshot.png"
    assert "a trace is dropped" in caplog.text


async def test_one_that_takes_too_long_is_not_waited_for(
    browsers: Browsers, site: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    async def never(*_: object) -> None:
        await asyncio.Event().wait()

    monkeypatch.setattr(tracing.Trace, "kept", never)
    monkeypatch.setattr(travel, "_EVIDENCE", timedelta(seconds=1.5))
    result = await run(browsers, says_it, site)
    assert trace(result) is None
    names = [artefact.name for artefact in result.artefacts]
    assert names == ["screenshot.png", "page.json", "requests.txt"]
