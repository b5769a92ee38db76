"""A journey as a person reads it on a terminal."""

from __future__ import annotations

from datetime import timedelta

import pytest

from monitor.cli import tables, travels
from probes import Outcome, Step
from probes.result import View

MS = timedelta(milliseconds=1)


def shown(capsys: pytest.CaptureFixture[str], *views: View) -> list[str]:
    steps = (Step("open", 1234 * MS, Outcome.PASS), Step("sign\x1b in", 20 * MS, Outcome.FAIL))
    tables.show(travels.table("signin", steps, views))
    return capsys.readouterr().out.splitlines()


def test_each_step_has_its_time_and_the_pages_it_opened(
    capsys: pytest.CaptureFixture[str],
) -> None:
    assert shown(
        capsys,
        View(address="https://example.org/a", step="open", ttfb=12 * MS, fcp=80 * MS, cls=0.3),
        View(address="https://example.org/b", step="open", lcp=99 * MS),
        View(address="about:blank", step="elsewhere"),
    ) == [
        "signin        took   TTFB    FCP    LCP   CLS  page",
        "✓ open     1234 ms  12 ms  80 ms         0.30  /a",
        "                                  99 ms        /b",
        "✕ sign in    20 ms",
        "                                               blank",
    ]


def test_without_pages_there_are_no_columns_for_them(capsys: pytest.CaptureFixture[str]) -> None:
    assert shown(capsys) == ["signin        took", "✓ open     1234 ms", "✕ sign in    20 ms"]
