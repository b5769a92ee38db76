"""The frame that all HTML pages share: head, header, language switch, footer, script."""

from __future__ import annotations

import base64
import hashlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import timedelta
from functools import cache, lru_cache
from typing import Final, TypedDict, Unpack

from babel import Locale
from markupsafe import Markup, escape

from status_page.component import Condition
from status_page.frame_parts import band, data, icon, script_words, shell
from status_page.looks import ASSETS, inline, style, style_address, versioned
from status_page.page import Page
from status_page.text import shorten, tidy
from status_page.tongue import Tongue

INDEX: Final = "index.html"
_EMPTY: Final = Markup("")
_POLICY: Final = Markup(
    "default-src 'none'; style-src 'self'{style}; script-src 'self'{script}; img-src 'self'; "
    "font-src 'self'; connect-src 'self'; frame-src 'self'; base-uri 'none'; form-action 'none'"
)


@dataclass(frozen=True, slots=True)
class Feed:
    """What readers of feeds may find by themselves. The address is relative to the page."""

    media_type: str
    title: str
    address: str


@dataclass(frozen=True, slots=True)
class Variant:
    """The same page in a language, under its own name."""

    code: str
    name: str
    address: str
    here: bool


class Leaf(TypedDict, total=False):
    """What a page may tell of itself besides its path and its title."""

    description: str
    """One sentence for search engines and previews; by default that of the whole page."""
    tone: Condition | None
    """Shown by the icon of the tab."""
    card: str
    """Its image for previews, from the top of the folder; by default `card.png`."""
    feeds: Sequence[tuple[str, str, str]]
    """Media type, title, and path from the top of the folder; by default those of everything."""
    ld: Sequence[Mapping[str, object]]
    """Objects of schema.org, each as JSON-LD."""
    whole: bool
    """Whether style and script stand in the page itself, so that one request paints it."""
    content: str
    """Stands for what the page says, for the script to compare."""
    top: str
    """Leads to the top of the folder from wherever the page is shown; by default from its path."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Frame:
    """What `frame.html` shows around a page. All `Markup` is safe to be shown as it is."""

    lang: str
    dir: str
    """`ltr` or `rtl`."""
    root: str
    """`../../`: leads from the page to the top of the folder; empty there."""
    home: str
    """As `root`, to the top of the page's own language."""
    fresh_for_ms: int
    content: str
    """Only on the first page."""
    codes: str
    """Of the languages that the first page may lead on to, its own first; empty on others."""
    policy: Markup
    """Content-Security-Policy."""
    early: Markup
    """A script that has to run before the first paint; only on the first page."""
    tab: str
    description: str
    head: Markup
    cards: Markup
    """Canonical address, other languages, and previews; what needs absolute addresses is left out
    where ours is not known.
    """
    feeds: tuple[Feed, ...]
    style: Markup
    ld: Markup
    tone: str
    top: Markup
    foot: Markup
    variants: tuple[Variant, ...]
    """Empty where there is only one language."""
    script: Markup


def frame(page: Page, tongue: Tongue, *, path: str, title: str, **leaf: Unpack[Leaf]) -> Frame:
    """That of the page at *path* below the folder of its language, say `about/index.html`."""
    home = "../" * path.count("/")
    root = home if tongue.code == page.language else f"../{home}"
    if top := leaf.get("top"):
        root, home = top, top + folder(page, tongue.code)
    first, whole = path == INDEX, leaf.get("whole", False)
    around = shell(page, tongue, root, home, first=first)
    tone = leaf.get("tone")
    inside = _within(page, root, first=first) if whole else _beside(style_address(page.look), root)
    said = shorten(tidy(leaf.get("description") or page.description or title), 300)
    mark = around.head + icon(page.look.icon, tone, root)
    return Frame(
        lang=tongue.code,
        dir=tongue.direction,
        root=root,
        home=home,
        fresh_for_ms=page.fresh_for // timedelta(milliseconds=1),
        content=leaf.get("content", ""),
        codes=" ".join(languages(page)) if first and root == home else "",
        policy=inside.policy,
        early=inside.early,
        tab=_tab(page, title),
        description=said,
        head=mark,
        cards=_cards(page, tongue, path, (title, said, leaf.get("card", "card.png"))),
        feeds=_feeds(page, root, leaf.get("feeds")),
        style=inside.style,
        ld=_ld(leaf.get("ld", ())),
        tone=str(tone or ""),
        top=around.top,
        foot=around.foot,
        variants=_variants(page, tongue.code, path, root),
        script=script_words(tongue) + inside.script,
    )


