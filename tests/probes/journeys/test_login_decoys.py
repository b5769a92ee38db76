"""Signing in where machines are to be caught, and where nobody is let in at all."""

from __future__ import annotations

import time
from collections.abc import Iterator

import pytest

from probes import Outcome, Reason
from tests.probes.journeys.conftest import Travel
from tests.probes.journeys.test_login import told
from tests.support.decoys import DECOYS, REACHED, decoy_site, door_site
from tests.support.serve import serving

pytestmark = pytest.mark.asyncio(loop_scope="module")

SOON = 9  # seconds; what may still come is waited for 15


@pytest.fixture(scope="module")
def site() -> Iterator[str]:
    with serving(decoy_site()) as address:
        yield address


@pytest.fixture(scope="module")
def doors() -> Iterator[str]:
    with serving(door_site()) as address:
        yield address


@pytest.mark.usefixtures("curt")
@pytest.mark.parametrize("trap", DECOYS)
async def test_a_field_that_nobody_sees_is_left_empty(travel: Travel, site: str, trap: str) -> None:
    result = await travel(**told(f"{site}/{trap}"))
    assert result.outcome is Outcome.PASS, result.summary


@pytest.mark.usefixtures("impatient")
@pytest.mark.parametrize("where", REACHED)
async def test_a_form_that_is_only_out_of_sight_is_filled_in(
    travel: Travel, site: str, where: str
) -> None:
    result = await travel(**told(f"{site}/{where}"))
    assert result.outcome is Outcome.PASS, result.summary


@pytest.mark.parametrize("door", ["404/gone", "403/idle"])
async def test_an_error_without_a_form_is_told_at_once(
    travel: Travel, doors: str, door: str
) -> None:
    began = time.monotonic()
    result = await travel(**told(f"{doors}/{door}"))
    assert time.monotonic() - began < SOON
    assert result.reason is Reason.ELEMENT_MISSING
    assert 'there is the heading "Not here"' in result.summary
    assert result.summary.endswith(f"answered {door[:3]})")


async def test_a_form_that_is_answered_with_an_error_is_told_at_once(
    travel: Travel, doors: str
) -> None:
    began = time.monotonic()
    result = await travel(**told(f"{doors}/403/shut"))
    assert time.monotonic() - began < SOON
    assert result.reason is Reason.TEXT_MISSING
    assert result.summary.endswith("/403/shut answered 403)")


@pytest.mark.parametrize("door", ["404/program", "401/link"])
async def test_a_page_that_shows_a_form_under_any_status_is_waited_for(
    travel: Travel, doors: str, door: str
) -> None:
    result = await travel(**told(f"{doors}/{door}"))
    assert result.outcome is Outcome.PASS, result.summary


async def test_what_needs_another_field_does_not_wait_for_it_on_an_error(
    travel: Travel, doors: str
) -> None:
    began = time.monotonic()
    result = await travel(journey="shorten", url=f"{doors}/404/gone", target="https://example.org/")
    assert time.monotonic() - began < SOON
    assert result.reason is Reason.ELEMENT_MISSING
    assert result.summary.endswith("/404/gone answered 404)")
