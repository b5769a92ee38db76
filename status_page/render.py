"""A Page in, files out. Reads nothing else: templates and assets are loaded with the module."""

from __future__ import annotations

import hashlib
from importlib import resources

from jinja2 import DictLoader, Environment, StrictUndefined

from status_page.compose import sheet
from status_page.page import Condition, Page
from status_page.view import Links


def _texts(folder: str) -> dict[str, str]:
    found = resources.files(__package__).joinpath(folder)
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


def render(page: Page) -> dict[str, bytes]:
    """The files of the public folder, by relative path. The same Page gives the same bytes."""
    html = _PAGE.render(page=sheet(page, _LINKS))
    return {"index.html": html.encode(), **_ASSETS}


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
