"""Who may read the figures, and what everybody else sees: nothing."""

from __future__ import annotations

import asyncio
import gzip
import threading
from collections.abc import Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import httpx
import pytest

from monitor import server
from monitor.metrics import Own
from monitor.metrics.latest import Row
from monitor.server import readiness, scraping
from tests.monitor.metrics.pages import Seen, of, own
from tests.support.configs import a_probe
from tests.support.serve import serving
from tests.support.waiting import until

WEB = a_probe("web")
TOKEN = "0123456789abcdef"
BEARER = {"authorization": f"Bearer {TOKEN}"}


@dataclass
class Place:
    """A server with figures, and what may be changed while it serves."""

    client: httpx.Client
    token: str = TOKEN
    go: threading.Event = field(default_factory=threading.Event)
    asked: int = 0

    def get(self, headers: Any = BEARER) -> httpx.Response:
        return self.client.get("/metrics", headers=headers, timeout=30)


@contextmanager
def a_place(folder: Path) -> Iterator[Place]:
    seen = Seen([WEB])
    seen.ran(WEB)

    async def figures() -> tuple[Sequence[Row], Own]:
        found.asked += 1
        await asyncio.to_thread(found.go.wait, 30)
        return await seen.metrics.rows(), own()

    route = scraping.route(figures, lambda: found.token)
    with serving(server.application(folder, [route])) as url, httpx.Client(base_url=url) as client:
        found = Place(client)
        found.go.set()
        yield found


@pytest.fixture(scope="module")
def served(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Place]:
    with a_place(tmp_path_factory.mktemp("public")) as found:
        yield found


@pytest.fixture
def place(served: Place) -> Place:
    """With a token, which whoever asks has to show."""
    served.token, served.asked = TOKEN, 0
    return served


def test_they_are_read_in_either_format(place: Place) -> None:
    plain = place.get()
    accept = "application/openmetrics-text;version=1.0.0;q=0.6,text/plain;version=0.0.4;q=0.3"
    open_ = place.get({**BEARER, "accept": accept})
    head = place.client.head("/metrics", headers=BEARER)
    assert plain.headers["content-type"] == "text/plain; version=0.0.4; charset=utf-8"
    assert open_.headers["content-type"].startswith("application/openmetrics-text; version=1.0.0")
    assert of(plain.text, "web")["probe_success"] == of(open_.text, "web")["probe_success"] == 1
    assert plain.headers["cache-control"] == "no-store"
    assert (head.status_code, head.content) == (200, b"")


def test_they_are_sent_packed_to_whoever_takes_that(place: Place) -> None:
    headers = {**BEARER, "accept-encoding": "gzip"}
    with place.client.stream("GET", "/metrics", headers=headers) as answer:
        packed = b"".join(answer.iter_raw())
    assert answer.headers["content-encoding"] == "gzip"
    assert of(gzip.decompress(packed).decode(), "web")["probe_success"] == 1


@pytest.mark.parametrize(
    "asked",
    [
        b"HTTP/1.1\r\nHost: 127.0.0.1:8600\r\n",
        b"HTTP/1.1\r\nHost: localhost\r\n",
        b"HTTP/1.1\r\n",
        b"HTTP/1.0\r\nHost: 127.0.0.1\r\n",
        b"HTTP/1.1\r\nHost: localhost\r\nAuthorization: Bearer\r\n",
        b"HTTP/1.1\r\nHost: localhost\r\nAuthorization: Bearer \r\n",
    ],
)
def test_what_a_proxy_of_this_machine_passes_on_for_a_stranger_opens_nothing(
    asked: bytes, place: Place
) -> None:
    place.token = ""
    answer = asyncio.run(_told(place.client.base_url.port or 0, asked))
    assert answer.startswith(b"HTTP/1.1 404 ")
    assert b"web" not in answer
    assert _looks_like_nothing(place, BEARER)
    assert place.asked == 0


def test_whoever_has_the_token_may_ask_from_anywhere(place: Place) -> None:
    away = {**BEARER, "host": "trueup.example.org", "x-forwarded-for": "192.0.2.1"}
    assert place.get(away).status_code == 200


@pytest.mark.parametrize(
    "shown",
    [
        "",
        "Bearer",
        TOKEN,
        f"Basic {TOKEN}",
        f"Bearer {TOKEN}0",
        f"Bearer {TOKEN[:-1]}",
        "Bearer ütf",
    ],
    ids=str,
)
def test_nothing_else_than_the_token_will_do(shown: str, place: Place) -> None:
    assert _looks_like_nothing(place, [(b"authorization", shown.encode())])
    assert place.get(BEARER).status_code == 200


def test_more_than_two_at_once_are_told_to_come_again(place: Place) -> None:
    place.go.clear()
    with ThreadPoolExecutor(2) as others:
        first = [others.submit(place.get) for _ in range(2)]
        until(lambda: place.asked == 2, "two answers are under way")
        busy = place.get()
        place.go.set()
        assert [answer.result().status_code for answer in first] == [200, 200]
    assert (busy.status_code, busy.headers["retry-after"]) == (503, "1")
    assert place.get().status_code == 200


@pytest.mark.parametrize(
    ("troubles", "status", "said"),
    [([], 200, "on time\n"), (["late", "untold"], 503, "late untold\n")],
)
def test_ready_is_who_is_on_time(
    troubles: list[str], status: int, said: str, tmp_path: Path
) -> None:
    async def words() -> list[str]:
        return troubles

    app = server.application(tmp_path, [readiness.route(words)])
    with serving(app) as url:
        answer = httpx.get(f"{url}/readyz", headers={"x-forwarded-for": "192.0.2.1"})
    assert (answer.status_code, answer.text) == (status, said)


def _looks_like_nothing(place: Place, headers: Any) -> bool:
    """Whether it is answered as what nothing is behind, by every method."""
    return all(
        _said(place, method, "/metrics", headers) == _said(place, method, "/nothing", headers)
        for method in ("GET", "HEAD", "POST", "OPTIONS")
    )


def _said(place: Place, method: str, path: str, headers: Any) -> tuple[int, bytes, dict[str, str]]:
    answer = place.client.request(method, path, headers=headers)
    said = {name: value for name, value in answer.headers.items() if name != "date"}
    return answer.status_code, answer.content, said


async def _told(port: int, asked: bytes) -> bytes:
    reader, writer = await asyncio.open_connection("127.0.0.1", port)
    writer.write(b"GET /metrics " + asked + b"Connection: close\r\n\r\n")
    answer = await asyncio.wait_for(reader.read(), 10)
    writer.close()
    return answer
