"""The form, the letter that asks back, the button: people who subscribe, and machines that look."""

from __future__ import annotations

import asyncio
import re
from collections.abc import AsyncIterator
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import httpx
import pytest

from monitor import server
from monitor.config.model import PageSettings
from monitor.server.subscribing import routes
from tests.monitor.subscribing.world import (
    ADA,
    BOB,
    MINUTE,
    World,
    a_page,
    a_world,
    link_in,
    text_of,
)
from tests.support.serve import free_port
from tests.support.waiting import until_async

HOSTILE = "<script>alert(1)</script>\u202e"


@pytest.fixture
async def world(tmp_path: Path) -> AsyncIterator[World]:
    async with a_world(tmp_path) as found:
        await found.publish(a_page())
        yield found


async def test_a_program_that_follows_every_link_in_the_mail_confirms_nothing(
    world: World,
) -> None:
    answer = await world.ask(ADA)
    assert answer.status_code == 202
    link = link_in(await world.letter_to(ADA), "confirm")
    for _ in range(2):
        assert (await world.client.get(link)).status_code == 200
        assert (await world.client.head(link)).status_code == 200
    assert [each.confirmed_at for each in world.everybody()] == [None]

    pressed = await world.client.post(link)
    assert "You are subscribed" in pressed.text
    assert [each.confirmed_at for each in world.everybody()] == [world.clock.now()]


async def test_nobody_learns_whether_an_address_is_subscribed(world: World) -> None:
    await world.subscribed(ADA)
    known, unknown = await world.ask(ADA), await world.ask(BOB)

    assert (known.status_code, known.text) == (unknown.status_code, unknown.text)
    letter = await world.letter_to(ADA)
    assert "subscribed already" in letter["Subject"]
    assert link_in(letter, "manage")
    assert [each.confirmed_at is None for each in world.everybody()] == [False, True]


async def test_an_address_that_is_not_confirmed_within_a_day_is_deleted(world: World) -> None:
    await world.ask(ADA)
    link = link_in(await world.letter_to(ADA), "confirm")
    world.clock.wind(timedelta(hours=25))

    assert (await world.client.post(link)).status_code == 410
    world.subscribing.pages("", a_page())
    await until_async(lambda: not world.everybody(), "it is deleted")


async def test_links_that_were_cut_forged_or_made_for_another_thing_do_nothing(
    world: World,
) -> None:
    found = await world.subscribed(ADA)
    links = world.subscribing.tickets.links(found)
    leave = links.unsubscribe
    wrong = [
        leave[:-1],
        leave.replace("/unsubscribe/", "/manage/"),
        leave[:-1] + ("A" if leave[-1] != "A" else "B"),
        f"/subscribe/unsubscribe/{'0' * 32}-{'A' * 22}",
        "/subscribe/unsubscribe/x",
    ]
    answers = [await world.client.post(each) for each in wrong]

    assert {answer.status_code for answer in answers} == {404}
    assert len(world.everybody()) == 1


async def test_people_choose_components_and_their_language_without_any_script(
    world: World,
) -> None:
    found = await world.subscribed(ADA)
    manage = world.subscribing.tickets.links(found).manage
    shown = await world.client.get(manage)
    assert re.findall(r'<input[^>]*value="(\w+)" checked', shown.text) == ["everything"]

    form = {"scope": "some", "component": ["messages", "nonsense"], "language": "de"}
    saved = await world.client.post(manage, data=form)

    assert '<html lang="de"' in saved.text
    (changed,) = world.everybody()
    assert (changed.components, changed.language) == (("messages",), "de")
    assert "<script" not in saved.text
    assert "set-cookie" not in saved.headers


async def test_a_link_may_choose_a_component_beforehand(world: World) -> None:
    shown = await world.client.get("/subscribe/?component=messages&component=none")
    checked = re.findall(r'<input[^>]*value="(\w+)" checked', shown.text)
    assert checked == ["some", "messages"]


async def test_what_is_chosen_stands_while_the_address_is_put_right(world: World) -> None:
    again = await world.ask("nonsense", "messages")
    assert re.findall(r'<input[^>]*value="(\w+)" checked', again.text) == ["some", "messages"]


async def test_over_our_own_server_pages_keep_their_headers_and_forms_their_bounds(
    world: World, tmp_path: Path
) -> None:
    listener = server.listen("127.0.0.1", free_port())
    app = server.application(tmp_path, routes(world.subscribing))
    web = server.Server(app, listener)
    task = asyncio.create_task(web.serve())
    url = "http://{}:{}".format(*listener.getsockname())
    async with httpx.AsyncClient(base_url=url) as client:
        form = await client.get("/subscribe/")
        asked = await client.post("/subscribe/", data={"email": ADA})
        flood = await client.post("/subscribe/", data={"email": "a" * 20_000})
    await web.stop(task)

    assert form.headers.get_list("content-security-policy") == [
        asked.headers["content-security-policy"]
    ]
    assert "form-action 'self'" in form.headers["content-security-policy"]
    assert (asked.status_code, flood.status_code) == (202, 400)


