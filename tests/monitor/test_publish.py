"""The public folder: written whole, by one or by several, whatever breaks."""

from __future__ import annotations

import asyncio
import contextlib
import os
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from pathlib import Path

import pytest

from monitor.config.model import PageSettings
from monitor.publish import Edition, Publisher, publisher, sweep, write
from monitor.store import Reader, Writer
from tests.support.clock import HandClock
from tests.support.configs import a_config, a_probe
from tests.support.waiting import until_async


def test_files_are_replaced_whole_and_only_when_they_differ(tmp_path: Path) -> None:
    write(tmp_path, {"index.html": b"one", "assets/style.css": b"a"})
    before = (tmp_path / "assets/style.css").stat()
    write(tmp_path, {"index.html": b"two", "assets/style.css": b"a"})
    assert (tmp_path / "index.html").read_bytes() == b"two"
    after = (tmp_path / "assets/style.css").stat()
    assert (before.st_ino, before.st_mtime_ns) == (after.st_ino, after.st_mtime_ns)
    assert sorted(p.name for p in tmp_path.rglob("*")) == ["assets", "index.html", "style.css"]


def test_a_reader_that_has_the_page_open_never_sees_half_of_the_next(tmp_path: Path) -> None:
    write(tmp_path, {"index.html": b"a" * 100_000})
    with (tmp_path / "index.html").open("rb") as reading:
        first = reading.read(10)
        write(tmp_path, {"index.html": b"b" * 100_000})
        assert first + reading.read() == b"a" * 100_000


def test_a_folder_that_cannot_be_written_raises_an_os_error(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("in the way")
    with pytest.raises(OSError, match="file"):
        write(tmp_path / "file", {"index.html": b""})
    assert (tmp_path / "file").read_text() == "in the way"


def test_two_writers_at_once_never_tear_the_page(tmp_path: Path) -> None:
    pages = [letter * 200_000 for letter in (b"a", b"b", b"c")]

    def writes(page: bytes) -> None:
        for _ in range(40):
            write(tmp_path, {"index.html": page})

    write(tmp_path, {"index.html": pages[0]})
    with ThreadPoolExecutor(len(pages)) as writers:
        under_way = [writers.submit(writes, page) for page in pages]
        while not all(each.done() for each in under_way):
            assert (tmp_path / "index.html").read_bytes() in pages
    assert [each.exception() for each in under_way] == [None, None, None]
    assert [path.name for path in tmp_path.iterdir()] == ["index.html"]


def test_a_page_that_could_not_be_put_in_place_leaves_nothing_behind(tmp_path: Path) -> None:
    (tmp_path / "index.html").mkdir()
    with pytest.raises(IsADirectoryError):
        write(tmp_path, {"index.html": b"one"})
    assert [path.name for path in tmp_path.iterdir()] == ["index.html"]


def test_what_a_killed_writer_left_is_swept_after_an_hour(tmp_path: Path) -> None:
    write(tmp_path, {"index.html": b"one", "assets/style.css": b"a"})
    written_at = (tmp_path / "index.html").stat().st_mtime
    ages = {
        "assets/.style.css.4711-00000000deadbeef.new": 3700,
        ".index.html.4711-00000000deadbeef.new": 3700,
        ".index.html.4712-00000000deadbeef.new": 3500,
        ".somebody-elses.new": 3700,
    }
    for name, age in ages.items():
        (tmp_path / name).write_bytes(b"half")
        os.utime(tmp_path / name, (written_at - age, written_at - age))
    write(tmp_path, {"index.html": b"two", "assets/style.css": b"a"})
    sweep(tmp_path, ["index.html", "assets/style.css"])
    assert {name for name in ages if (tmp_path / name).exists()} == {
        ".index.html.4712-00000000deadbeef.new",
        ".somebody-elses.new",
    }


@pytest.fixture
def reader(tmp_path: Path) -> Iterator[Reader]:
    Writer(tmp_path / "trueup.db").close()
    reader = Reader(tmp_path / "trueup.db")
    yield reader
    reader.close()


async def test_whatever_breaks_while_publishing_is_told_and_tried_again(
    tmp_path: Path,
    reader: Reader,
    monkeypatch: pytest.MonkeyPatch,
    caplog: pytest.LogCaptureFixture,
) -> None:
    monkeypatch.setattr(publisher, "AGAIN", timedelta(milliseconds=10))
    with monkeypatch.context() as broken:
        broken.setattr(Edition, "make", lambda *_: 1 / 0)
        publishing = Publisher(reader, HandClock(), tmp_path)
        publishing.configure(a_config(a_probe()))
        task = asyncio.create_task(publishing.serve())
        await until_async(lambda: "was not published" in caplog.text, "the trouble is told")
        assert not task.done()
    await until_async((tmp_path / "public" / "index.html").is_file, "the page is published")
    task.cancel()
    with contextlib.suppress(asyncio.CancelledError):
        await task


async def test_a_page_that_could_not_be_written_comes_as_soon_as_it_can(
    tmp_path: Path,
    reader: Reader,
    monkeypatch: pytest.MonkeyPatch,
    caplog: pytest.LogCaptureFixture,
) -> None:
    monkeypatch.setattr(publisher, "AGAIN", timedelta(milliseconds=10))
    (tmp_path / "public").write_text("in the way")
    publishing = Publisher(reader, HandClock(), tmp_path)
    publishing.configure(a_config(a_probe()))
    task = asyncio.create_task(publishing.serve())
    await until_async(lambda: "was not published" in caplog.text, "the trouble is told")
    (tmp_path / "public").unlink()
    await until_async((tmp_path / "public" / "index.html").is_file, "no news, yet published", 10)
    task.cancel()
    with contextlib.suppress(asyncio.CancelledError):
        await task


async def test_a_page_that_promises_to_be_fresher_is_made_as_often(
    tmp_path: Path, reader: Reader
) -> None:
    publishing = Publisher(reader, HandClock(), tmp_path)
    often = PageSettings(every=timedelta(milliseconds=20))
    publishing.configure(a_config(a_probe(), pages={"": often}))
    made: list[int] = []
    publishing.publish = lambda: made.append(1) or asyncio.sleep(0)  # type: ignore[method-assign,func-returns-value]  # counts only
    task = asyncio.create_task(publishing.serve())
    await until_async(lambda: len(made) >= 4, "it is made again and again without any news", 10)
    task.cancel()
    with contextlib.suppress(asyncio.CancelledError):
        await task
