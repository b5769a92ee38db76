"""Only a picture, only from its folder, whatever a stored path says."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from monitor.channels.pictures import BYTES_MAX, photograph
from monitor.notices import Notice, Picture
from tests.support.notices import opened

PNG = b"\x89PNG\r\n\x1a\n" + bytes(100)


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    inside = tmp_path / "artefacts"
    inside.mkdir()
    (inside / "good.png").write_bytes(PNG)
    (inside / "photo.jpg").write_bytes(b"\xff\xd8\xff\xe0" + bytes(10))
    (inside / "large.png").write_bytes(PNG + bytes(BYTES_MAX))
    (inside / "text.png").write_text("<html>")
    (tmp_path / "secret.png").write_bytes(PNG)
    (inside / "leads-out.png").symlink_to(tmp_path / "secret.png")
    os.mkfifo(inside / "pipe.png")
    return inside


def seen(*paths: str, media_type: str = "image/png") -> Notice:
    return opened(pictures=tuple(Picture("page", media_type, path) for path in paths))


def test_a_picture_is_read_and_named_by_what_it_is(folder: Path) -> None:
    for name, subtype in (("good.png", "png"), ("photo.jpg", "jpeg")):
        photo = photograph(seen(name), folder)
        assert photo is not None
        assert photo.subtype == subtype
        assert photo.content == (folder / name).read_bytes()


@pytest.mark.parametrize(
    "path",
    [
        "../secret.png", "leads-out.png", "gone.png", "large.png", "text.png", "pipe.png", ".", "",
        "\0", "x" * 5_000, "good.png/..",
    ],
)  # fmt: skip
def test_anything_else_is_left_out(folder: Path, path: str) -> None:
    assert photograph(seen(path), folder) is None
    assert photograph(seen(str(folder.parent / "secret.png")), folder) is None


def test_the_first_one_that_can_be_shown_is_taken(folder: Path) -> None:
    assert photograph(seen("gone.png", "text.png", "good.png"), folder) is not None


def test_what_is_no_picture_and_what_has_no_folder_is_not_looked_for(folder: Path) -> None:
    assert photograph(seen("good.png", media_type="application/zip"), folder) is None
    assert photograph(seen("good.png"), None) is None
    assert photograph(seen("good.png"), folder / "absent") is None
