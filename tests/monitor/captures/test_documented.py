"""The examples of the documentation are read, are captures, and bring what it says they bring."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from monitor.captures.sifting import Sifting
from monitor.config import load
from monitor.store.captured import first_of
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


def test_a_notice_quotes_what_the_documentation_says_of_a_log() -> None:
    log, quoted = re.findall(r"\n\n```\n(.*?)^```", PAGE, re.MULTILINE | re.DOTALL)
    sifting = Sifting(pattern="(?i)error|traceback", context=3, lines=200, scrub=str)
    sifting.feed(log.encode() * 1204)
    found = sifting.found()
    head, *lines = quoted.splitlines()
    assert head.split() == ["Captured:", "api-log:", f"{found.lines}", "lines"]
    assert [line.partition("| ")[2] for line in lines] == first_of(found.text).splitlines()
