"""Social cards: pictures that can be made of anything."""

from __future__ import annotations

import io
from dataclasses import replace
from datetime import timedelta

import pytest
from PIL import Image

from status_page import Condition
from status_page.drawing import fonts
from status_page.drawing.card import SIZE, Card, picture
from status_page.drawing.cards import Cards, with_card
from tests.status_page.pages import lives

PLAIN = Card(Condition.DOWN, "People cannot upload.", "Example status", "21 November 2026")
HOSTILE = (
    "",
    "<script>alert(1)</script>" * 400,
    "x" * 10_000,
    "\u202egnihton\u2066 \x00\ud800",
    "🎉🏳️‍🌈👩‍👩‍👧",
    "لا يستطيع الناس رفع الملفات",
    "人们无法上传文件。" * 40,
    "ü" * 400,
    "\U0010ffff\ufffe",
)


def opened(body: bytes) -> Image.Image:
    found = Image.open(io.BytesIO(body))
    found.load()
    return found


@pytest.mark.parametrize("condition", Condition)
def test_each_verdict_has_its_picture(condition: Condition) -> None:
    found = opened(picture(replace(PLAIN, tone=condition)))

    assert found.format == "PNG"
    assert found.size == SIZE


@pytest.mark.parametrize("words", HOSTILE)
def test_no_words_keep_it_from_being_made(words: str) -> None:
    assert opened(picture(Card(Condition.UP, words, words, words))).size == SIZE


def test_the_same_card_is_the_same_bytes() -> None:
    first = picture(PLAIN)
    picture.cache_clear()

    assert picture(PLAIN) == first
    assert len(first) < 60_000


def test_the_words_are_on_it_and_within_it() -> None:
    found = opened(picture(PLAIN)).convert("RGB")
    ground = found.getpixel((1190, 620))
    right = found.crop((1130, 0, 1200, 630)).getcolors()

    assert right == [(70 * 630, ground)]
    assert len(found.crop((84, 262, 1116, 500)).getcolors(100_000) or ()) > 10


def test_without_any_typeface_there_is_still_the_verdict(monkeypatch: pytest.MonkeyPatch) -> None:
    def missing(text: str, size: int) -> None:
        raise OSError("no typeface")

    monkeypatch.setattr("status_page.drawing.card.typeface", missing)
    picture.cache_clear()
    found = opened(picture(PLAIN)).convert("RGB")
    picture.cache_clear()

    assert found.getpixel((5, 300)) == (0xCF, 0x34, 0x34)
    assert found.crop((84, 262, 1116, 500)).getcolors() is not None


def test_letters_that_no_typeface_has_are_told_as_missing() -> None:
    assert fonts.typeface("Uploads work", 40) is not None
    assert fonts.typeface("\U0010abcd", 40) is None


def test_only_new_incidents_have_cards_of_their_own() -> None:
    old = lives.incident(1, back=120)
    new = [lives.incident(number, back=number) for number in range(2, 30)]
    page = lives.page(incidents=(*new, old))

    assert old not in with_card(page)
    assert with_card(page) == tuple(new[: len(with_card(page))])
    paths = [path for path, _ in Cards().files(page)]
    assert paths[0] == "card.png"
    assert "incidents/i2/card.png" in paths


def test_the_card_does_not_change_within_a_day() -> None:
    page = lives.lived_in()
    later = replace(page, made_at=page.made_at + timedelta(hours=3))

    assert dict(Cards().files(page)) == dict(Cards().files(later))
