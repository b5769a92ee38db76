"""A daemon at work, as Prometheus, a service manager and its operator see it."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import httpx
import pytest
from typer.testing import CliRunner

from monitor.cli import app
from tests.monitor.metrics.pages import of, samples
from tests.support.serve import free_port
from tests.support.world import World

TOKEN = "canary-token-a1b2c3"
SECRET = "canary-key-d4e5f6"
CONFIG = """
[trueup]
listen = "127.0.0.1:8600"
metrics_token = "${env:CANARY_TOKEN}"
[defaults]
every = "1s"
confirm = []
open_after = 1
channels = []
[probe.alive]
kind = "http"
url = "http://127.0.0.1:8600/healthz?key=${env:CANARY_KEY}"
[probe.gone]
kind = "http"
url = "http://127.0.0.1:@nobody@/${env:CANARY_KEY}"
"""


@pytest.fixture
def world(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[World]:
    monkeypatch.setenv("CANARY_TOKEN", TOKEN)
    monkeypatch.setenv("CANARY_KEY", SECRET)
    found = World(tmp_path)
    found.configure(CONFIG.replace("@nobody@", str(free_port())))
    found.start()
    yield found
    found.kill()


def test_a_daemon_at_work_is_seen_from_every_side(world: World) -> None:
    page = world.wait(lambda: _ready(world), "both probes were seen")
    up, down = of(page, "alive"), of(page, "gone")
    assert up["probe_success"] == up["trueup_probe_health health=up"] == 1
    assert down["trueup_probe_health health=down"] == 1
    assert down["trueup_probe_reason_info reason=connect_refused"] == 1
    assert 0 < up["probe_duration_seconds"] < 10
    assert up["probe_http_duration_seconds phase=connect"] > 0
    its = {name: said for (name, labels), said in samples(page).items() if not labels}
    assert (its["trueup_probes"], its["trueup_incidents_open"]) == (2, 1)
    assert its["trueup_store_commits_total"] > 0
    assert its["trueup_store_bytes"] > 4096
    assert its["trueup_run_lag_seconds_count"] >= 2
    assert SECRET not in page
    assert TOKEN not in page
    assert "127.0.0.1" not in page
    assert httpx.get(f"{world.page}/metrics").status_code == 404
    inside = CliRunner().invoke(app, ("metrics", "--config", str(world.config))).stdout
    assert of(inside, "gone").keys() == down.keys()
    ready = httpx.get(f"{world.page}/readyz")
    status = CliRunner().invoke(app, ("status", "--config", str(world.config))).stdout
    assert "The daemon is at work.\n" in status
    if ready.status_code == 503:  # a busy machine may begin a run a second late
        assert "\nLate: " in status or "\nMissed: " in status
    else:
        assert (ready.status_code, ready.text) == (200, "on time\n")
        assert "\nOn time: " in status


def _ready(world: World) -> str:
    """The figures, once there is a verdict on both probes."""
    try:
        answer = httpx.get(f"{world.page}/metrics", headers={"authorization": f"Bearer {TOKEN}"})
    except httpx.TransportError:
        return ""
    page = answer.raise_for_status().text
    known = [
        of(page, probe).get("trueup_probe_health health=unknown") for probe in ("alive", "gone")
    ]
    return page if known == [0, 0] and "probe_success" in of(page, "alive") else ""
