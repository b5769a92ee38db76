"""Journeys without code, on a page that has one of everything."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

from probes import Outcome, Reason, Result
from probes.journeys import sight, steps_walk
from tests.probes.journeys.conftest import Travel
from tests.support.serve import serving
from tests.support.stepping import shop

pytestmark = pytest.mark.asyncio(loop_scope="module")


@pytest.fixture(scope="module")
def site() -> Iterator[str]:
    with serving(shop()) as address:
        yield address


@pytest.fixture
def hasty(monkeypatch: pytest.MonkeyPatch) -> None:
    """What never comes is not waited for as long as in earnest."""
    monkeypatch.setattr(sight, "PATIENCE", timedelta(milliseconds=400))
    monkeypatch.setattr(steps_walk, "_BRIEF_MS", 200)


async def go(travel: Travel, site: str, *steps: dict[str, Any], **more: Any) -> Result:
    return await travel(url=site, steps=list(steps), **more)


async def test_everything_that_can_be_done_is_done(travel: Travel, site: str) -> None:
    result = await go(
        travel,
        site,
        {"select": "Country", "option": "Austria"},
        {"expect_text": "to at"},
        {"expect_value": "Country", "is": "at"},
        {"check": "As a gift"},
        {"expect_checked": "As a gift"},
        {"uncheck": "label=As a gift"},
        {"expect_text": "no gift", "in": "role=status"},
        {"click": "Add", "in": "Straw hat"},
        {"expect_text": "hat added", "within": "5s"},
        {"click": "role=listitem >> has_text=Wool >> Add"},
        {"wait": "text=socks added"},
        {"click": "frame=iframe >> role=button[name='Inside']"},
        {"expect_visible": "frame=iframe >> text=Pressed"},
        {"click": "Empty the basket", "confirm": True},
        {"expect_text": "emptied"},
        {"upload": "Choose a card", "content": "for {unique}", "as": "{unique}.txt"},
        {"expect_text": "{unique}.txt: for {unique}"},
        {"download": "Export"},
        {"expect_download": "report-*.csv", "contains": "socks,3", "min_bytes": 10},
        {"hover": "Basket"},
        {"name": "search", "do": [
            {"fill": "Search the shop", "with": "tea & {unique}"},
            {"press": "Enter", "in": "placeholder=Search the shop"},
            {"expect_url": "/search"},
        ]},
        {"expect_text": "For tea & {unique}"},
        {"goto": "/basket"},
        {"expect_count": "css=tr", "is": 2},
        {"expect_hidden": "role=alert"},
    )  # fmt: skip
    assert result.outcome is Outcome.PASS, result
    names = [step.name for step in result.steps]
    assert names[:3] == ["open", "select “Austria” in “Country”", "see “to at”"]
    assert "click button “Inside” in frame=iframe" in names
    assert "search" in names
    assert "upload “Choose a card”" in names


async def test_a_new_tab_is_entered_and_left(travel: Travel, site: str) -> None:
    result = await go(
        travel,
        site,
        {"click": "Help", "new_tab": True},
        {"expect_text": "We help."},
        {"close_tab": True},
        {"expect_text": "Wool socks"},
    )
    assert result.outcome is Outcome.PASS, result


@pytest.mark.parametrize(
    ("step", "reason", "said"),
    [
        (
            {"click": "Buy"},
            Reason.ELEMENT_MISSING,
            'a button or link "Buy"; the page "Maintenance" has none; buttons and links there: "Ba',
        ),
        (
            {"click": "role=button[name='Pay']"},
            Reason.ELEMENT_MISSING,
            'looked for a button "Pay"; the page "Maintenance" has none',
        ),
        ({"fill": "label=Name", "with": "x"}, Reason.ELEMENT_MISSING, 'looked for a field "Name"'),
        (
            {"expect_text": "Your library"},
            Reason.TEXT_MISSING,
            'looked for the text "Your library"; the page "Maintenance" does not say it',
        ),
        (
            {"expect_no_text": "Back soon"},
            Reason.TEXT_PRESENT,
            'the page "Maintenance" says "Back soon", which should not be there',
        ),
        ({"expect_url": "/orders/*"}, Reason.WRONG_TARGET, "looked for the address /orders/*; "),
        (
            {"expect_count": "role=button", "at_least": 2},
            Reason.ELEMENT_MISSING,
            "looked for at least 2 of button; ",
        ),
        ({"expect_visible": "css=#paid"}, Reason.ELEMENT_MISSING, "looked for css=#paid; "),
        ({"wait": "Back", "until": "hidden"}, Reason.STEP_FAILED, 'still shows "Back"'),
        ({"download": "Back"}, Reason.FILE_MISSING, 'clicked "Back" and no download began'),
    ],
)
@pytest.mark.usefixtures("hasty")
async def test_what_is_not_so_is_told_with_what_is_there_instead(
    travel: Travel, site: str, step: dict[str, Any], reason: Reason, said: str
) -> None:
    result = await go(travel, f"{site}/maintenance", step)
    assert (result.outcome, result.reason) == (Outcome.FAIL, reason), result
    assert said in result.summary


@pytest.mark.parametrize(
    ("path", "step", "said"),
    [
        ("/", {"click": "Pay"}, 'click "Pay" did not work: it is disabled'),
        ("/covered", {"click": "Go"}, "lies over it"),
        (
            "/",
            {"select": "Country", "option": "Italy"},
            'looked for the option "Italy" in "Country"; options there: "Germany", "Austria"',
        ),
        (
            "/pay",
            {"fill": "Card", "with": "x"},
            'the page "A site" has none; there is one in frame=iframe#pay >> Card',
        ),
        ("/pay", {"fill": "Nothing", "with": "x"}, 'fields there: "Country"'),
        ("/pay", {"download": "Receipt"}, "twice.csv: net::ERR_RESPONSE_HEADERS_MULTIPLE"),
        ("/", {"expect_checked": "As a gift"}, '"As a gift" is not ticked'),
        ("/", {"expect_value": "Voucher", "is": "x"}, 'looked for "x" in "Voucher"; there is noth'),
    ],
)
@pytest.mark.usefixtures("hasty")
async def test_what_hinders_is_named(
    travel: Travel, site: str, path: str, step: dict[str, Any], said: str
) -> None:
    result = await go(travel, site + path, step)
    assert result.outcome is Outcome.FAIL, result
    assert said in result.summary


@pytest.mark.parametrize("verb", ["click", "expect_count", "expect_hidden"])
async def test_a_locator_that_no_browser_can_read_is_ours_to_mend(
    travel: Travel, site: str, verb: str
) -> None:
    step = {verb: "xpath=//a[foo bar]"} | ({"is": 1} if verb == "expect_count" else {})
    result = await go(travel, site, step)
    assert (result.outcome, result.reason) == (Outcome.ERROR, Reason.JOURNEY_BROKEN), result
    assert "xpath=//a[foo bar]: the browser cannot read this locator; correct it" in result.summary


async def test_a_server_error_after_a_click_is_named_by_its_number(travel: Travel) -> None:
    with serving(shop(broken="checkout")) as address:
        result = await go(
            travel, f"{address}/basket", {"click": "Check out"}, {"expect_text": "Thank you"}
        )
    assert (result.outcome, result.reason) == (Outcome.FAIL, Reason.STATUS), result
    assert "/basket answered 502" in result.summary


@pytest.mark.usefixtures("impatient")
async def test_what_is_typed_is_told_nowhere(travel: Travel, site: str) -> None:
    steps = [{"fill": "Voucher", "with_secret": "code"}, {"fill": "Nothing", "with": "swordfish-9"}]
    result = await go(travel, site, *steps, secrets={"code": "c0rrect-horse"})
    assert result.outcome is Outcome.FAIL
    assert [step.name for step in result.steps] == ["open", "fill “Voucher”", "fill “Nothing”"]
    assert "swordfish-9" not in repr(result)
    assert "c0rrect-horse" not in repr(result)


async def test_slower_than_its_limit_is_slow(travel: Travel, site: str) -> None:
    result = await go(travel, site, {"name": "rest", "wait": "30ms", "within": "10ms"})
    assert (result.outcome, result.reason) == (Outcome.SLOW, Reason.TOO_SLOW), result
    assert result.summary.startswith('"rest" took ')


async def test_a_file_of_ones_own_is_sent(travel: Travel, site: str, tmp_path: Path) -> None:
    (tmp_path / "card.txt").write_text("mine")
    sent = {"upload": "css=#card", "file": "card.txt"}
    seen = {"expect_text": "card.txt: mine"}
    result = await travel(tmp_path, url=site, steps=[sent, seen])
    assert result.outcome is Outcome.PASS, result
