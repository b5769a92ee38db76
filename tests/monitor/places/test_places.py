"""What every kind of place does that takes one file after the other, against real servers."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest

from monitor.places import PlaceTrouble, bring, read
from tests.monitor.places.conftest import PAGE, Post
from tests.monitor.places.servers import Bucket

NEXT = {**PAGE, "as-of.json": b'{"as_of": "02:01"}', "index.html": b"<!doctype html>Down"}


def listens(post: Post) -> bool:
    """Whether its server tells what was written in which order."""
    return bool(post.wrote)


def test_the_first_time_everything_is_brought_and_later_what_changed(post: Post) -> None:
    assert post.bring(PAGE).files == len(PAGE)
    assert post.there == PAGE
    assert post.bring(NEXT).files == 2
    if listens(post):
        assert post.wrote == ["index.html", "as-of.json"]
    assert post.there == NEXT
    assert post.bring(NEXT).files == 0


def test_pages_come_after_what_they_are_made_of_and_the_stamp_is_the_last(post: Post) -> None:
    post.bring(PAGE)
    if not listens(post):
        pytest.skip("its server does not tell")
    assert set(post.wrote[:2]) == {"style.css", "api/v2/summary.json"}
    assert set(post.wrote[2:4]) == {"about/index.html", "components/web/index.html"}
    assert set(post.wrote[4:6]) == {"index.html", "de/index.html"}
    assert post.wrote[6:] == ["as-of.json"]


def test_what_the_page_no_longer_has_stays_a_while_and_nothing_of_others_is_touched(
    post: Post,
) -> None:
    post.bring(PAGE)
    post.far.write(post.name, "components/robots.txt", b"not ours")
    less = {path: content for path, content in PAGE.items() if "web" not in path}
    post.wait(timedelta(minutes=1))
    post.bring(less)
    assert "components/web/index.html" in post.there
    post.wait(timedelta(minutes=11))
    assert post.bring(less).removed == 1
    assert post.there == {**less, "components/robots.txt": b"not ours"}


def test_an_incident_that_was_hidden_is_gone_with_the_next_publish(post: Post) -> None:
    told = {f"{lead}incidents/x/index.html": b"<!doctype html>Words" for lead in ("", "de/")}
    post.bring({**PAGE, **told, "incidents/x/card.png": b"a picture of words"})
    post.wait(timedelta(seconds=30))
    post.bring(PAGE)
    assert post.there == PAGE


def test_what_was_hidden_while_the_page_went_elsewhere_is_gone_when_it_comes_back(
    post: Post, tmp_path: Path
) -> None:
    post.bring({**PAGE, "incidents/x/index.html": b"<!doctype html>Words"})
    bring(replace(post.work(PAGE), target=read(str(tmp_path / "elsewhere"), {})))
    post.bring(PAGE)
    assert post.there == PAGE


def test_what_was_hidden_is_gone_even_when_nobody_remembers_what_was_brought(post: Post) -> None:
    if post.target.kind.name == "rsync":
        pytest.skip("it cannot tell what is there")
    told = {f"{lead}incidents/x/index.html": b"<!doctype html>Words" for lead in ("", "de/")}
    post.bring({**PAGE, **told})
    post.far.write(post.name, "incidents/notes.txt", b"not ours")
    post.work(PAGE).memory.unlink()
    post.bring(PAGE)
    assert post.there == {**PAGE, "incidents/notes.txt": b"not ours"}


def test_where_no_page_of_ours_ever_was_nothing_is_taken_for_ours(post: Post) -> None:
    post.far.write(post.name, "incidents/x/index.html", b"somebody else's")
    post.bring(PAGE)
    assert post.there == {**PAGE, "incidents/x/index.html": b"somebody else's"}


def test_what_went_and_came_back_is_not_removed(post: Post) -> None:
    post.bring(PAGE)
    post.bring({path: content for path, content in PAGE.items() if "web" not in path})
    post.wait(timedelta(minutes=5))
    post.bring(PAGE)
    post.wait(timedelta(minutes=30))
    post.bring(PAGE)
    assert post.there == PAGE


def test_what_somebody_took_away_or_wrote_over_is_brought_again(post: Post) -> None:
    if post.target.kind.name == "rsync":
        pytest.skip("it cannot tell what is there")
    post.bring(PAGE)
    post.far.remove(post.name, "components/web/index.html")
    post.far.write(post.name, "style.css", b"something else")
    post.wait(timedelta(hours=2))
    post.bring(PAGE)
    assert post.there == PAGE


def test_a_place_that_breaks_on_the_way_has_a_whole_page_and_gets_the_rest_later(
    post: Post,
) -> None:
    post.bring(PAGE)
    if not listens(post):
        pytest.skip("its server cannot be broken")
    post.far.breaks_at = "index.html"
    with pytest.raises(PlaceTrouble) as trouble:
        post.bring({**NEXT, "style.css": b"body{margin:0}"})
    assert post.target.to in str(trouble.value)
    assert "PASSWORD" not in str(trouble.value)
    assert post.there["index.html"] == PAGE["index.html"]
    assert post.there["as-of.json"] == PAGE["as-of.json"]
    post.far.breaks_at = ""
    post.bring(PAGE)
    assert {p: c for p, c in post.there.items() if not p.endswith(".new")} == PAGE
    assert "style.css" in post.wrote


def test_everything_is_brought_again_when_that_is_asked_for(post: Post) -> None:
    post.bring(PAGE)
    assert post.bring(PAGE, everything=True).files == len(PAGE)


def test_a_bucket_tells_browsers_what_each_file_is_and_how_long_it_lasts(post: Post) -> None:
    if not isinstance(post.far, Bucket):
        pytest.skip("only storage keeps headers with files")
    post.bring(PAGE)
    said = {path: post.far.headers(post.name, path) for path in PAGE}
    assert said["index.html"]["content-type"] == "text/html; charset=utf-8"
    assert said["index.html"]["cache-control"] == "public, max-age=30"
    assert said["style.css"]["cache-control"] == "public, max-age=31536000, immutable"
    assert said["as-of.json"]["cache-control"] == "no-cache"
