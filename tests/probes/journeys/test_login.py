"""Signing in at forms of every make."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from probes import Outcome, Reason
from tests.probes.journeys.conftest import Travel
from tests.support.serve import free_port, serving
from tests.support.webapps import FORMS, PASSWORD, REFUSAL, USER, odd_site, sign_in_site

pytestmark = pytest.mark.asyncio(loop_scope="module")


@pytest.fixture(scope="module")
def site() -> Iterator[str]:
    with serving(sign_in_site()) as address:
        yield address


def told(url: str, password: str = PASSWORD, **more: str) -> dict[str, str]:
    given = {"journey": "login", "url": url, "username": USER, "password": password}
    return given | {"expect_text": "Your library"} | more


@pytest.mark.parametrize("form", [*FORMS, "two", "late"])
async def test_every_form_is_found_its_way_through(travel: Travel, site: str, form: str) -> None:
    result = await travel(**told(f"{site}/{form}"))
    assert result.outcome is Outcome.PASS, result
    assert [step.name for step in result.steps] == ["open", "fill in", "sign in", "see"]


@pytest.mark.usefixtures("curt")
@pytest.mark.parametrize("form", [*FORMS, "late"])
async def test_a_wrong_password_is_refused_in_the_words_of_the_page(
    travel: Travel, site: str, form: str
) -> None:
    result = await travel(**told(f"{site}/{form}", "swordfish"))
    assert (result.outcome, result.reason) == (Outcome.FAIL, Reason.SIGN_IN_REFUSED), result
    assert result.summary == f"the page says: {REFUSAL}"
    assert "screenshot.png" in [artefact.name for artefact in result.artefacts]
    assert "swordfish" not in repr(result)


@pytest.mark.usefixtures("curt")
async def test_an_unknown_user_is_refused_on_the_first_of_two_pages(
    travel: Travel, site: str
) -> None:
    result = await travel(**told(f"{site}/two", username="nobody@example.org"))
    assert (result.reason, result.summary) == (
        Reason.SIGN_IN_REFUSED,
        "the page says: No such account.",
    )
    assert result.steps[-1].name == "fill in"


@pytest.mark.usefixtures("impatient")
async def test_a_form_that_comes_back_without_a_word_is_a_refusal(
    travel: Travel, site: str
) -> None:
    result = await travel(**told(f"{site}/silent", "swordfish"))
    assert (result.outcome, result.reason) == (Outcome.FAIL, Reason.SIGN_IN_REFUSED)
    assert "still there" in result.summary


@pytest.mark.usefixtures("impatient")
async def test_signed_in_and_nothing_there_is_not_signed_in(travel: Travel, site: str) -> None:
    result = await travel(**told(f"{site}/labels", expect_text="Nine records"))
    assert (result.outcome, result.reason) == (Outcome.FAIL, Reason.TEXT_MISSING)
    assert '"Nine records"' in result.summary


@pytest.mark.parametrize(
    "locators",
    [
        {"username_field": "label=User name", "password_field": "css=#b"},
        {"submit": 'role=button[name="Sign in"]', "expect_locator": "text=Five records"},
    ],
)
async def test_guesses_can_be_replaced_by_locators(
    travel: Travel, site: str, locators: dict[str, str]
) -> None:
    assert (await travel(**told(f"{site}/labels", **locators))).outcome is Outcome.PASS


@pytest.mark.usefixtures("impatient")
async def test_a_locator_that_finds_nothing_is_named(travel: Travel, site: str) -> None:
    result = await travel(**told(f"{site}/labels", username_field="css=#nobody"))
    assert (result.outcome, result.reason) == (Outcome.FAIL, Reason.ELEMENT_MISSING)
    assert "css=#nobody" in result.summary


@pytest.mark.usefixtures("impatient")
async def test_a_page_without_a_form_is_named_with_what_it_has_instead(travel: Travel) -> None:
    with serving(odd_site()) as address:
        result = await travel(**told(f"{address}/cookie"))
    assert (result.outcome, result.reason) == (Outcome.FAIL, Reason.ELEMENT_MISSING)
    assert result.summary == (
        'looked for a field for the user name; the page "A site" has none: '
        "there is no field or button"
    )


async def test_a_server_error_is_told_at_once_with_its_number(travel: Travel) -> None:
    with serving(odd_site()) as address:
        result = await travel(**told(f"{address}/broken"))
    assert (result.outcome, result.reason) == (Outcome.FAIL, Reason.STATUS)
    assert "answered 500" in result.summary
    assert result.steps[-1].name == "open"


async def test_a_site_that_is_not_there_is_refused_not_broken(travel: Travel) -> None:
    result = await travel(**told(f"http://127.0.0.1:{free_port()}/"))
    assert (result.outcome, result.reason) == (Outcome.FAIL, Reason.CONNECT_REFUSED)
