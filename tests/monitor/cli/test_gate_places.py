"""Where `trueup gate` is to write, and cannot."""

from __future__ import annotations

import gc
from collections.abc import Iterator
from pathlib import Path

import pytest
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import PlainTextResponse, Response
from starlette.routing import Route

from tests.monitor.cli.test_gate import gate
from tests.support.serve import serving

CONFIG = """
[probe.good]
kind = "http"
url = "{site}/good"
[probe.bad]
kind = "http"
url = "{site}/bad"
"""


@pytest.fixture
def config(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    def answer(request: Request) -> Response:
        return PlainTextResponse("", 500 if "bad" in request.url.path else 200)

    monkeypatch.delenv("GITHUB_STEP_SUMMARY", raising=False)
    monkeypatch.chdir(tmp_path)
    with serving(Starlette(routes=[Route("/{name}", answer)])) as site:
        path = tmp_path / "probes.toml"
        path.write_text(CONFIG.format(site=site))
        yield path
    gc.unfreeze()  # a process of its own does not live on


@pytest.mark.parametrize(("probe", "status"), [("good", 2), ("bad", 1)])
def test_a_report_that_does_not_fit_passes_nothing_and_a_failure_stands(
    config: Path, probe: str, status: int
) -> None:
    done = gate(config, probe, "--runs", "1", "--junit", "/dev/full", "--settle", "0s")
    assert done.exit_code == status
    assert "/dev/full was not written: No space left on device" in done.stderr


def test_the_report_is_tried_out_and_no_empty_one_is_left(config: Path) -> None:
    gate(config, "good", "--junit", "gate.xml", "--summary", ".")
    assert not (config.parent / "gate.xml").exists()
