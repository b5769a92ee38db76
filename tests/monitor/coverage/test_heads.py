"""A head in the file is found where it is one, and nowhere else."""

from __future__ import annotations

from pathlib import Path

import pytest

from monitor.coverage import standing_in
from tests.support.configs import a_config

KEY = ("probe", "lib", "expect", "status")
HEAD = "[probe.lib.expect]"
LONG = ('"""', "'''")


def stands(folder: Path, text: str) -> str:
    path = folder / "probes.toml"
    path.write_text(text)
    found = standing_in(a_config(files=(path,)))(KEY)
    return found.where if found else ""


@pytest.mark.parametrize("sign", LONG)
def test_a_head_inside_of_a_text_is_none(tmp_path: Path, sign: str) -> None:
    text = f'x = {sign} # "\n{HEAD}\n{sign}\n'
    assert stands(tmp_path, text) == ""
    assert stands(tmp_path, f"{text}{HEAD}\n") == f"below {HEAD}, probes.toml:4"


@pytest.mark.parametrize(
    "row",
    [
        *(f"x = {sign}{HEAD}{sign}" for sign in LONG),
        *(f"x = 1 # {sign}" for sign in LONG),
        'x = "\\"" # """',
        'x = \'"""\'',
        'x = """a\\""" b"""',
        'x = """"a""""',
        'x = [""]',
    ],
)
def test_a_text_that_ends_where_it_begins_hides_nothing(tmp_path: Path, row: str) -> None:
    assert stands(tmp_path, f"{row}\n{HEAD}\n") == f"below {HEAD}, probes.toml:2"


def test_a_text_that_was_written_to_take_long_does_not(tmp_path: Path) -> None:
    assert stands(tmp_path, 'x = """' + '"a' * 200_000 + "\n" + "\\" * 200_001) == ""
