"""The files of the first page. Templates and assets are loaded with the module."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable
from importlib import resources

from jinja2 import DictLoader, Environment, StrictUndefined

from status_page.component import Condition
from status_page.index.compose import sheet
from status_page.index.view import Links
from status_page.page import Page
from status_page.tongue import Tongue


def _texts(folder: str) -> dict[str, str]:
    found = resources.files("status_page").joinpath(folder)
    return {entry.name: entry.read_text("utf-8") for entry in found.iterdir() if entry.is_file()}


_ASSETS = {name: text.encode() for name, text in sorted(_texts("assets").items())}
_TEMPLATES = Environment(
    loader=DictLoader(_texts("templates")),
    autoescape=True,
    undefined=StrictUndefined,
    trim_blocks=True,
    lstrip_blocks=True,
    auto_reload=False,
)


class Index:
    """The first page, in every language."""

    def files(self, page: Page, tongue: Tongue) -> Iterable[tuple[str, bytes]]:
        yield "index.html", _PAGE.render(page=sheet(page, _LINKS)).encode()
        if tongue.code == page.language:
            yield from _ASSETS.items()


def _address(name: str) -> str:
    return f"{name}?v={hashlib.sha256(_ASSETS[name]).hexdigest()[:10]}"


def _links(tone: Condition) -> Links:
    return Links(
        style=_address("style.css"),
        script=_address("stale.js"),
        icon=_address(f"favicon-{tone}.svg"),
        stale_icon=_address("favicon-unknown.svg"),
    )


# All are compiled here and kept, so that rendering touches no file.
_PAGE = {name: _TEMPLATES.get_template(name) for name in _TEMPLATES.list_templates()}["index.html"]
_LINKS = {tone: _links(tone) for tone in Condition}
