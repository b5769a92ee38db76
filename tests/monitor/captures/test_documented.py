"""The examples of the documentation are read, and are captures."""

from __future__ import annotations

from pathlib import Path

import pytest

from monitor.config import load
from tests.support.checkout import ROOT, examples

PAGE = (ROOT / "docs" / "captures.md").read_text("utf-8")
SET = {"HEROKU_API_KEY": "0123456789abcdef", "LOKI_TOKEN": "0123456789abcdef"}
A_PROBE = '[probe.any]\nkind = "http"\nurl = "https://example.org/"\n'


@pytest.mark.parametrize("example", examples(PAGE))
def test_it_is_read(example: str, tmp_path: Path) -> None:
    file = tmp_path / "probes.toml"
    file.write_text(example if "[probe." in example else example + A_PROBE)
    [capture] = load(file, environ=SET).changes.captures.values()
    assert capture.probes
    assert capture.command or capture.file or capture.url
