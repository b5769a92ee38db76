"""Nothing that is configured, and nothing that a target said, becomes another line of a request."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import httpx
import pytest
import uvloop
from hypothesis import given, settings
from hypothesis import strategies as st
from pydantic import ValidationError

from monitor.config import BadConfiguration, load
from probes import KINDS
from probes.wire import Terms, Wire
from tests.support.targets import answering, ok
from tests.support.tools import ask, settings_of

BREAKS = ("\r\n", "\n", "\r", "\0", "\x01", "\x1b", "\x7f")
SMUGGLED = "X-Smuggled: yes"
USUAL = {b"host", b"user-agent", b"accept", b"accept-encoding", b"connection"}


def refusals(folder: Path, *lines: str, **environ: str) -> list[str]:
    """What a person is told of a probe with these lines, without the folder."""
    url = () if any(line.startswith("url") for line in lines) else ('url = "http://127.0.0.1/"',)
    file = folder / "probes.toml"
    file.write_text("\n".join(("[probe.web]", 'kind = "http"', *url, *lines, "")))
    with pytest.raises(BadConfiguration) as refused:
        load(file, environ=environ)
    return [str(problem).replace(f"{folder}/", "") for problem in refused.value.problems]


def written(text: str) -> str:
    """As TOML writes it, control characters and all."""
    return '"' + "".join(c if c.isprintable() else f"\\u{ord(c):04x}" for c in text) + '"'


@pytest.mark.parametrize("broken", BREAKS, ids=repr)
@pytest.mark.parametrize(
    ("key", "line"),
    [
        ("url", "url = {}"),
        ("headers", "headers.X-Odd = {}"),
        ("headers", "headers.{} = 'odd'"),
        ("headers", "headers.Host = {}"),
        ("headers", "headers.Authorization = {}"),
        ("auth", "auth.bearer = {}"),
        ("connect_to", "connect_to = {}"),
        ("resolver", "resolver = {}"),
        ("proxy", "proxy = {}"),
        ("method", "method = {}"),
    ],
)
def test_a_line_end_in_a_configuration_is_refused_with_its_place_and_a_remedy(
    key: str, line: str, broken: str, tmp_path: Path
) -> None:
    value = f"http://127.0.0.1/{broken}{SMUGGLED}"
    [told] = refusals(tmp_path, line.format(written(value)))
    assert told.startswith(f"probes.toml:{3 if key == 'url' else 4}: probe.web.{key}")
    assert "; " in told
    assert told.isprintable()


@pytest.mark.parametrize(
    "url",
    [
        "http://127.0.0.1:0/",
        "http://127.0.0.1:65536/",
        "http://127.0.0.1%0d%0aX-Smuggled:%20yes/",
        "http://exam ple.org/",
        "http:///etc/passwd",
        "file:///etc/passwd",
        "javascript:alert(1)",
    ],
)
def test_an_address_that_is_none_is_refused_with_its_place_and_a_remedy(
    url: str, tmp_path: Path
) -> None:
    [told] = refusals(tmp_path, f"url = '{url}'")
    assert told.startswith("probes.toml:3: probe.web.url: ")
    assert "; write" in told


def test_a_line_end_that_comes_out_of_the_environment_is_refused_and_not_shown(
    tmp_path: Path,
) -> None:
    line = 'headers.X-Token = "${env:TOKEN}"'
    [told] = refusals(tmp_path, line, TOKEN=f"hunter2\r\n{SMUGGLED}")
    assert told.startswith("probes.toml:4: probe.web.headers")
    assert "hunter2" not in told


@pytest.mark.parametrize("broken", BREAKS, ids=repr)
@pytest.mark.parametrize(
    ("method", "headers"),
    [
        ("GET", [("X-Odd", "odd{}")]),
        ("GET", [("X-Odd{}", "odd")]),
        ("GET", [("Host", "example.org{}")]),
        ("GET / HTTP/1.1{}", []),
    ],
)
def test_whoever_uses_the_wire_without_a_configuration_cannot_do_it_either(
    method: str, headers: list[tuple[str, str]], broken: str
) -> None:
    more = f"{broken}{SMUGGLED}"
    made = [(n.format(more).encode(), v.format(more).encode()) for n, v in headers]

    async def asked(url: str) -> None:
        request = httpx.Request("GET", url, headers=made, extensions={"wire": Terms()})
        request.method = method.format(more)
        async with Wire() as wire:
            await wire.handle_async_request(request)

    with answering(ok()) as there, pytest.raises(ValueError, match=r"line end|is not one"):
        uvloop.run(asked(there.url))
    assert not there.asked


@settings(max_examples=50)
@given(
    path=st.text(max_size=20),
    value=st.text(max_size=20),
    token=st.text(st.characters(codec="ascii"), min_size=1, max_size=20),
)
def test_whatever_a_configuration_may_hold_is_one_request_with_its_own_lines(
    path: str, value: str, token: str
) -> None:
    keys: dict[str, Any] = {"headers": {"X-Odd": value}, "auth": {"bearer": token}}
    with answering(ok()) as there:
        try:
            settings_of(KINDS["http"], {"url": f"{there.url}{path}"} | keys)
        except ValidationError:
            return
        uvloop.run(ask(f"{there.url}{path}", **keys))
    [request] = there.asked
    first, *lines = request.removesuffix(b"\r\n\r\n").split(b"\r\n")
    assert len(first.split(b" ")) == 3
    assert not set(b"\r\n\0") & set(b"".join((first, *lines)))
    names = sorted(line.split(b":")[0].lower() for line in lines)
    assert names == sorted(USUAL | {b"x-odd", b"authorization"})
