"""Whether somebody is at work in a state folder, asked without taking it from anybody."""

from __future__ import annotations

import fcntl
from pathlib import Path

import pytest

from monitor.state import LOCK, CannotStart, claim, claimed


def test_a_folder_is_claimed_for_as_long_as_somebody_works_there(tmp_path: Path) -> None:
    with claim(tmp_path):
        assert claimed(tmp_path) is True
        with pytest.raises(CannotStart, match="another daemon is at work here"), claim(tmp_path):
            pass
    assert claimed(tmp_path) is False
    with claim(tmp_path):
        pass  # asking has left nothing behind


def test_where_nobody_ever_worked_nothing_is_known_and_nothing_made(tmp_path: Path) -> None:
    assert claimed(tmp_path) is None
    assert list(tmp_path.iterdir()) == []


def test_a_lock_that_cannot_be_tried_says_nothing(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def refuses(*_: object) -> None:
        raise OSError("no locks on this filesystem")

    (tmp_path / LOCK).touch()
    monkeypatch.setattr(fcntl, "flock", refuses)
    assert claimed(tmp_path) is None
