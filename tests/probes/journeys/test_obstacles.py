"""A button is pressed once, however long the answer takes."""

from __future__ import annotations

import asyncio
from datetime import timedelta

import pytest
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from probes import Outcome
from probes.journeys import obstacles
from tests.probes.journeys.conftest import Travel
from tests.probes.journeys.test_login import told
from tests.support.serve import serving
from tests.support.signins import FORM
from tests.support.webapps import page

pytestmark = pytest.mark.asyncio(loop_scope="module")

BRIEF = timedelta(milliseconds=500)


def slow_site(pressed: list[str]) -> Starlette:
    """A form that is answered after more than `BRIEF`; notes who signs in."""

    async def home(request: Request) -> Response:
        if request.method == "GET":
            return page(FORM)
        pressed.append(str((await request.form())["user"]))
        await asyncio.sleep(2 * BRIEF.total_seconds())
        return page("<h1>Your library</h1>")

    return Starlette(routes=[Route("/", home, methods=["GET", "POST"])])


async def test_an_answer_that_takes_longer_than_a_click_is_waited_for_and_not_asked_for_again(
    travel: Travel, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(obstacles, "_BRIEF", BRIEF)
    pressed: list[str] = []
    with serving(slow_site(pressed)) as address:
        result = await travel(**told(address))
    assert result.outcome is Outcome.PASS, result
    assert len(pressed) == 1
