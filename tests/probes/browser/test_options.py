"""How the browser presents itself, and how it gets to the target."""

from __future__ import annotations

from base64 import b64encode
from collections.abc import Iterator
from datetime import timedelta
from typing import Any

import pytest
from playwright.async_api import async_playwright, expect
from pydantic import TypeAdapter, ValidationError
from starlette.requests import Request
from starlette.responses import HTMLResponse, Response

from probes.browser import BrowserOptions, Browsers, Errand, Journey, Visit
from probes.browser.presets import presets
from probes.browser.wildcards import matches
from probes.result import Outcome, Result
from probes.settings import Secret
from tests.support.proxies import Proxy
from tests.support.recording import Recording, recording
from tests.support.targets import target

pytestmark = pytest.mark.asyncio(loop_scope="module")

TOLD = """() => [navigator.userAgent, navigator.language, innerWidth, innerHeight,
    Intl.DateTimeFormat().resolvedOptions().timeZone, navigator.maxTouchPoints > 0]"""


BASIC = "Basic " + b64encode(b"canary:swordfish").decode()


class Addressed(BrowserOptions):
    url: str = ""


ADAPTER: TypeAdapter[Addressed] = TypeAdapter(Addressed)


def options(**keys: Any) -> Addressed:
    return ADAPTER.validate_python(keys, strict=True)


def refused(**keys: Any) -> str:
    with pytest.raises(ValidationError) as caught:
        options(**keys)
    return str(caught.value.errors()[0]["msg"]).removeprefix("Value error, ")


@pytest.fixture
def site() -> Iterator[Recording]:
    with recording({"/": "<p>Here</p>"}) as site:
        yield site


async def travel(browsers: Browsers, journey: Journey, url: str, **keys: Any) -> Result:
    return await browsers.run(
        Errand(
            journey=journey,
            url=url,
            timeout=timedelta(seconds=20),
            options=options(url=url, **keys),
            hosts=frozenset({url.split("/")[2]}),
            traceparent="00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01",
        )
    )


async def told(browsers: Browsers, site: Recording, **keys: Any) -> list[Any]:
    """What the page can know."""
    known: list[Any] = []

    async def journey(visit: Visit) -> None:
        await visit.page.goto(visit.url)
        known.extend(await visit.page.evaluate(TOLD))

    result = await travel(browsers, journey, site.address, **keys)
    assert result.outcome is Outcome.PASS, result
    assert known[0] == site.headers("/")["user-agent"]
    return known


async def test_the_browser_says_who_we_are(browsers: Browsers, site: Recording) -> None:
    agent, language, *size, _, touch = await told(browsers, site)
    assert " trueup/" in agent
    assert " Chrome/" in agent
    assert "Headless" not in agent
    assert (language, size, touch) == ("en-US", [1280, 800], False)


async def test_it_says_what_it_is_told_to_say(browsers: Browsers, site: Recording) -> None:
    keys = {"locale": "de-DE", "timezone": "Asia/Tokyo", "viewport": {"width": 640}}
    agent, language, *size, timezone, _ = await told(browsers, site, user_agent="x/1", **keys)
    assert agent == "x/1"
    assert (language, timezone) == ("de-DE", "Asia/Tokyo")
    assert size == [640, 800]
    assert site.headers("/")["accept-language"].startswith("de-DE")


async def test_a_device_is_a_whole_one_that_says_who_we_are(
    browsers: Browsers, site: Recording
) -> None:
    agent, *_, touch = await told(browsers, site, device="iPhone 15")
    assert "iPhone" in agent
    assert " trueup/" in agent
    assert touch
    assert site.headers("/")["sec-ch-ua-mobile"] == "?1"


async def test_every_device_of_the_driver_is_known_without_it() -> None:
    async with async_playwright() as playwright:
        assert sorted(presets()) == sorted(playwright.devices)


async def test_a_password_in_front_of_the_page_is_told_to_its_server_alone(
    browsers: Browsers, site: Recording
) -> None:
    locked = {"WWW-Authenticate": 'Basic realm="Staff"'}
    with recording({"/": Response("", 401, locked)}) as other:
        site.pages["/"] = Response("", 401, locked)

        async def journey(visit: Visit) -> None:
            answer = await visit.page.goto(visit.url)
            assert answer is not None
            assert answer.status == 401
            await visit.page.goto(other.address)

        credentials = {"username": "canary", "password": "swordfish"}
        result = await travel(browsers, journey, site.address, http_credentials=credentials)
        assert result.outcome is Outcome.PASS, result
        assert [headers.get("authorization") for _, _, headers in site.asked] == [
            None,
            BASIC,
        ]
        assert {headers.get("authorization") for _, _, headers in other.asked} == {None}


