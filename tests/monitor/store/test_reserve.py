"""Room on the disk that is ours when there is no other."""

from __future__ import annotations

import shutil
from pathlib import Path
from typing import NamedTuple

import pytest

from monitor.store.reserve import Reserve

MIB = 1024 * 1024


class _Usage(NamedTuple):
    free: int


def test_it_takes_room_and_gives_it_back_once(tmp_path: Path) -> None:
    reserve = Reserve(tmp_path, MIB)
    assert reserve.make()
    [file] = tmp_path.iterdir()
    assert file.stat().st_blocks * 512 >= MIB
    assert reserve.make()
    assert reserve.release()
    assert not reserve.release()
    assert not list(tmp_path.iterdir())


def test_a_disk_that_has_little_is_left_alone(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(shutil, "disk_usage", lambda _: _Usage(free=9 * MIB))
    assert not Reserve(tmp_path, MIB).make()
    assert not list(tmp_path.iterdir())


def test_a_folder_that_is_gone_is_no_trouble(tmp_path: Path) -> None:
    assert not Reserve(tmp_path / "gone", MIB).make()
    assert not Reserve(tmp_path / "gone", MIB).release()
