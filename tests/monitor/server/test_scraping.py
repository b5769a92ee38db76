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
    token: str = ""
    go: threading.Event = field(default_factory=threading.Event)
    asked: int = 0

    def get(self, headers: Any = None) -> httpx.Response:
        return self.client.get("/metrics", headers=headers, timeout=30)


@contextmanager
def a_place(folder: Path, *, private: bool) -> Iterator[Place]:
    seen = Seen([WEB])
    seen.ran(WEB)

    async def figures() -> tuple[Sequence[Row], Own]:
        found.asked += 1
        await asyncio.to_thread(found.go.wait, 30)
        return await seen.metrics.rows(), own()

    route = scraping.route(figures, lambda: found.token, private=private)
    with serving(server.application(folder, [route])) as url, httpx.Client(base_url=url) as client:
        found = Place(client)
        found.go.set()
        yield found


@pytest.fixture(scope="module")
def served(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Place]:
    with a_place(tmp_path_factory.mktemp("public"), private=True) as found:
        yield found


@pytest.fixture
def place(served: Place) -> Place:
    """On loopback, and without a token."""
    served.token, served.asked = "", 0
    return served


def test_a_program_of_this_machine_reads_them_in_either_format(place: Place) -> None:
    plain = place.get()
    accept = "application/openmetrics-text;version=1.0.0;q=0.6,text/plain;version=0.0.4;q=0.3"
    open_ = place.get({"accept": accept})
    head = place.client.head("/metrics")
    assert plain.headers["content-type"] == "text/plain; version=0.0.4; charset=utf-8"
    assert open_.headers["content-type"].startswith("application/openmetrics-text; version=1.0.0")
    assert of(plain.text, "web")["probe_success"] == of(open_.text, "web")["probe_success"] == 1
    assert plain.headers["cache-control"] == "no-store"
    assert (head.status_code, head.content) == (200, b"")


def test_they_are_sent_packed_to_whoever_takes_that(place: Place) -> None:
    with place.client.stream("GET", "/metrics", headers={"accept-encoding": "gzip"}) as answer:
        packed = b"".join(answer.iter_raw())
    assert answer.headers["content-encoding"] == "gzip"
    assert of(gzip.decompress(packed).decode(), "web")["probe_success"] == 1


@pytest.mark.parametrize(
    "headers",
    [
        {"x-forwarded-for": "127.0.0.1"},
        {"x-forwarded-host": "localhost"},
        {"forwarded": "for=127.0.0.1"},
        {"via": "1.1 proxy"},
        {"x-real-ip": "127.0.0.1"},
        {"host": "status.example.org"},
        {"host": "127.0.0.1.example.org"},
        {"host": "[2001:db8::1]"},
        {"host": ""},
    ],
    ids=str,
)
def test_what_a_proxy_or_a_page_in_a_browser_asks_for_is_not_there(
    headers: dict[str, str], place: Place
) -> None:
    assert _looks_like_nothing(place, headers)


def test_a_proxy_that_says_nothing_of_itself_is_known_by_its_old_http(place: Place) -> None:
    answer = asyncio.run(_in_http_1_0(place.client.base_url.port or 0))
    assert answer.startswith(b"HTTP/1.1 404 ")


@pytest.mark.parametrize("name", ["localhost", "[::1]", "127.0.0.1:9", "[::ffff:127.0.0.1]:80"])
def test_every_name_of_this_machine_will_do(name: str, place: Place) -> None:
    assert place.get({"host": name}).status_code == 200


def test_a_server_for_others_shows_them_for_the_token_alone(tmp_path: Path) -> None:
    with a_place(tmp_path, private=False) as place:
        assert _looks_like_nothing(place, BEARER)
        place.token = TOKEN
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
def test_once_there_is_a_token_nothing_else_will_do(shown: str, place: Place) -> None:
    place.token = TOKEN
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
    ("host", "ours"),
    [
        ("127.0.0.1", True),
        ("127.8.9.1", True),
        ("::1", True),
        ("localhost", True),
        ("0.0.0.0", False),
        ("::", False),
        ("192.0.2.1", False),
        ("status.example.org", False),
    ],
)
def test_what_is_reached_from_this_machine_alone(host: str, *, ours: bool) -> None:
    assert scraping.is_loopback(host) is ours


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


async def _in_http_1_0(port: int) -> bytes:
    reader, writer = await asyncio.open_connection("127.0.0.1", port)
    writer.write(b"GET /metrics HTTP/1.0\r\nHost: 127.0.0.1\r\nConnection: close\r\n\r\n")
    answer = await asyncio.wait_for(reader.read(), 10)
    writer.close()
    return answer