def languages(page: Page) -> tuple[str, ...]:
    """Its own first, each once."""
    return tuple(dict.fromkeys((page.language, *page.languages)))


def folder(page: Page, code: str) -> str:
    """Where a language's pages are, from the top: empty, or `de/`."""
    return "" if code == page.language else f"{code}/"


@dataclass(frozen=True, slots=True)
class _Inside:
    policy: Markup
    early: Markup
    style: Markup
    script: Markup


@lru_cache(maxsize=64)
def _beside(address: str, root: str) -> _Inside:
    return _Inside(
        policy=_POLICY.format(style="", script=""),
        early=_EMPTY,
        style=Markup('<link rel="stylesheet" href="{}">').format(root + address),
        script=Markup('<script src="{}" defer></script>').format(root + versioned("page.js")),
    )


def _within(page: Page, root: str, *, first: bool) -> _Inside:
    css, script = inline(style(page.look, root)), inline(ASSETS["page.js"].decode())
    early = inline(ASSETS["first.js"].decode()) if first else ""
    hashes = _hash(script) + (_hash(early) if early else _EMPTY)
    return _Inside(
        policy=_POLICY.format(style=_hash(css), script=hashes),
        # All three are ours or the operator's, and cannot end their elements.
        early=Markup(f"<script>{early}</script>") if early else _EMPTY,  # noqa: S704 - see above
        style=Markup(f"<style>{css}</style>"),  # noqa: S704 - see above
        script=Markup(f"<script>{script}</script>"),  # noqa: S704 - see above
    )


@lru_cache(maxsize=64)
def _hash(text: str) -> Markup:
    digest = base64.b64encode(hashlib.sha256(text.encode()).digest()).decode()
    return Markup(" 'sha256-{}'").format(digest)


def _tab(page: Page, title: str) -> str:
    environment, name = band(page.environment), shorten(tidy(page.title), 60)
    said = shorten(tidy(title), 90)
    whole = said if said == name else f"{said} · {name}"
    return f"[{shorten(environment, 20)}] {whole}" if environment else whole


def _feeds(page: Page, root: str, own: Sequence[tuple[str, str, str]] | None) -> tuple[Feed, ...]:
    name = shorten(tidy(page.title), 120)
    given = own or (
        ("application/atom+xml", f"{name} (Atom)", "history.atom"),
        ("application/rss+xml", f"{name} (RSS)", "history.rss"),
        ("application/feed+json", f"{name} (JSON)", "feed.json"),
    )
    return tuple(Feed(kind, title, root + path) for kind, title, path in given)


def _cards(page: Page, tongue: Tongue, path: str, told: tuple[str, str, str]) -> Markup:
    title, said, card = told
    name = escape(shorten(tidy(page.title), 120))
    found = [
        '<meta property="og:type" content="website">',
        f'<meta property="og:site_name" content="{name}">',
        f'<meta property="og:title" content="{escape(shorten(tidy(title), 120))}">',
        f'<meta property="og:description" content="{escape(said)}">',
    ]
    if page.url:
        place = path.removesuffix(INDEX)
        own, image = page.url + folder(page, tongue.code) + place, page.url + card
        found += [
            f'<meta property="og:url" content="{escape(own)}">',
            f'<meta property="og:image" content="{escape(image)}">',
            '<meta name="twitter:card" content="summary_large_image">',
            f'<link rel="canonical" href="{escape(own)}">',
            *_alternates(page, place),
        ]
    return Markup("\n".join(found))  # noqa: S704 - each value is escaped


def _alternates(page: Page, place: str) -> list[str]:
    codes = languages(page)
    if len(codes) < 2:
        return []
    found = [(code, page.url + folder(page, code) + place) for code in codes]
    found.append(("x-default", page.url + place))
    return [f'<link rel="alternate" hreflang="{code}" href="{escape(to)}">' for code, to in found]


def _ld(objects: Sequence[Mapping[str, object]]) -> Markup:
    if not objects:
        return _EMPTY
    block = Markup('<script type="application/ld+json">{}</script>')
    whole = [{"@context": "https://schema.org", **given} for given in objects]
    return Markup("\n").join(block.format(Markup(data(each))) for each in whole)  # noqa: S704 - JSON without any sign of HTML


def _variants(page: Page, here: str, path: str, root: str) -> tuple[Variant, ...]:
    codes = languages(page)
    if len(codes) < 2:
        return ()
    return tuple(
        Variant(code, _own_name(code), root + folder(page, code) + path, code == here)
        for code in codes
    )


@cache
def _own_name(code: str) -> str:
    name = Locale.parse(code).get_display_name(code) or code
    return name[:1].upper() + name[1:]
