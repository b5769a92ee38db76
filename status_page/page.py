"""All that the public page can say. What is not in here cannot get out."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from typing import Final

from status_page.changes import Altered, Deed, Deploy
from status_page.component import Component
from status_page.incident import Incident, Maintenance
from status_page.watching import Coverage

LANGUAGES: Final = ("en", "de", "fr", "es", "pt", "ja", "zh", "ar")
"""Those that our own words are translated into."""


@dataclass(frozen=True, slots=True)
class Asset:
    """A file that the page brings along, under a name of its own."""

    name: str
    """`logo.svg`: letters, digits, dots and dashes."""
    content: bytes = field(repr=False)
    media_type: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Font:
    """A typeface that is served with the page."""

    family: str
    file: Asset
    weight: str = "400"
    """As CSS writes it: `400`, or `100 900` for a variable one."""
    italic: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Look:
    """What makes a page somebody's own."""

    logo: Asset | None = None
    logo_dark: Asset | None = None
    """On a dark ground; None: the same."""
    icon: Asset | None = None
    """Of the browser's tab; None: one that shows the verdict."""
    colours: Mapping[str, str] = field(default_factory=dict)
    """Variables of the style sheet without their dashes (`up`, `down`, `ground`, `focus` …), as
    `#rrggbb`.
    """
    colours_dark: Mapping[str, str] = field(default_factory=dict)
    fonts: tuple[Font, ...] = ()
    """The first family is used for everything."""
    css: str = ""
    """Added after our own style sheet."""
    footer: str = ""
    """Markdown."""
    links: tuple[tuple[str, str], ...] = ()
    """Words and absolute addresses, at the top of the page."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Page:
    """Everything the renderer is given. All times are aware UTC."""

    id: str = ""
    """Which of several pages of one daemon; empty for the first."""
    title: str
    url: str = ""
    """Where it is published, absolute and with a slash at its end; empty when that is not known:
    then nothing is made that needs absolute addresses.
    """
    description: str = ""
    """A sentence for search engines and previews."""
    environment: str
    """Named on a colour band unless it is production."""
    language: str = "en"
    """Of the page at the top of the folder, and of feeds."""
    languages: tuple[str, ...] = ("en",)
    """All that it is made in; each but the first one above in a folder of its own."""
    look: Look = Look()
    internal: bool = False
    """Whether it is for those who run it: not to be found by search engines, and with notes."""
    protected: bool = False
    """Whether it is for those who know a password: not to be found by search engines either."""
    made_at: datetime
    """When the data was read. Only `as-of` files say so: all others are the same bytes for as long
    as what they say is the same.
    """
    fresh_for: timedelta
    """Older than this, the page declares itself stale: three times the interval of publishing."""
    components: tuple[Component, ...]
    """In the order of the configuration."""
    incidents: tuple[Incident, ...]
    """Open ones first, then the past ones, newest first."""
    complete_since: date | None = None
    """The day from which on `incidents` are all there were; None: they all are. Of what was over
    before it, only some are told or none.
    """
    maintenance: tuple[Maintenance, ...] = ()
    """In the order it starts: over in the last 90 days, under way, and announced."""
    subscribe: str = ""
    """Where visitors subscribe, absolute, for the page may be published far from the daemon's
    server; empty: nowhere.
    """
    deploys: tuple[Deploy, ...] = ()
    """Newest first, also of what no component knows; on internal pages only, as is what follows."""
    deeds: tuple[Deed, ...] = ()
    """What trueup did by itself, newest first."""
    altered: tuple[Altered, ...] = ()
    """How targets changed, newest first."""
    coverage: Coverage | None = None
    """What is watched, and how."""

    @property
    def may_be_found(self) -> bool:
        """By search engines."""
        return not (self.internal or self.protected)
