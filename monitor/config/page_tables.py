"""The tables of the status pages: [page], [pages.ID] and [publish.ID]."""

from __future__ import annotations

import re
from datetime import timedelta
from typing import Annotated, Final, Literal

from pydantic import AfterValidator, Field

from monitor.config.nearest import remedy
from monitor.config.values import Id, Line, MaybeLine, WebAddress, between
from probes import Duration, Secret, Strict

COLOURS: Final = (
    "ground",
    "card",
    "ink",
    "quiet",
    "line",
    "edge",
    "focus",
    "up",
    "slow",
    "down",
    "gap",
    "up-ink",
    "slow-ink",
    "down-ink",
    "gap-ink",
    "plan",
    "plan-ink",
    "link",
    "rest",
    "up-wash",
    "slow-wash",
    "down-wash",
    "gap-wash",
    "plan-wash",
)
"""Variables of the style sheet that may be given another value."""
_HEX: Final = re.compile(r"#[0-9a-fA-F]{6}")
_FAMILY: Final = re.compile(r"[A-Za-z0-9][A-Za-z0-9 _-]{0,59}")
_WEIGHT: Final = re.compile(r"[1-9]00( [1-9]00)?")
_DAY: Final = timedelta(days=1)


def _colour(text: str) -> str:
    if not _HEX.fullmatch(text):
        raise ValueError('is no colour; write it as "#1a73e8"')
    return text.lower()


def _family(text: str) -> str:
    if not _FAMILY.fullmatch(text):
        raise ValueError('is no name of a typeface; write letters and digits, as "Inter"')
    return text


def _weight(text: str) -> str:
    if not _WEIGHT.fullmatch(text):
        raise ValueError('is no weight; write "400", or "100 900" for a variable typeface')
    return text


def _colours(given: dict[str, str]) -> dict[str, str]:
    for name in given:
        if name not in COLOURS:
            raise ValueError(
                f"{name[:60]!r} is no colour of ours; {remedy(name, COLOURS, 'names')}"
            )
    return given


Colour = Annotated[str, AfterValidator(_colour), Field(examples=["#1a73e8"])]
Colours = Annotated[dict[str, Colour], AfterValidator(_colours)]
File = Annotated[str, Field(min_length=1, max_length=1000)]
Language = Literal["en", "de", "fr", "es", "pt", "ja", "zh", "ar"]


class FontTable(Strict):
    """A typeface that is served with the page, as a WOFF2 file."""

    family: Annotated[str, AfterValidator(_family), Field(examples=["Inter"])]
    """Its name."""
    file: Annotated[File, Field(examples=["inter.woff2"])]
    """Its file, relative to this one."""
    weight: Annotated[str, AfterValidator(_weight)] = "400"
    """As CSS writes it; two numbers for a variable typeface."""
    italic: bool = False
    """Whether it is the slanted one."""


class LinkTable(Strict):
    """A link at the top of the page."""

    words: Line
    """What it says."""
    url: Annotated[WebAddress, Field(min_length=1)]
    """Where it leads."""


class PageTable(Strict):
    """A status page."""

    title: Line = "Status"
    """The heading of the page."""
    description: Annotated[MaybeLine, Field(max_length=300)] = ""
    """A sentence for search engines and previews."""
    url: WebAddress = ""
    """Where people find the page; notices name it, and feeds need it."""
    every: Annotated[Duration, between(timedelta(seconds=10), _DAY)] = timedelta(minutes=1)
    """How often the page says that it is still true; after three times that it calls itself
    stale."""
    language: Language = "en"
    """Of the page at its address; the others are below it, as in `de/`."""
    languages: Annotated[tuple[Language, ...], Field(max_length=20)] | None = None
    """All that it is made in, which visitors get by what their browser asks for; every one there
    is when absent, and just `language` when empty."""
    components: Annotated[tuple[Id, ...], Field(max_length=5000)] | None = None
    """Which components it lists; all of them when neither components nor groups are named."""
    groups: Annotated[tuple[Line, ...], Field(max_length=500)] = ()
    """Headings whose components it lists."""
    names: Annotated[dict[Id, Line], Field(max_length=5000)] = Field(default_factory=dict)
    """Other names for components, on this page."""
    says: Annotated[dict[Id, Line], Field(max_length=5000)] = Field(default_factory=dict)
    """Other sentences for components that are down, on this page."""
    audience: MaybeLine = ""
    """Whom incidents concern, where the component does not say."""
    internal: bool = False
    """Whether it is for those who run things: it names probes and why they fail. Not for [page]."""
    password: Annotated[Secret, Field(min_length=8, max_length=200)] | None = None
    """What the daemon's server asks visitors for."""
    logo: Annotated[File, Field(examples=["logo.svg"])] | None = None
    """An image instead of the title: SVG, PNG, WebP or JPEG."""
    logo_dark: File | None = None
    """The same for a dark ground."""
    icon: File | None = None
    """The icon of the tab; one that shows the verdict when absent."""
    colours: Colours = Field(default_factory=dict)
    """Other colours than ours, in the light."""
    colours_dark: Colours = Field(default_factory=dict)
    """Other colours than ours, in the dark."""
    fonts: Annotated[tuple[FontTable, ...], Field(max_length=12)] = ()
    """Typefaces that are served with the page; the first one is used."""
    css: Annotated[File, Field(examples=["status.css"])] | None = None
    """A style sheet that is added to ours."""
    footer: Annotated[str, Field(max_length=5000, examples=["Questions? help@example.org"])] = ""
    """What stands at the bottom, as Markdown."""
    links: Annotated[tuple[LinkTable, ...], Field(max_length=10)] = ()
    """What stands at the top."""
    publish: Annotated[tuple[str, ...], Field(max_length=50, examples=[["bucket"]])] = ()
    """Where else the page is written: names of [publish.ID] tables, or addresses."""
    publish_after: Annotated[Duration, between(timedelta(), _DAY)] = timedelta()
    """How long people have to find words of their own before an incident is told with its
    component's sentence."""
    subscribe: bool = False
    """Whether visitors may subscribe by e-mail and webhook, at the daemon's server."""
    deploys: bool = False
    """Whether everybody sees in the charts when services changed: their names, not their versions.
    An internal page shows deploys anyway."""
    mail: Annotated[Id, Field(examples=["email"])] | None = None
    """The channel of the kind email that letters to subscribers go out by."""


class PublishTable(Strict):
    """A place that pages are published to; it takes further keys by what `to` is."""

    to: Annotated[str, Field(min_length=1, max_length=2000, examples=["s3://status.example.org"])]
    """A folder, or an address that begins with what it is: s3, sftp, webdavs, rsync, git."""
    every: Annotated[Duration, between(timedelta(seconds=10), _DAY)] | None = None
    """How often at least; as its page says when absent."""
