"""The folder of a page over days: restarts, killed writers, and others who write into it."""

from __future__ import annotations

import json
import os
import shutil
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest

from monitor.config.model import PageSettings
from monitor.publish import Edition, Publisher
from monitor.store import Reader, Writer
from status_page import Page
from tests.status_page.service import NOW, component, incident, page
from tests.support.clock import HandClock
from tests.support.configs import a_config, a_probe

HIDDEN = "incidents/i1/index.html"


def before(minutes: int = 0) -> Page:
    found = page(
        component("uploads"),
        component("links"),
        incidents=(incident(1, "People cannot upload.", "uploads", back=0, minutes=None),),
    )
    return replace(found, languages=("en", "de"), made_at=NOW + timedelta(minutes=minutes))


def after(minutes: int = 1) -> Page:
    """The incident is hidden, a component and a language are gone."""
    was = before(minutes)
    return replace(was, incidents=(), components=was.components[1:], languages=("en",))


def there(folder: Path) -> set[str]:
    return {f.relative_to(folder).as_posix() for f in folder.rglob("*") if f.is_file()}


def test_what_was_hidden_while_the_daemon_was_away_is_gone_after_its_start(tmp_path: Path) -> None:
    Edition(tmp_path / "public", tmp_path).make(before())
    (tmp_path / "public" / "proof-of-ownership.html").write_text("not ours")
    assert HIDDEN in there(tmp_path / "public")
    files = Edition(tmp_path / "public", tmp_path).make(after())
    assert there(tmp_path / "public") == {*files, "proof-of-ownership.html"}


@pytest.mark.parametrize("damage", ["", "{", '{"files": 1}', '{"files": ["../link.key"]}'])
def test_what_was_hidden_is_gone_even_when_nobody_remembers_what_was_written(
    tmp_path: Path, damage: str
) -> None:
    (tmp_path / "link.key").write_text("a key")
    Edition(tmp_path / "public", tmp_path).make(before())
    (known,) = (tmp_path / "editions").iterdir()
    known.write_text(damage)
    files = Edition(tmp_path / "public", tmp_path).make(after())
    assert there(tmp_path / "public") == set(files)
    assert (tmp_path / "link.key").exists()


def test_in_a_folder_of_somebody_elses_nothing_goes_but_what_is_known_to_be_ours(
    tmp_path: Path,
) -> None:
    state, out = tmp_path / "var", tmp_path / "www"
    (out / "de").mkdir(parents=True)
    (out / "de" / "home.html").write_text("not ours")
    Edition(out, state).make(before())
    files = Edition(out, state).make(after())
    assert there(out) == {*files, "de/home.html"}
    Edition(out, state).make(before())
    shutil.rmtree(state)
    Edition(out, state).make(after())
    assert there(out) > {"de/home.html", HIDDEN}


def test_what_an_older_writer_wrote_over_an_outage_is_put_right(tmp_path: Path) -> None:
    daemon = Edition(tmp_path / "public", tmp_path)
    daemon.make(after(0))
    told = daemon.make(before(1))
    Edition(tmp_path / "public", tmp_path).make(after(0))
    assert HIDDEN not in there(tmp_path / "public")
    again = daemon.make(before(2))
    found = {name: (tmp_path / "public" / name).read_bytes() for name in again}
    assert found == again
    assert found["index.html"] == told["index.html"]
    assert there(tmp_path / "public") == set(again)


def test_a_page_on_which_nothing_moved_is_not_written_again(tmp_path: Path) -> None:
    edition = Edition(tmp_path / "public", tmp_path)
    edition.make(before())
    index = tmp_path / "public" / "index.html"
    was = index.stat().st_ino
    edition.make(before(1))
    Edition(tmp_path / "public", tmp_path).make(before(2))
    assert index.stat().st_ino == was
    assert json.loads((tmp_path / "public" / "as-of.json").read_text())["as_of"] != ""


def test_what_a_writer_left_that_was_killed_a_minute_before_the_start_goes_in_time(
    tmp_path: Path,
) -> None:
    daemon = Edition(tmp_path / "public", tmp_path)
    daemon.make(before())
    left = tmp_path / "public" / "incidents" / "i1" / ".index.html.4711-00000000deadbeef.new"
    left.write_bytes(b"half")
    daemon = Edition(tmp_path / "public", tmp_path)
    daemon.make(before(1))
    assert left.exists(), "its writer may still be at it"
    made_at = (tmp_path / "public" / "as-of.json").stat().st_mtime
    os.utime(left, (made_at - 3700, made_at - 3700))
    daemon.make(before(62))
    assert not left.exists()


def test_what_a_killed_writer_left_of_a_hidden_incident_goes_with_it(tmp_path: Path) -> None:
    daemon = Edition(tmp_path / "public", tmp_path)
    daemon.make(before())
    told = tmp_path / "public" / "incidents" / "i1"
    (told / ".index.html.4711-00000000deadbeef.new").write_bytes(b"words that were hidden")
    daemon.make(after())
    assert not told.exists()


async def test_a_page_that_was_internal_never_shows_its_notes_when_it_is_made_public(
    tmp_path: Path,
) -> None:
    Writer(tmp_path / "trueup.db").close()
    reader = Reader(tmp_path / "trueup.db")
    config = a_config(a_probe())
    ops = PageSettings(id="ops", internal=True)
    publishing = Publisher(reader, HandClock(), tmp_path)
    publishing.configure(replace(config, pages={"ops": ops}))
    await publishing.publish()
    inside = there(tmp_path / ops.folder)
    opened = replace(ops, internal=False)
    assert inside
    assert there(tmp_path / opened.folder) == set(), "nothing to show before it was made anew"
    publishing.configure(replace(config, pages={"ops": opened}))
    await publishing.publish()
    reader.close()
    assert "index.html" in there(tmp_path / opened.folder)
