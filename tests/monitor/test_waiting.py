"""What waits for the store is bounded in bytes, too."""

from __future__ import annotations

from dataclasses import replace

import pytest

from monitor import waiting
from probes import Artefact, Outcome
from tests.monitor.test_keeping import a_run


def test_evidence_that_waits_for_the_store_does_not_fill_the_memory(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(waiting, "EVIDENCE_MAX", 250)
    line, shot = waiting.Line(), Artefact("screenshot.png", "image/png", b"x" * 100)
    for minute in range(5):
        run = a_run("one", minute, Outcome.FAIL)
        line.add(replace(run, result=replace(run.result, artefacts=(shot,))))
    assert [len(each.run.result.artefacts) for each in line] == [1, 1, 0, 0, 0]
    [first] = line.begin(1, of="one".__eq__)
    line.leave(first.number)
    line.add(first.run)
    assert [len(each.run.result.artefacts) for each in line] == [1, 0, 0, 0, 1]
