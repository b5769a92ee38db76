"""Shortening an address, and following the short one to exactly where it should lead."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final, Literal
from urllib.parse import urlsplit

from probes.browser import Failure, Visit
from probes.journeys.addresses import addresses, copied
from probes.journeys.complaints import complaints
from probes.journeys.credentials import SignsInFirst
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
from probes.journeys.instead import instead
from probes.journeys.listing import Sought
from probes.journeys.ready import Address, JourneySettings, ReadyMade
from probes.journeys.removing import Removing
from probes.journeys.sight import Sight
from probes.journeys.signing_in import sign_in_first
from probes.journeys.turning import LOOK_AGAIN
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
_MOST: Final = 8  # candidates that are followed
_HOPS: Final = 5
_NOWHERE: Final = "in links, fields, text and what a button copies"
_SHOWN: Final = r"""all => all.slice(0, 1)
  .map(e => (e.href || e.value || e.innerText || "").trim()).filter(Boolean)"""


class ShortenSettings(SignsInFirst, JourneySettings):
    """Opens `url`, shortens `target`, and compares where the short address leads.

    The target itself is never asked for.
    """

    journey: Literal["shorten"]
    target: Address
    url_field: str = ""
    submit: str = ""
    result_locator: str = ""
    """Where the short address is shown: a link, a field, or text."""
    remove: bool = False
    """Many shorteners give the same address again, and removing it would harm others."""
    list_entry: str = ""
    """The entry of the short address, as a locator; `{name}` is its last part."""
    remove_locator: str = ""


async def travel(visit: Visit, settings: ShortenSettings) -> None:
    sight = Sight(visit)
    await sign_in_first(sight, settings.login)
    async with visit.step("open"):
        await sight.open(settings.url)
        field = await find(sight, URL_FIELD, settings.url_field)
    async with visit.step("shorten"):
        before = await addresses(sight.page)
        await write(field, settings.target)
        known = {*before, settings.target}
        complained = await complaints(sight.page)
        await send(sight, field, _SHORTEN, settings.submit)
    async with visit.step("see"):
        found = await _short_addresses(sight, settings, known, complained)
    async with visit.step("follow"):
        short = await _follow(sight, found, settings.target)
    if settings.remove:
        async with visit.step("remove"):
            sought = _sought(short, settings)
            await Removing(sight, sought, locator=settings.remove_locator).try_to()


def _sought(short: str, settings: ShortenSettings) -> Sought:
    says = (short, short.partition("://")[2], "{name}")
    return Sought(
        _code_of(short), settings.list_entry, says=says, by_name=True, beside=(settings.target,)
    )


def _code_of(address: str) -> str:
    """What is the address's own: its last part."""
    return urlsplit(address).path.rstrip("/").rpartition("/")[2] or address


async def _short_addresses(
    sight: Sight, settings: ShortenSettings, known: set[str], complained: Sequence[str]
) -> list[str]:
    async def ask() -> list[str] | None:
        if settings.result_locator:
            return await _shown_at(sight, settings.result_locator)
        return [found for found in await addresses(sight.page) if found not in known] or None

    found = await sight.soon(ask, LOOK_AGAIN)
    if found is None and not settings.result_locator:
        found = await copied(sight)
    if found := found or await sight.soon(ask):
        return found
    new = await complaints(sight.page, complained)
    if new:
        said = f"the page says: {new[0]}"
    else:
        where = settings.result_locator or _NOWHERE
        said = f"looked for the short address {where}; {await instead(sight.page)}"
    raise sight.failure(Reason.ELEMENT_MISSING, said)


async def _shown_at(sight: Sight, locator: str) -> list[str] | None:
    shown = locate(sight.page, locator)
    found: list[str] = await shown.evaluate_all(_SHOWN)
    return found or None


async def _follow(sight: Sight, found: Sequence[str], target: str) -> str:
    """The one that leads exactly to *target*. Raises Failure when none does."""
    ends: list[Answer] = []
    silent: list[Failure] = []
    async with Fetcher(sight.visit) as fetcher:
        for address in _worth_asking(found, sight.page.url, target):
            try:
                ends.append(await _end_of(fetcher, address, target))
            except Failure as failure:
                silent.append(failure)
                continue
            if _same(ends[-1].leads_to, target):
                return address
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
