"""What Playwright's trace tells after it was rewritten."""

from __future__ import annotations

import asyncio
import io
import json
import zipfile
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pytest
from playwright.async_api import Page, async_playwright

from probes.browser.find import find_browser
from probes.scrub import STARS, Scrubber
from probes.scrub.archive import NotClean, make_sure, rewritten, scrubbed
from tests.support.canaries import ODD, told
from tests.support.careless import SESSION, TOKEN, careless_site
from tests.support.serve import serving

MOST = 10 * 1024 * 1024
PIN = "80417"
HIDDEN = (ODD, SESSION, TOKEN)
SCRUB = Scrubber([ODD, PIN])


@pytest.fixture(scope="module")
def recorded(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The trace of somebody whose password is shown to everybody."""
    path = tmp_path_factory.mktemp("trace") / "trace.zip"
    with serving(careless_site()) as address:
        asyncio.run(_record(address, path))
    return path


async def _record(address: str, path: Path) -> None:
    async with async_playwright() as playwright:
        browser = await playwright.chromium.launch(executable_path=find_browser(""))
        context = await browser.new_context(extra_http_headers={"X-Api-Key": "key-904311"})
        await context.tracing.start(snapshots=True, screenshots=True)
        page = await context.new_page()
        for way in ("/login", "/login?parts"):
            await page.goto(address + way)
            await _sign_in(page)
        await context.tracing.stop(path=path)
        await browser.close()


async def _sign_in(page: Page) -> None:
    await page.get_by_label("Password").fill(ODD)
    await page.get_by_label("Hint").fill(ODD)
    async with page.expect_response(lambda response: "/api" in response.url):
        await page.get_by_role("button").click()


def test_a_recorded_trace_tells_no_password_cookie_or_credential(recorded: Path) -> None:
    assert set(told(recorded.read_bytes(), (*HIDDEN, "key-904311"))) == {*HIDDEN, "key-904311"}

    clean = scrubbed(recorded, SCRUB, MOST)

    assert told(clean, (*HIDDEN, "key-904311")) == []
    make_sure(io.BytesIO(clean), SCRUB, MOST)


def test_it_is_still_a_trace(recorded: Path) -> None:
    before = zipfile.ZipFile(recorded)
    after = zipfile.ZipFile(io.BytesIO(scrubbed(recorded, SCRUB, MOST)))

    for name in ("trace.trace", "trace.network", "trace.stacks"):
        old = [x for x in _lines(before.read(name)) if x.get("type") != "screencast-frame"]
        new = _lines(after.read(name))
        assert [x.get("type") for x in new] == [x.get("type") for x in old]
    files = {file for line in _lines(after.read("trace.network")) for file in _files(line)}
    assert len(files) > 5
    assert files <= set(after.namelist())
    assert b"Wrong password: ***" in b"".join(map(after.read, after.namelist()))


def test_pictures_of_the_screen_are_left_out(recorded: Path) -> None:
    before = zipfile.ZipFile(recorded)
    after = zipfile.ZipFile(io.BytesIO(scrubbed(recorded, SCRUB, MOST)))
    pictures = (".jpeg", ".jpg", ".webp", ".png")
    assert [name for name in before.namelist() if name.endswith(pictures)]
    assert not [name for name in after.namelist() if name.endswith(pictures)]
    assert b"screencast-frame" not in after.read("trace.trace")


def test_the_name_of_a_file_is_no_hash_of_what_was_secret(recorded: Path) -> None:
    before = zipfile.ZipFile(recorded)
    after = zipfile.ZipFile(io.BytesIO(scrubbed(recorded, SCRUB, MOST)))
    telling = {name for name in before.namelist() if SCRUB.shows(before.read(name))}
    assert {name for name in telling if name.startswith("resources/")}
    assert not {name for name in telling if name.startswith("resources/")} & set(after.namelist())


def test_what_is_confidential_by_its_place_goes_wherever_it_stands() -> None:
    cookies = [{"name": "sid", "value": "0f3c2b1a99"}]
    headers = [
        {"name": "Cookie", "value": "sid=0f3c2b1a99; theme=dark"},
        {"name": "Authorization", "value": "Basic dXNlcjp3b3JkMTIz"},
        {"name": "X-Auth-Token", "value": "token-4711-x"},
        {"name": "Accept", "value": "text/html"},
    ]
    post = {"mimeType": "application/x-www-form-urlencoded", "_file": "resources/a.dat"}
    network = {"request": {"cookies": cookies, "headers": headers, "postData": post}}
    entry = {"type": "resource-snapshot", "snapshot": network}
    field = ["INPUT", {"type": "Password", "__playwright_value_": "typed-by-hand-1"}]
    shown = {"type": "frame-snapshot", "snapshot": {"html": ["BODY", {}, field, ["P", {}, "dark"]]}}
    clean = _clean(
        {
            "trace.trace": _json(shown, {"type": "log", "message": "sid 0f3c2b1a99, ok"}),
            "trace.network": _json(entry),
            "resources/a.dat": b"name=me&new_password=correct+horse+9&go=1",
            "resources/b.html": b"<i>0f3c2b1a99 dXNlcjp3b3JkMTIz token-4711-x correct%20horse%209",
            "resources/c.json": _json(
                {"access_token": "at-99-88-77", "echo": "at-99-88-77 typed-by-hand-1"}
            ),
        }
    )
    lines = _lines(clean["trace.network"])
    assert [header["value"] for header in lines[0]["snapshot"]["request"]["headers"]] == [
        *(STARS, STARS, STARS, "text/html")
    ]
    assert _lines(clean["trace.trace"])[1]["message"] == f"sid {STARS}, ok"
    assert _lines(clean["trace.trace"])[0]["snapshot"]["html"][3] == ["P", {}, "dark"]
    everything = b"".join(clean.values())
    assert b"name=me&new_password=***&go=1" in everything
    assert b"<i>*** *** *** ***" in everything
    for word in ("0f3c2b1a99", "dXNl", "4711", "at-99", "typed-by", "horse"):
        assert word.encode() not in everything


def test_a_secret_that_is_a_number_is_not_found_in_the_middle_of_another() -> None:
    line = {"type": "log", "time": 1280417.5, "pin": 80417, "message": f"typed {PIN}"}
    (found,) = _lines(_clean({"trace.trace": _json(line)})["trace.trace"])
    assert found == {"type": "log", "time": 1280417.5, "pin": 0, "message": f"typed {STARS}"}


def test_what_cannot_be_looked_into_is_emptied() -> None:
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w") as inner:
        inner.writestr("a", ODD)
    png = b"\x89PNG\r\n\x1a\n\x00\x00"
    clean = _clean(
        {
            "trace.trace": _json({"type": "log"}),
            "resources/a.zip": packed.getvalue(),
            "resources/b.gz": b"\x1f\x8b\x08\x00\x00\x00",
            "resources/c.png": png,
            "resources/d.png": png + ODD.encode(),
            "resources/e.txt": f"{ODD}, ja".encode("utf-16"),
        }
    )
    contents = [content for name, content in clean.items() if name.startswith("resources")]
    assert contents.count(b"") == 3
    assert contents.count(png) == 1
    assert b"j\0a\0" in b"".join(contents)


@pytest.mark.parametrize(
    ("members", "said"),
    [
        ({"trace.trace": b"not JSON\n"}, "a line of it is not JSON"),
        ({"trace.trace": b"[" * 100_000 + b"]" * 100_000}, "it is nested too deeply"),
        ({"trace.trace": b'{"type":"a80417b"}'}, "a secret is a word that every trace holds"),
        ({f"resources/{n}": b"" for n in range(5001)}, "more than 5000 files in one"),
    ],
    ids=["no JSON", "deep", "a word", "many"],
)
def test_what_cannot_be_cleaned_is_refused(members: dict[str, bytes], said: str) -> None:
    with pytest.raises(NotClean, match=said):
        _clean(members)


def test_what_is_far_larger_than_it_looks_is_refused() -> None:
    bomb = _zip({f"resources/{n}.txt": bytes(1024 * 1024) for n in range(5)})
    with pytest.raises(NotClean, match="too large when unpacked"):
        rewritten(bomb, SCRUB, 1024 * 1024)


def test_what_takes_too_long_to_look_through_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("probes.scrub.archive.TIME_MAX", -1.0)
    with pytest.raises(NotClean, match="takes longer"):
        _clean({"trace.trace": _json({"type": "log"})})


@pytest.mark.parametrize("content", [b"", b"PK\3\4", b"no zip", b"PK\5\6" + bytes(18) + b"x"])
def test_what_is_no_trace_is_refused_or_comes_back_empty(content: bytes) -> None:
    try:
        clean = rewritten(io.BytesIO(content), SCRUB, MOST)
    except NotClean:
        return
    assert zipfile.ZipFile(io.BytesIO(clean)).namelist() == []


def test_a_damaged_trace_is_refused(recorded: Path) -> None:
    content = bytearray(recorded.read_bytes())
    content[len(content) // 3] ^= 0xFF
    content[len(content) // 2] ^= 0xFF
    try:
        clean = rewritten(io.BytesIO(content), SCRUB, MOST)
    except NotClean:
        return
    assert told(clean, HIDDEN) == []


def test_a_file_that_is_not_there_or_too_large_is_refused(tmp_path: Path, recorded: Path) -> None:
    with pytest.raises(NotClean, match="cannot be read"):
        scrubbed(tmp_path / "none.zip", SCRUB, MOST)
    with pytest.raises(NotClean, match=r"larger than|too large"):
        scrubbed(recorded, SCRUB, 4000)


@pytest.mark.parametrize(
    "member",
    [
        ("trace.trace", b'{"type":"log","message":"80417"}'),
        ("trace.trace", b'{"type":"log","80417":1}'),
        ("trace.trace", b'{"type":"screencast-frame"}'),
        ("trace.network", b'{"cookies":[{"name":"a","value":"b"}]}'),
        ("resources/80417.txt", b""),
        ("resources/a.txt", b"ODA0MTc="),
        ("resources/a.gz", b"\x1f\x8b\0"),
    ],
)
def test_the_second_look_finds_what_the_first_left(member: tuple[str, bytes]) -> None:
    with pytest.raises(NotClean, match="left"):
        make_sure(_zip(dict([member])), SCRUB, MOST)


def _clean(members: Mapping[str, bytes]) -> dict[str, bytes]:
    archive = zipfile.ZipFile(io.BytesIO(rewritten(_zip(members), SCRUB, MOST)))
    return {name: archive.read(name) for name in archive.namelist()}


def _zip(members: Mapping[str, bytes]) -> io.BytesIO:
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in members.items():
            archive.writestr(name, content)
    packed.seek(0)
    return packed


def _json(*lines: Any) -> bytes:
    return "\n".join(map(json.dumps, lines)).encode()


def _lines(content: bytes) -> list[dict[str, Any]]:
    return [json.loads(line) for line in content.splitlines()]


def _files(value: Any) -> list[str]:
    if isinstance(value, dict):
        own = [value["_file"]] if "_file" in value else []
        return own + [file for part in value.values() for file in _files(part)]
    return []
