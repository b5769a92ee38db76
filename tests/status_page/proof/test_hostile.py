"""Mischief and odd words through the whole renderer: every file stays what it is."""

from __future__ import annotations

from collections.abc import Mapping

import pytest

from status_page import render
from tests.status_page.proof.hostile import LONGEST_ID, WORDS, shouting, together
from tests.status_page.proof.sound import events, sound, sound_pages

OURS = {
    "index.html": (2, 1),
    "404.html": (1, 1),
    "embed/index.html": (1, 1),
    "as-of.html": (0, 1),
}
"""How many scripts and styles stand in the page itself."""


@pytest.fixture(scope="module")
def everything() -> Mapping[str, bytes]:
    return render(together())


def test_programs_read_all_words_at_once(everything: Mapping[str, bytes]) -> None:
    sound(everything)
    assert events(everything) == ["VCALENDAR", *(["VEVENT"] * len(WORDS))]


@pytest.mark.parametrize("name", ["section", "lines", "formula", "long", "nothing"])
def test_programs_read_a_page_that_is_called_so(name: str) -> None:
    files = render(shouting(WORDS[name]))
    sound(files)
    assert f"components/{LONGEST_ID}/history.csv" in files
    assert events(files) == ["VCALENDAR", "VEVENT", "VEVENT"]
    assert max(map(len, files.values())) < 300_000


def test_pages_stay_valid_and_gain_no_element(everything: Mapping[str, bytes]) -> None:
    read = sound_pages(everything)
    assert len(read) > 40
    for path, found in read.items():
        inline = [each for each in found.all("script") if not {"src", "type"} & each.keys()]
        assert (len(inline), len(found.all("style"))) == OURS.get(path, (0, 0)), path
        sources = {each["src"].partition("?")[0] for each in found.all("script") if "src" in each}
        assert sources <= {"../" * path.count("/") + "page.js"}, path
        assert not found.all("object", "embed", "foreignobject", "input", "base", "form"), path