async def test_what_is_typed_and_what_pages_say_is_shown_as_text(world: World) -> None:
    await world.publish(a_page(title=HOSTILE))
    answer = await world.ask(f"{HOSTILE}@example.org")

    assert answer.status_code == 422
    assert "<script" not in answer.text
    assert 'role="alert"' in answer.text
    assert world.everybody() == []


async def test_somebody_who_never_asked_gets_one_letter_a_day_however_often_a_stranger_does(
    world: World,
) -> None:
    for _ in range(23):
        world.clock.wind(60 * MINUTE)
        assert (await world.ask(ADA)).status_code == 202
        await world.quiet()
    assert len(world.letters_to(ADA)) == 1

    world.clock.wind(120 * MINUTE)
    await world.ask(ADA)
    await world.letter_to(ADA, 2)


async def test_a_subscriber_hears_once_a_day_that_they_are_subscribed_already(
    world: World,
) -> None:
    await world.subscribed(ADA)
    for _ in range(20):
        world.clock.wind(60 * MINUTE)
        await world.ask(ADA)
        await world.quiet()

    assert len(world.letters_to(ADA)) == 1


async def test_where_strangers_took_every_place_the_oldest_wish_makes_way(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("monitor.store.subscribers.PENDING_MOST", 2)
    for address in ("x@example.org", "y@example.org"):
        await world.ask(address)
        world.clock.wind(MINUTE)
    await world.subscribed(ADA)

    assert [each.address for each in world.everybody()] == ["y@example.org", ADA]


async def test_whoever_asks_for_many_addresses_is_asked_to_wait(world: World) -> None:
    addresses = [f"a{number}@example.org" for number in range(12)]
    spoken = [(await world.ask(address)).status_code for address in addresses]

    assert spoken == [202] * 10 + [429] * 2
    assert len(world.everybody()) == 10


async def test_behind_a_proxy_visitors_are_told_apart(world: World) -> None:
    for number in range(15):
        forwarded = {"x-forwarded-for": f"6.6.6.6, 203.0.113.{number}"}
        form = {"email": f"a{number}@example.org"}
        answer = await world.client.post("/subscribe/", data=form, headers=forwarded)
        assert answer.status_code == 202


async def test_a_form_on_another_site_subscribes_nobody(world: World) -> None:
    answer = await world.client.post(
        "/subscribe/", data={"email": ADA}, headers={"sec-fetch-site": "cross-site"}
    )
    assert answer.status_code == 403
    assert world.everybody() == []


async def test_the_form_speaks_the_language_of_the_visitor_and_keeps_it(world: World) -> None:
    german = await world.client.get("/subscribe/", headers={"accept-language": "de-AT, en"})
    english = await world.client.get("/subscribe/?lang=en", headers={"accept-language": "de"})
    assert '<html lang="de" dir="ltr">' in german.text
    assert 'name="language" value="de"' in german.text
    assert '<html lang="en" dir="ltr">' in english.text

    await world.ask(ADA, language="de")
    assert [each.language for each in world.everybody()] == ["de"]
    letter = await world.letter_to(ADA)
    html = letter.get_body(("html",))
    assert html is not None
    assert '<html lang="de"' in html.get_content()


async def test_a_page_that_takes_no_subscriptions_or_is_not_for_everybody_has_no_form(
    world: World,
) -> None:
    pages = {
        "": PageSettings(),
        "open": PageSettings(id="open", subscribe=True),
        "team": PageSettings(id="team", subscribe=True, internal=True),
        "customer": PageSettings(id="customer", subscribe=True, password="sesame-4711"),
    }
    world.subscribing.configure(replace(world.config, pages=pages))
    found = [
        (await world.client.get(path)).status_code
        for path in (
            "/subscribe/",
            "/pages/open/subscribe/",
            "/pages/team/subscribe/",
            "/pages/customer/subscribe/",
            "/pages/none/subscribe/",
        )
    ]
    assert found == [404, 200, 404, 404, 404]
    assert (await world.client.get("/pages/open/subscribe")).headers["location"] == "subscribe/"


async def test_the_letter_that_asks_is_one_of_no_list_and_those_of_the_list_say_how_to_leave(
    world: World,
) -> None:
    await world.ask(ADA)
    asking = await world.letter_to(ADA)
    assert asking["List-Unsubscribe"] is None
    assert asking["Auto-Submitted"] == "auto-generated"
    assert asking["From"] == "Example status <status@example.org>"
    assert "Somebody, hopefully you" in text_of(asking)


async def test_our_log_names_nobody(world: World, caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level("INFO")
    found = await world.subscribed("somebody.else@example.org")
    await world.client.post(world.subscribing.tickets.links(found).unsubscribe)

    ours = "\n".join(each.getMessage() for each in caplog.records if each.name == "trueup")
    assert "s***@example.org" in ours
    assert "somebody.else" not in ours
    assert found.handle not in ours
