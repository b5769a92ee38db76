"""The figures, for whoever may read the daemon's files: without a setting, a port or a token."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

import pytest
from starlette.responses import Response, StreamingResponse
from starlette.routing import Route
from typer.testing import CliRunner, Result

from monitor.cli import app
from monitor.metrics import Own
from monitor.metrics.latest import Row
from monitor.server import control, scraping
from tests.monitor.metrics.pages import Seen, of, own
from tests.support.configs import a_probe

WEB = a_probe("web")


@pytest.fixture
def config(tmp_path: Path) -> Path:
    path = tmp_path / "probes.toml"
    path.write_text('[probe.web]\nkind = "http"\nurl = "https://example.org/"\n')
    (tmp_path / "var").mkdir()
    return path


@asynccontextmanager
async def a_daemon(config: Path, *reads: Route) -> AsyncIterator[None]:
    nobody: Any = None
    async with control.serving(config.parent / "var", nobody, reads):
        yield


async def metrics(config: Path) -> Result:
    command = ("metrics", "--config", str(config))
    return await asyncio.to_thread(CliRunner().invoke, app, command)


async def test_they_are_printed_as_prometheus_reads_them(config: Path) -> None:
    seen = Seen([WEB])
    seen.ran(WEB)

    async def figures() -> tuple[Sequence[Row], Own]:
        return await seen.metrics.rows(), own()

    async with a_daemon(config, scraping.route_inside(figures)):
        done = await metrics(config)
    assert (done.exit_code, done.stderr) == (0, "")
    assert of(done.stdout, "web") == of(await seen.page(), "web")
    assert of(done.stdout, "web")["probe_success"] == 1


async def test_without_a_daemon_that_is_said(config: Path) -> None:
    done = await metrics(config)
    assert (done.exit_code, done.stdout) == (3, "")
    assert "start it with: trueup run" in done.stderr


@pytest.mark.parametrize(
    ("status", "said"), [(503, "ask again in a second"), (404, "is it of another version?")]
)
async def test_a_daemon_that_cannot_say_them_now_is_no_page(
    status: int, said: str, config: Path
) -> None:
    async def answer(_: object) -> Response:
        return Response(status_code=status)

    async with a_daemon(config, Route("/metrics", answer)):
        done = await metrics(config)
    assert (done.exit_code, done.stdout) == (3, "")
    assert said in done.stderr


async def test_a_page_that_breaks_off_is_no_success(config: Path) -> None:
    async def pieces() -> AsyncIterator[str]:
        yield "probe_success 1\n"
        raise ConnectionError

    async def answer(_: object) -> Response:
        return StreamingResponse(pieces())

    async with a_daemon(config, Route("/metrics", answer)):
        done = await metrics(config)
    assert done.exit_code == 3
    assert "did not answer to the end" in done.stderr
