"""Opening a fresh page as the options say."""

from __future__ import annotations

import json
from dataclasses import dataclass
from importlib.metadata import version
from typing import TYPE_CHECKING, Any, Final

from probes.browser.breaking import Breaking
from probes.browser.errand import Errand
from probes.browser.options import BrowserOptions, Viewport
from probes.browser.troubles import BrowserTrouble
from probes.browser.worker.carrying import Carrier, Load
from probes.browser.worker.carrying_origins import origin_of
from probes.browser.worker.downloads import bound_downloads
from probes.browser.worker.engine import Engine
from probes.result import Reason

if TYPE_CHECKING:
    from playwright.async_api import Browser, Page, Playwright

AGENT: Final = f"trueup/{version('trueup')}"
_ENGINE: Final = "default_browser_type"  # of a device; ours is Chromium all the same


@dataclass(frozen=True, slots=True)
class _Known:
    """What is found out once about a browser: how to reach it, and what it calls itself."""

    carrier: Carrier
    agent: str


_known: dict[Browser, _Known] = {}


async def open_page(engine: Engine, errand: Errand, breaking: Breaking | None = None) -> Page:
    """In a fresh context, the only one of its browser in use. Raises what Playwright raises, and
    BrowserTrouble where a device is not known.
    """
    browser = engine.browser
    known = await _know(browser)
    await known.carrier.take(Load.of(errand), breaking)
    context = await browser.new_context(
        **_presenting(errand.options, engine.playwright, known.agent),
        **_reaching(errand),
        storage_state=json.loads(errand.remembered) if errand.remembered else None,
    )
    bound_downloads(context, engine.downloads)
    page = await context.new_page()
    await known.carrier.watch(page)
    return page


async def let_go(browser: Browser) -> None:
    """Of all that a run has the browser wait for. Raises nothing."""
    if browser in _known:
        await _known[browser].carrier.rest()


async def _know(browser: Browser) -> _Known:
    if browser not in _known:
        session = await browser.new_browser_cdp_session()
        told = await session.send("Browser.getVersion")
        _known[browser] = _Known(Carrier(session), _introduced(str(told["userAgent"])))
        browser.once("disconnected", _forget)
    return _known[browser]


def _forget(browser: Browser) -> None:
    _known.pop(browser, None)


def _introduced(agent: str) -> str:
    """*agent*, and who we are. Where a shell says that it is one, many sites show it no page at
    all, which would be no evidence about them.
    """
    return f"{agent.replace('HeadlessChrome/', 'Chrome/')} {AGENT}"


def _presenting(options: BrowserOptions, playwright: Playwright, agent: str) -> dict[str, Any]:
    """Arguments of a new context: what the browser is taken for."""
    # Asking for the devices costs a hundredth of a journey.
    told = _device(options.device, playwright.devices) if options.device else {}
    told["user_agent"] = options.user_agent or (
        _introduced(told["user_agent"]) if options.device else agent
    )
    if options.viewport or not options.device:
        told["viewport"] = (options.viewport or Viewport()).model_dump()
    if options.locale:
        told["locale"] = options.locale
    if options.timezone:
        told["timezone_id"] = options.timezone
    return told


def _device(name: str, devices: dict[str, Any]) -> dict[str, Any]:
    if name not in devices:
        raise BrowserTrouble(Reason.JOURNEY_BROKEN, f"{name} is no device of Playwright's")
    return {key: value for key, value in devices[name].items() if key != _ENGINE}


def _reaching(errand: Errand) -> dict[str, Any]:
    """Arguments of a new context: how it gets to the target, and in."""
    told: dict[str, Any] = {}
    if (asked := errand.options.http_credentials) is not None:
        password = asked.password.get_secret_value()
        told["http_credentials"] = {
            "username": asked.username,
            "password": password,
            "origin": origin_of(errand.url),
        }
    if (proxy := errand.options.proxy) is not None:
        told["proxy"] = {"server": proxy.server}
        if proxy.password is not None:
            told["proxy"] |= {
                "username": proxy.username,
                "password": proxy.password.get_secret_value(),
            }
    return told
