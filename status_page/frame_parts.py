"""Pieces of the frame that many pages share: made once for a look, a language and a depth."""

from __future__ import annotations

import json
import zlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import Final

from markupsafe import Markup, escape

from status_page.looks import FOLDER, versioned
from status_page.markdown import to_html
from status_page.page import Asset, Page
from status_page.text import shorten, tidy
from status_page.tongue import Tongue

PRODUCTION: Final = "production"
_BANDS: Final = 6
_EMPTY: Final = Markup("")
# One silhouette for each condition, so that none is told by its colour alone.
SIGNS: Final = Markup(
    '<svg class="unseen" width="0" height="0" aria-hidden="true" focusable="false">'
    '<symbol id="sign-up" viewBox="0 0 24 24"><circle class="shape" cx="12" cy="12" r="11"/>'
    '<path class="stroke" d="M7 12.6l3.4 3.4L17.2 8.6"/></symbol>'
    '<symbol id="sign-degraded" viewBox="0 0 24 24"><path class="shape" d="M10.3 2.6a2 2 0 0 1 '
    '3.4 0l9.3 16.6a2 2 0 0 1-1.7 3H2.7a2 2 0 0 1-1.7-3z"/>'
    '<path class="stroke" d="M12 9v5M12 18.2v.1"/></symbol>'
    '<symbol id="sign-down" viewBox="0 0 24 24"><path class="shape" d="M8.1 1h7.8a1 1 0 0 1 .7.3l'
    "6.1 6.1a1 1 0 0 1 .3.7v7.8a1 1 0 0 1-.3.7l-6.1 6.1a1 1 0 0 1-.7.3H8.1a1 1 0 0 1-.7-.3l-6.1-"
    '6.1a1 1 0 0 1-.3-.7V8.1a1 1 0 0 1 .3-.7l6.1-6.1a1 1 0 0 1 .7-.3z"/>'
    '<path class="stroke" d="M8.4 8.4l7.2 7.2M15.6 8.4l-7.2 7.2"/></symbol>'
    '<symbol id="sign-maintenance" viewBox="0 0 24 24"><rect class="shape" x="1.5" y="1.5" '
    'width="21" height="21" rx="6"/><path class="stroke" d="M12 6.8V12l3.4 2.4"/></symbol>'
    '<symbol id="sign-unknown" viewBox="0 0 24 24"><circle class="ring" cx="12" cy="12" r="10"/>'
    '<path class="query" d="M9.2 9.6a2.9 2.9 0 1 1 4.3 2.5c-.9.5-1.5 1-1.5 2.1M12 17.4v.1"/>'
    '</symbol><symbol id="sign-unwatched" viewBox="0 0 24 24"><circle class="ring" cx="12" '
    'cy="12" r="10"/><path class="query" d="M8 12h8"/></symbol></svg>'
)


@dataclass(frozen=True, slots=True)
class Shell:
    """What stands around every page of one language at one depth."""

    head: Markup
    top: Markup
    foot: Markup


def shell(page: Page, tongue: Tongue, root: str, home: str, *, first: bool) -> Shell:
    """*root* leads to the top of the folder, *home* to that of the language."""
    look = page.look
    brought = (look.logo, look.logo_dark, look.links, look.footer, _grounds(page))
    told = (page.title, page.environment, page.may_be_found, page.subscribe)
    return _shell(tongue, root, home, first, brought, told)


def band(environment: str) -> str:
    """Its name, short; empty for production."""
    name = shorten(tidy(environment), 60)
    return "" if name in {"", PRODUCTION} else name


def tint(environment: str) -> int:
    """Which of the colours its band has: the same on every page that names it."""
    return zlib.crc32(band(environment).encode()) % _BANDS


def _grounds(page: Page) -> tuple[str, str]:
    light, dark = page.look.colours, page.look.colours_dark
    return light.get("ground", "#f6f6f2"), dark.get("ground", "#0f1214")


Brought = tuple[Asset | None, Asset | None, tuple[tuple[str, str], ...], str, tuple[str, str]]


@lru_cache(maxsize=256)
def _shell(
    tongue: Tongue,
    root: str,
    home: str,
    first: bool,
    brought: Brought,
    told: tuple[str, str, bool, str],
) -> Shell:
    logo, logo_dark, links, footer, grounds = brought
    title, environment, may_be_found, subscribe = told
    name = shorten(tidy(title), 120)
    own = _logo(logo, logo_dark, root, name) if logo else escape(name)
    mark = Markup('<p class="title" dir="auto">{}</p>').format(_home(own, home, first=first))
    ways = subscribe_link(tongue, home, subscribe)
    return Shell(
        head=_head(grounds, hidden=not may_be_found),
        top=Markup('{}{}{}<header class="top">{}{}</header>').format(
            SIGNS, _skip(tongue), _band(tongue, environment), mark, _links(tongue, links, ways)
        ),
        foot=_foot(tongue, root, home, footer),
    )


def subscribe_link(tongue: Tongue, home: str, subscribe: str) -> Markup:
    """To the form where there is one, else to the page that tells of the feeds."""
    said = tongue.say("Subscribe") if subscribe else tongue.say("Follow")
    address = subscribe or f"{home}about/index.html#subscribe"
    return Markup('<a class="button" href="{}">{}</a>').format(address, said)


