"""How targets changed is on internal pages, and never on those that others read."""

from __future__ import annotations

from contextlib import closing
from dataclasses import replace
from datetime import timedelta
from functools import partial
from pathlib import Path

from monitor import pages
from monitor.config.model import PageSettings
from monitor.notices.altered import TELLS
from monitor.store import Writer, fingerprints
from monitor.store.fingerprints import Change, Stands
from status_page import Page
from tests.support.clock import NIGHT
from tests.support.configs import a_config
from tests.support.fingerprints import TARGET, asking

OFTEN = "changes about every 7 days, and no deploy is recorded"
ELSEWHERE = "https://other.example.org"
CHANGE = Change(
    target=TARGET,
    origin=TARGET,
    name="runtime",
    probe="home",
    was="Quill/5.6.40",
    became="Quill/8.0.2",
    seen_at=NIGHT - timedelta(minutes=3),
    found_at=NIGHT,
)


def made(folder: Path, settings: PageSettings) -> Page:
    other = replace(CHANGE, target=ELSEWHERE, origin=ELSEWHERE, state=Stands.HABIT)
    weekly = replace(other, seen_at=NIGHT - timedelta(days=7))
    config = a_config(asking(), asking("else", ELSEWHERE), state=folder)
    with closing(Writer(folder / "t.db")) as writer:
        for each in (CHANGE, other, weekly):
            writer.submit(partial(fingerprints.add, change=each)).result()
        build = partial(pages.build, config=config, at=NIGHT, settings=settings)
        return writer.submit(build).result()


def test_an_internal_page_lists_them_and_says_which_nobody_announced(tmp_path: Path) -> None:
    page = made(tmp_path, PageSettings(internal=True))
    assert [(each.target, each.then, each.announced) for each in page.altered[:2]] == [
        (
            ELSEWHERE,
            f"not told by itself: it {OFTEN}. {TELLS}",
            True,
        ),
        (TARGET, "no deploy yet; told soon if it stays", False),
    ]
    assert page.altered[1].said == "runtime Quill/5.6.40 → Quill/8.0.2"


def test_a_page_of_some_components_lists_those_of_their_targets(tmp_path: Path) -> None:
    page = made(tmp_path, PageSettings(internal=True, components=("home",)))
    assert [each.target for each in page.altered] == [TARGET]


def test_the_public_page_lists_none(tmp_path: Path) -> None:
    assert made(tmp_path, PageSettings()).altered == ()
