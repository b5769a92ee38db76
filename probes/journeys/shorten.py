"""Shortening an address, and following the short one to exactly where it should lead."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final, Literal

from probes.browser import Failure, Visit
from probes.journeys.complaints import complaints
from probes.journeys.fetching import Answer, Fetcher, same_place
from probes.journeys.finding import (
    LINE,
    Wanted,
    called,
    css,
    find,
    hinted,
    labelled,
    locate,
    send,
    write,
)
from probes.journeys.ready import Address, JourneySettings, ReadyMade
from probes.journeys.sight import Sight
from probes.journeys.signing_in import SignIn, sign_in_first
from probes.result import Reason

_WORDS: Final = r"\burl\b|link|address|adresse|long|shorten"
_SHORTEN: Final = r"shorten|short|create|make|generate|go|submit|save|kürzen|raccourcir|acortar"
URL_FIELD: Final = Wanted(
    "field for the address",
    "url_field",
    (
        css("input[type=url]"),
        css('input[autocomplete~="url" i]'),
        labelled(_WORDS),
        hinted(rf"https?:|{_WORDS}|paste"),
        called("url", "link", "long", "target"),
        css(f"main :is({LINE}), form:not([role=search]) :is({LINE})"),
        css("textarea"),
    ),
)
# What reads as an address on the page: links by their text, fields by their value, and plain text.
_READ: Final = r"""() => {
  const said = text => text.trim().replace(/^https?:\/\//, "").replace(/\/$/, "");
  const links = [...document.querySelectorAll("a[href]")].slice(0, 1000)
    .filter(a => /^https?:/.test(a.href) && ((said(a.innerText).length > 2
      && said(a.href).endsWith(said(a.innerText))) || /short/i.test(a.innerText)))
    .map(a => a.href);
  const fields = [...document.querySelectorAll("input, textarea, output")].slice(0, 500)
    .map(field => String(field.value || "").trim());
  const kept = [...document.querySelectorAll("[data-clipboard-text]")].slice(0, 500)
    .map(element => element.getAttribute("data-clipboard-text").trim());
  const text = (document.body ? document.body.innerText : "").slice(0, 100000)
    .match(/(https?:\/\/|\b[\w-]+(\.[\w-]+)*(\.[a-z]{2,}|:\d+)\/)[^\s"'<>]+/gi) || [];
  const whole = found => /^https?:\/\//i.test(found) ? found
    : /^[\w.-]+(:\d+)?\/\S+$/.test(found) ? location.protocol + "//" + found : "";
  return [...new Set([...fields, ...kept, ...links, ...text].map(whole))]
    .filter(found => found && found.length < 2000).slice(0, 200);
}"""
_MOST: Final = 8  # candidates that are followed
_HOPS: Final = 5


class ShortenSettings(JourneySettings):
    """Opens `url`, shortens `target`, and compares where the short address leads.

    The target itself is never asked for.
    """

    journey: Literal["shorten"]
    target: Address
    login: SignIn | None = None
    url_field: str = ""
    submit: str = ""
    result_locator: str = ""
    """Where the short address is shown: a link, a field, or text."""


async def travel(visit: Visit, settings: ShortenSettings) -> None:
    sight = Sight(visit)
    await sign_in_first(sight, settings.login)
    async with visit.step("open"):
        await sight.open(settings.url)
        field = await find(sight, URL_FIELD, settings.url_field)
    async with visit.step("shorten"):
        before = await _addresses(sight)
        await write(field, settings.target)
        known = {*before, settings.target}
        complained = await complaints(sight.page)
        await send(sight, field, _SHORTEN, settings.submit)
    async with visit.step("see"):
        found = await _short_addresses(sight, settings, known, complained)
    async with visit.step("follow"):
        await _follow(sight, found, settings.target)


async def _addresses(sight: Sight) -> list[str]:
    found: list[str] = await sight.page.evaluate(_READ)
    return found


async def _short_addresses(
    sight: Sight, settings: ShortenSettings, known: set[str], complained: Sequence[str]
) -> list[str]:
    async def ask() -> list[str] | None:
        if settings.result_locator:
            return await _shown_at(sight, settings.result_locator)
        return [found for found in await _addresses(sight) if found not in known] or None

    found = await sight.soon(ask)
    if found is None:
        new = await complaints(sight.page, complained)
        said = f"the page says: {new[0]}" if new else "no short address appeared"
        raise sight.failure(Reason.ELEMENT_MISSING, said)
    return found


async def _shown_at(sight: Sight, locator: str) -> list[str] | None:
    shown = locate(sight.page, locator)
    if not await shown.count():
        return None
    found = await shown.first.evaluate("e => (e.href || e.value || e.innerText || '').trim()")
    return [str(found)] if found else None


async def _follow(sight: Sight, found: Sequence[str], target: str) -> None:
    """Raises Failure unless one of the addresses leads exactly to *target*."""
    ends: list[Answer] = []
    silent: list[Failure] = []
    async with Fetcher(sight.page) as fetcher:
        for address in _worth_asking(found, sight.page.url, target):
            try:
                ends.append(await _end_of(fetcher, address, target))
            except Failure as failure:
                silent.append(failure)
                continue
            if _same(ends[-1].leads_to, target):
                return
            if ends[-1].leads_to and same_place(address, sight.page.url):
                break
    if not ends and silent:
        raise silent[0]
    leading = next((end for end in ends if end.leads_to), ends[0] if ends else None)
    said = "none of the addresses on the page is a short one" if leading is None else _said(leading)
    raise Failure(Reason.WRONG_TARGET, f"{said} instead of leading to {target}")


def _worth_asking(found: Sequence[str], page: str, target: str) -> list[str]:
    """Those of the site itself first; the host of the target is not asked, unless it is the site's.

    A page shows the target beside the short address, and perhaps a wrong one.
    """
    own = [address for address in found if same_place(address, page)]
    others = [
        address for address in found if address not in own and not same_place(address, target)
    ]
    return [*own, *others][:_MOST]


async def _end_of(fetcher: Fetcher, address: str, target: str) -> Answer:
    """The last answer before the target or another host; redirects at home are followed."""
    answer = await fetcher.ask(address)
    for _ in range(_HOPS):
        if _same(answer.leads_to, target) or not same_place(answer.leads_to, address):
            break
        answer = await fetcher.ask(answer.leads_to)
    return answer


def _same(one: str, other: str) -> bool:
    """Exactly the same; only that an empty path is written `/` makes no difference."""
    return bool(one) and _with_path(one) == _with_path(other)


def _with_path(url: str) -> str:
    return f"{url}/" if url.count("/") == 2 else url


def _said(end: Answer) -> str:
    return (
        f"{end.url} leads to {end.leads_to}" if end.leads_to else f"{end.url} answers {end.status}"
    )


JOURNEY = ReadyMade("shorten", ShortenSettings, travel)