async def here(visit: Visit) -> None:
    await visit.page.goto(visit.url)
    await expect(visit.page.get_by_text("Here")).to_be_visible()


@pytest.mark.parametrize("kind", ["http", "socks"])
async def test_everything_goes_through_the_proxy(
    browsers: Browsers, site: Recording, kind: str
) -> None:
    proxy = Proxy(int(site.address.rpartition(":")[2]))
    with target(getattr(proxy, kind)) as at:
        way = f"{kind.replace('socks', 'socks5')}://127.0.0.1:{at.port}"
        result = await travel(browsers, here, "http://example.org/", proxy=way)
    assert result.outcome is Outcome.PASS, result
    assert b"example.org" in b"".join(proxy.asked)
    assert site.headers("/")["host"] == "example.org"


async def test_the_proxy_is_told_the_password_when_it_asks(browsers: Browsers) -> None:
    def proxy(request: Request) -> Response:
        if request.headers.get("proxy-authorization") == BASIC:
            return HTMLResponse("<p>Here</p>")
        return Response("", 407, {"Proxy-Authenticate": 'Basic realm="Staff"'})

    with recording({"/": proxy}) as asked:
        way = f"http://canary:swordfish@{asked.host}"
        result = await travel(browsers, here, "http://example.org/", proxy=way)
    assert result.outcome is Outcome.PASS, result
    assert asked.headers("/")["host"] == "example.org"


async def test_the_password_of_a_proxy_is_a_secret() -> None:
    read = options(proxy="http://canary:salt%20cod@proxy.example.org:3128")
    assert "cod" not in repr(read)
    assert "cod" not in read.model_dump_json()
    assert read.proxy is not None
    assert read.proxy.password == Secret("salt cod")
    assert read.proxy.address() == "http://canary:salt%20cod@proxy.example.org:3128"


async def test_what_cannot_be_is_refused_with_what_was_meant() -> None:
    assert refused(device="iphone15") == (
        "'iphone15' is no device of Playwright's; did you mean \"iPhone 15\"?"
    )
    assert refused(timezone="Europe/berlin").endswith('did you mean "Europe/Berlin"?')
    assert refused(locale="de_DE.UTF-8").endswith('write it as "de-DE"')
    assert "line" not in refused(user_agent="a\nb")
    assert refused(url="http://a/", headers={"X Y": "1"}).startswith("'X Y' cannot be the name")
    assert "leave it out" in refused(url="http://a/", headers={"Cookie": "1"})
    assert "user_agent" in refused(url="http://a/", headers={"User-Agent": "1"})
    assert "printable" in refused(url="http://a/", headers={"X-Y": "swordfish\r\n"})
    assert refused(headers={"X-Y": "1"}).startswith("headers is told to the server of url only")
    assert "write url, too" in refused(expect_environment="production")
    assert refused(proxy="proxy.example.org").startswith("not a proxy; write it as")
    assert "SOCKS" in refused(proxy="socks5://canary:swordfish@127.0.0.1:1080")
    assert refused(block=["analytics"]) == "'analytics' is no whole address; write \"*analytics*\""
    assert "the page itself" in refused(url="https://example.org/", block=["*example.org*"])


@pytest.mark.parametrize("locale", ["de", "de-DE", "zh-Hant-TW", "es-419", "de-DE-1996"])
async def test_language_tags_of_all_shapes_are_taken(locale: str) -> None:
    assert options(locale=locale).locale == locale


async def test_every_option_is_in_the_schema() -> None:
    schema = BrowserOptions.model_json_schema()["properties"]
    assert set(schema) == set(BrowserOptions.model_fields)
    for name in ("device", "locale", "timezone", "user_agent"):
        assert schema[name]["type"] == "string"
    assert schema["proxy"]["anyOf"][0]["type"] == "string"


@pytest.mark.parametrize(
    ("pattern", "address", "matched"),
    [
        ("*analytics*", "https://analytics.example.org/a.js", True),
        ("https://a/*", "https://a/", True),
        ("https://a/*", "https://b/?https://a/", False),
        ("*a*a", "https://ba", False),
        ("ab*ba", "aba", False),
        ("https://a/x?y", "https://a/x?y", True),
        ("https://a/x?y", "https://a/xzy", False),
        ("*" * 200 + "b", "a" * 1_000_000, False),
        ("*a" * 200 + "b", "a" * 1_000_000, False),
    ],
)
async def test_a_star_is_anything_and_costs_nothing(
    pattern: str, address: str, matched: bool
) -> None:
    assert matches(pattern, address) is matched