def _skip(tongue: Tongue) -> Markup:
    said = tongue.say("Skip to the content")
    return Markup('<a class="skip" href="#page-main">{}</a>').format(said)


def _home(own: Markup, home: str, *, first: bool) -> Markup:
    return own if first else Markup('<a href="{}index.html">{}</a>').format(home, own)


def _logo(logo: Asset, dark: Asset | None, root: str, name: str) -> Markup:
    image = Markup('<img src="{}" alt="{}" height="32">').format(root + FOLDER + logo.name, name)
    if dark is None:
        return image
    source = Markup('<source srcset="{}" media="(prefers-color-scheme: dark)">')
    return Markup("<picture>{}{}</picture>").format(source.format(root + FOLDER + dark.name), image)


def _band(tongue: Tongue, environment: str) -> Markup:
    name = band(environment)
    if not name:
        return _EMPTY
    return Markup(
        '<aside class="band band-{}" aria-label="{}"><bdi>{}</bdi> <span>{}</span></aside>'
    ).format(
        tint(environment),
        tongue.say("Environment"),
        name,
        tongue.say("This is not production."),
    )


def _links(tongue: Tongue, links: Sequence[tuple[str, str]], ways: Markup) -> Markup:
    item = Markup('<li><a href="{}" rel="noopener" dir="auto">{}</a></li>')
    shown = [item.format(to, tidy(said)) for said, to in links if to.startswith(("http", "mailto"))]
    return Markup('<nav aria-label="{}"><ul role="list">{}<li>{}</li></ul></nav>').format(
        tongue.say("Links"), _EMPTY.join(shown), ways
    )


def _foot(tongue: Tongue, root: str, home: str, footer: str) -> Markup:
    places = (
        (f"{home}history/index.html", tongue.say("Past incidents")),
        (f"{home}about/index.html", tongue.say("How the numbers are computed")),
        (f"{root}history.atom", "Atom"),
        (f"{root}history.rss", "RSS"),
        (f"{root}feed.json", "JSON Feed"),
        (f"{root}maintenance.ics", tongue.say("Calendar")),
    )
    item = Markup('<li><a href="{}">{}</a></li>')
    ways = Markup('<nav class="ways" aria-label="{}"><ul role="list">{}</ul></nav>').format(
        tongue.say("More"), _EMPTY.join(item.format(*place) for place in places)
    )
    if not footer:
        return ways
    own = Markup(to_html(footer))  # noqa: S704 - made harmless by whoever turned it into HTML
    return Markup('{}\n<div class="own">{}</div>').format(ways, own)


def _head(grounds: tuple[str, str], *, hidden: bool) -> Markup:
    theme = Markup('<meta name="theme-color" content="{}" media="(prefers-color-scheme: {})">\n')
    found = [
        Markup('<meta name="color-scheme" content="light dark">\n'),
        theme.format(grounds[0], "light"),
        theme.format(grounds[1], "dark"),
        Markup('<meta name="referrer" content="no-referrer">'),
    ]
    if hidden:
        found.append(Markup('\n<meta name="robots" content="noindex, nofollow">'))
    return _EMPTY.join(found)


@lru_cache(maxsize=256)
def icon(own: Asset | None, tone: str | None, root: str) -> Markup:
    """Of the browser's tab."""
    if own:
        link = Markup('<link rel="icon" type="{}" href="{}">')
        return link.format(own.media_type, root + FOLDER + own.name)
    name = versioned(f"favicon-{tone}.svg" if tone else "favicon.svg")
    return Markup('<link rel="icon" type="image/svg+xml" href="{}">').format(root + name)


def data(facts: object) -> str:
    """JSON that can stand in a script element; in ASCII, so that it garbles nothing around."""
    said = json.dumps(facts, separators=(",", ":"))
    return said.replace("<", "\\u003c").replace(">", "\\u003e").replace("&", "\\u0026")


@lru_cache(maxsize=64)
def script_words(tongue: Tongue) -> Markup:
    """What the script says, for it knows no language."""
    return Markup('<script type="application/json" id="page-words">{}</script>').format(
        Markup(data(_words(tongue)))  # noqa: S704 - JSON without any sign of HTML
    )


def _words(tongue: Tongue) -> Mapping[str, str]:
    say = tongue.say
    return {
        "asOf": say("As of {time}", time="{time}"),
        "local": say("{time} your time", time="{time}"),
        "silent": say(
            "The monitor has not reported since {time}. What you see may no longer be true.",
            time="{time}",
        ),
        "unreachable": say(
            "This page could not ask for news since {time}. What you see may no longer be true.",
            time="{time}",
        ),
        "stamp": say("How fresh this is"),
        "doubtful": say(
            "A clock is wrong, so nobody can tell how old this is. What you see may no longer be"
            " true."
        ),
        "staleTab": say("Not updated"),
        "justNow": say("just now"),
        "up": say("No downtime"),
        "notYet": say("Not watched yet"),
        "days": say("Day by day"),
    }
