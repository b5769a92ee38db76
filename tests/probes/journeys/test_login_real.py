"""Signing in past what real pages put around, before and behind the form."""

from __future__ import annotations

import pytest

from probes import Outcome, Reason, Result
from probes.journeys import sight
from tests.probes.journeys.conftest import Travel
from tests.probes.journeys.test_login import told
from tests.support.serve import serving
from tests.support.signins import (
    BANNERS,
    PAGES,
    FactorSite,
    banner_site,
    closed_site,
    page_site,
    token_site,
)
from tests.support.webapps import PASSWORD

pytestmark = pytest.mark.asyncio(loop_scope="module")


def refused(result: Result) -> str:
    assert (result.outcome, result.reason) == (Outcome.FAIL, Reason.SIGN_IN_REFUSED), result
    return result.summary


@pytest.mark.parametrize("name", [name for name in PAGES if name != "remember"])
async def test_the_form_is_found_wherever_a_page_hides_it(travel: Travel, name: str) -> None:
    with serving(page_site()) as address:
        result = await travel(**told(f"{address}/{name}"))
    assert result.outcome is Outcome.PASS, result.summary


@pytest.mark.parametrize(("asked", "said"), [(False, "not kept"), (True, "You are kept")])
async def test_the_box_that_keeps_one_signed_in_is_left_alone_unless_asked_for(
    travel: Travel, asked: bool, said: str
) -> None:
    with serving(page_site()) as address:
        given = told(f"{address}/remember", expect_text=said)
        result = await travel(**given, remember_me=asked)
    assert result.outcome is Outcome.PASS, result.summary
    assert not result.warnings


async def test_a_box_that_is_asked_for_and_not_there_is_a_warning(travel: Travel) -> None:
    with serving(page_site()) as address:
        result = await travel(**told(f"{address}/plain"), remember_me=True)
    assert result.outcome is Outcome.PASS
    assert result.warnings == ("there is no box that keeps one signed in",)


@pytest.mark.parametrize("name", [*BANNERS, "late"])
async def test_cookies_are_refused_when_a_banner_is_in_the_way(travel: Travel, name: str) -> None:
    with serving(banner_site()) as address:
        result = await travel(**told(f"{address}/{name}", expect_text="Said no"))
    assert result.outcome is Outcome.PASS, result.summary


@pytest.mark.parametrize(("name", "said"), [("onlyyes", "Said yes"), ("none", "Said nothing")])
async def test_cookies_are_accepted_only_where_nothing_else_is_offered(
    travel: Travel, name: str, said: str
) -> None:
    with serving(banner_site()) as address:
        result = await travel(**told(f"{address}/{name}", expect_text=said))
    assert result.outcome is Outcome.PASS, result.summary


@pytest.mark.parametrize("form", ["one", "six", "together"])
async def test_a_code_is_typed_where_a_second_factor_is_asked_for(
    travel: Travel, form: str
) -> None:
    site = FactorSite()
    with serving(site.app) as address:
        result = await travel(**told(f"{address}/{form}", totp_secret=site.secret))
    assert result.outcome is Outcome.PASS, result.summary
    assert len(site.codes) == 1
    assert site.secret not in repr(result)


@pytest.mark.parametrize("form", ["one", "six"])
async def test_a_code_that_was_refused_is_not_typed_again_but_the_next_one(
    travel: Travel, form: str
) -> None:
    site = FactorSite(refuses=1, period=2)
    with serving(site.app) as address:
        result = await travel(**told(f"{address}/{form}", totp_secret=site.secret))
    assert result.outcome is Outcome.PASS, result.summary
    assert len(site.codes) == len(set(site.codes)) == 2


@pytest.mark.usefixtures("curt")
async def test_a_second_factor_that_refuses_every_code_is_quoted(travel: Travel) -> None:
    site = FactorSite(refuses=9, period=1)
    with serving(site.app) as address:
        result = await travel(**told(f"{address}/one", totp_secret=site.secret))
    assert refused(result) == "the page says: That code is invalid."
    assert len(site.codes) == 2
    assert result.steps[-1].name == "second factor"


@pytest.mark.usefixtures("impatient")
async def test_a_second_factor_nobody_configured_is_told_with_its_remedy(travel: Travel) -> None:
    with serving(FactorSite().app) as address:
        result = await travel(**told(f"{address}/one"))
    assert refused(result) == (
        "the page asks for the code of a second factor; write its key in totp_secret"
    )


async def test_a_form_with_a_token_in_it_is_sent_with_it(travel: Travel) -> None:
    with serving(token_site()) as address:
        assert (await travel(**told(f"{address}/"))).outcome is Outcome.PASS


@pytest.mark.usefixtures("impatient")
async def test_a_token_that_is_refused_is_told_by_page_and_status(travel: Travel) -> None:
    with serving(token_site(expires=True)) as address:
        result = await travel(**told(f"{address}/"))
    assert (result.outcome, result.reason) == (Outcome.FAIL, Reason.TEXT_MISSING)
    assert 'does not say "Your library": there is the heading "Forbidden"' in result.summary
    assert result.summary.endswith(f"({address}/ answered 403)")


@pytest.mark.usefixtures("impatient")
async def test_a_page_that_is_something_else_is_named_with_what_it_has(travel: Travel) -> None:
    with serving(closed_site()) as address:
        result = await travel(**told(f"{address}/maintenance", username=""))
    assert result.reason is Reason.ELEMENT_MISSING
    assert result.summary == (
        'looked for a password field; the page "Maintenance" has none: there is the heading '
        '"Back soon" and the field "Search"; if one of these is it, name it with '
        'password_field = "css=…"'
    )


async def test_a_server_that_asks_before_it_shows_a_page_is_told_with_the_key_for_it(
    travel: Travel,
) -> None:
    with serving(closed_site()) as address:
        result = await travel(**told(f"{address}/basic"))
    assert "write them in http_credentials" in refused(result)


async def test_what_a_server_asks_first_is_given_to_it(travel: Travel) -> None:
    with serving(closed_site()) as address:
        first = {"username": "gate", "password": PASSWORD}
        result = await travel(**told(f"{address}/basic"), http_credentials=first)
    assert result.outcome is Outcome.PASS, result.summary


async def test_a_server_error_after_the_form_ends_the_run_at_once(travel: Travel) -> None:
    with serving(closed_site()) as address:
        result = await travel(**told(f"{address}/breaks"))
    assert (result.outcome, result.reason) == (Outcome.FAIL, Reason.STATUS)
    assert result.summary.endswith("/breaks answered 503")
    assert result.steps[-1].took < sight.PATIENCE / 2
