"""A configuration is edited while nobody tells the daemon."""

from __future__ import annotations

import asyncio
import contextlib
import shutil
from collections.abc import AsyncIterator
from dataclasses import dataclass, field
from pathlib import Path

import pytest

from monitor.config import BadConfiguration, Config, load
from monitor.watching import SETTLE, Saved
from tests.support.waiting import until_async

PROBE = '[probe.{}]\nkind = "http"\nurl = "https://example.org/"\n'


@dataclass
class Desk:
    """Reads the file again whenever it is told to, as the daemon does."""

    path: Path
    config: Config
    refusals: list[str] = field(default_factory=list)
    reads: int = 0

    def __post_init__(self) -> None:
        self.saved = Saved(self.config.files, self.read, self.config.includes)

    @property
    def folder(self) -> Path:
        return self.path.parent

    def write(self, name: str, text: str) -> None:
        (self.folder / name).parent.mkdir(exist_ok=True)
        (self.folder / name).write_text(text)

    def read(self) -> None:
        self.reads += 1
        try:
            self.config = load(self.path, environ={})
        except BadConfiguration as bad:
            self.saved.also(bad.files, bad.includes)
            self.refusals.append(str(bad))
        else:
            self.saved.configure(self.config.files, self.config.includes)

    async def knows(self, probe: str) -> None:
        await until_async(lambda: probe in self.config.probes, f"{probe} is taken into use")

    async def refuses(self, text: str) -> None:
        await until_async(lambda: text in "".join(self.refusals), f"{text} is told")


@pytest.fixture
async def desk(tmp_path: Path) -> AsyncIterator[Desk]:
    main = tmp_path / "probes.toml"
    main.write_text('[trueup]\ninclude = ["teams/*.toml"]\n' + PROBE.format("web"))
    (tmp_path / "teams").mkdir()
    (tmp_path / "teams" / "a.toml").write_text(PROBE.format("a"))
    desk = Desk(main, load(main, environ={}))
    task = asyncio.create_task(desk.saved.serve())
    yield desk
    task.cancel()
    with contextlib.suppress(asyncio.CancelledError):
        await task


async def test_a_saved_file_is_noticed_however_it_was_written(desk: Desk) -> None:
    text = desk.path.read_text()
    desk.write("probes.toml", text + PROBE.format("in-place"))
    await desk.knows("in-place")
    desk.write("beside", text + PROBE.format("by-rename"))
    (desk.folder / "beside").replace(desk.path)
    await desk.knows("by-rename")


async def test_a_new_file_that_is_included_is_noticed_and_so_is_its_end(desk: Desk) -> None:
    desk.write("teams/b.toml", PROBE.format("b"))
    await desk.knows("b")
    (desk.folder / "teams" / "b.toml").unlink()
    await until_async(lambda: "b" not in desk.config.probes, "b is gone")
    desk.write("teams/b.toml", PROBE.format("b-again"))
    await desk.knows("b-again")


async def test_a_folder_that_is_taken_away_and_put_back_is_noticed(desk: Desk) -> None:
    shutil.rmtree(desk.folder / "teams")
    await desk.refuses("no file matches")
    desk.write("teams/c.toml", PROBE.format("c"))
    await desk.knows("c")


async def test_a_newly_included_file_that_was_refused_can_be_repaired(desk: Desk) -> None:
    text = desk.path.read_text()
    desk.write("more.toml", PROBE.format("more") + "nonsense = 1\n")
    desk.write("probes.toml", text.replace('"]', '", "more.toml"]'))
    await desk.refuses("nonsense")
    desk.write("more.toml", PROBE.format("more"))
    await desk.knows("more")


@pytest.mark.parametrize("missing", ["more.toml", "more/*.toml"])
async def test_what_was_missing_may_come_later(desk: Desk, missing: str) -> None:
    text = desk.path.read_text()
    desk.write("probes.toml", text.replace('"]', f'", "{missing}"]'))
    await desk.refuses("no file matches")
    desk.write(missing.replace("*", "new"), PROBE.format("late"))
    await desk.knows("late")


async def test_a_secret_that_was_missing_may_come_later(desk: Desk) -> None:
    desk.write("probes.toml", PROBE.format("web") + 'headers.A = "${file:token}"\n')
    await desk.refuses("there is no such file")
    desk.write("token", "a-long-enough-token")
    await until_async(lambda: desk.config.secrets, "the secret is read")


async def test_a_broken_main_file_does_not_stop_the_watch_over_the_others(desk: Desk) -> None:
    desk.write("probes.toml", "not [ TOML")
    await desk.refuses("not TOML")
    desk.write("teams/a.toml", PROBE.format("a2"))
    await until_async(lambda: len(desk.refusals) > 1, "it is read again")


async def test_nothing_is_read_again_while_nothing_changes(desk: Desk) -> None:
    desk.write("teams/b.toml", PROBE.format("b"))
    await desk.knows("b")
    desk.write("unrelated.txt", "not included")
    (desk.folder / "teams" / "a-folder.toml").mkdir()
    await asyncio.sleep(5 * SETTLE.total_seconds())
    assert desk.reads == 1
