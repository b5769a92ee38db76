"""Whether files are what their names say, by the readers that others use."""

from __future__ import annotations

import csv
import io
import json
import re
from collections.abc import Mapping
from typing import Final
from xml.etree import ElementTree as ET

import feedparser  # type: ignore[import-untyped]  # has none
import html5lib
import icalendar

from tests.status_page.proof.rules import Markup, broken

_UNSPEAKABLE: Final = re.compile(
    "[\x00-\x08\x0b\x0c\x0e-\x1f\x7f\u200e\u200f\u2028-\u202e\u2066-\u2069]"
)
_A_FORMULA: Final = re.compile(r"[=@\t\r＝＋－＠]|[-+](?![\d.]+$)")
_DATA: Final = re.compile(r'(?s)<script type="application/(?:ld\+)?json"[^>]*>(.*?)</script>')
_COLUMNS: Final = 9


def sound(files: Mapping[str, bytes]) -> None:
    """Fails for the first file that a program or a spreadsheet would misread."""
    for path, body in files.items():
        if not path.endswith((".png", ".html")):
            text = body.decode()
            assert not _UNSPEAKABLE.search(text), path
            _READERS.get(path.rpartition(".")[2], _nothing)(text)


def sound_pages(files: Mapping[str, bytes]) -> dict[str, Markup]:
    """Fails for the first HTML page that is not valid or breaks a rule. Gives what was read."""
    read = {path: Markup(body) for path, body in files.items() if path.endswith(".html")}
    for path in read:
        text = files[path].decode()
        assert not _UNSPEAKABLE.search(text), path
        html5lib.HTMLParser(strict=True).parse(text)
        assert all(json.loads(said) for said in _DATA.findall(text)), path
        assert list(broken(path, files, read)) == [], path
    return read


def events(files: Mapping[str, bytes]) -> list[str]:
    """The parts of the calendar, by their kind."""
    return _calendar(files["maintenance.ics"].decode())


def _nothing(text: str) -> None:
    assert isinstance(text, str)


def _xml(text: str) -> None:
    tags = {found.tag.rpartition("}")[2] for found in ET.fromstring(text).iter()}
    assert not tags & {"script", "image", "foreignObject", "a"}


def _feed(text: str) -> None:
    _xml(text)
    read = feedparser.parse(text)
    assert not read.bozo, read.get("bozo_exception")
    assert all(
        "<script" not in part.value for each in read.entries for part in each.get("content", [])
    )


def _table(text: str) -> None:
    rows = list(csv.reader(io.StringIO(text, newline="")))
    assert {len(row) for row in rows} == {_COLUMNS}
    assert not [cell for row in rows for cell in row if _A_FORMULA.match(cell)]


def _calendar(text: str) -> list[str]:
    return sorted(str(part.name) for part in icalendar.Calendar.from_ical(text).walk())


def _calendar_only(text: str) -> None:
    assert set(_calendar(text)) <= {"VCALENDAR", "VEVENT"}


_READERS: Final = {
    "json": lambda text: _nothing(json.dumps(json.loads(text))),
    "svg": _xml,
    "xml": _xml,
    "atom": _feed,
    "rss": _feed,
    "csv": _table,
    "ics": _calendar_only,
}
