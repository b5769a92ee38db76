"""Visitors of the pages: what they are sent, how often, and who is sent nothing."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import httpx
import pytest

from monitor import server
from monitor.config.model import PageSettings
from monitor.publish import write
from status_page.looks import version
from tests.support.serve import serving

HASHED = "default-src 'none'; script-src 'sha256-abc='"
PAGE = f"""<!doctype html><html><head><meta charset="utf-8">
<meta http-equiv="Content-Security-Policy" content="{HASHED}"></head>{"<p>words</p>" * 200}"""
PAGES = {
    "": PageSettings(),
    "acme": PageSettings(id="acme", password="quite long"),
    "ops": PageSettings(id="ops", internal=True),
    "open": PageSettings(id="open"),
}


@pytest.fixture(scope="module")
def state(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("state")
    files = {
        "index.html": PAGE.encode(),
        "de/index.html": PAGE.encode(),
        "404.html": b"<!doctype html><p>Nothing is here.",
        "de/404.html": b"<!doctype html><p>Hier ist nichts.",
        "embed/index.html": PAGE.encode(),
        "api/v2/status.json": b"{}",
        "logo.png": b"\x89PNG" + bytes(2000),
    }
    write(folder / "public", files)
    for page in (PAGES["acme"], PAGES["ops"], PAGES["open"]):
        write(folder / page.folder, {"index.html": PAGE.encode()})
    (folder / "trueup.db").write_bytes(b"not for visitors")
    return folder


@pytest.fixture(scope="module")
def visitor(state: Path) -> Iterator[httpx.Client]:
    app = server.application(state, (), lambda: PAGES)
    with serving(app) as url, httpx.Client(base_url=url) as client:
        yield client


def test_who_comes_again_is_sent_nothing_until_something_changed(
    visitor: httpx.Client, state: Path
) -> None:
    first = visitor.get("/")
    again = {"if-none-match": first.headers["etag"]}
    assert visitor.get("/", headers=again).status_code == 304
    write(state / "public", {"index.html": PAGE.replace("words", "news!").encode()})
    changed = visitor.get("/", headers=again)
    assert changed.status_code == 200
    assert "news!" in changed.text
    write(state / "public", {"index.html": PAGE.encode()})
    assert visitor.get("/", headers=again).status_code == 304


@pytest.mark.parametrize("encoding", ["br", "gzip", "identity"])
def test_a_page_is_sent_in_the_encoding_that_is_understood(
    visitor: httpx.Client, encoding: str
) -> None:
    answer = visitor.get("/", headers={"accept-encoding": f"{encoding};q=1"})
    assert answer.headers.get("content-encoding", "identity") == encoding
    assert answer.text == PAGE
    assert "content-encoding" not in visitor.get("/logo.png").headers
    assert visitor.head("/").headers["etag"]


def test_the_policy_of_a_page_is_the_one_that_it_carries(visitor: httpx.Client) -> None:
    assert visitor.get("/").headers["content-security-policy"].startswith(HASHED)
    assert "frame-ancestors 'none'" in visitor.get("/de/").headers["content-security-policy"]
    assert "frame-ancestors *" in visitor.get("/embed/").headers["content-security-policy"]


def test_other_sites_may_read_what_is_meant_for_them_and_versions_last_for_ever(
    visitor: httpx.Client,
) -> None:
    assert visitor.get("/api/v2/status.json").headers["access-control-allow-origin"] == "*"
    assert "access-control-allow-origin" not in visitor.get("/").headers
    assert visitor.get("/logo.png").headers["cache-control"] == "no-cache"
    current = version(visitor.get("/logo.png").content)
    assert "immutable" in visitor.get(f"/logo.png?v={current}").headers["cache-control"]


@pytest.mark.parametrize("path", ["?v=1", "api/v2/status.json?v=x", "logo.png?v=", "de/?v=1&v=2"])
def test_a_link_with_a_made_up_version_freezes_no_page_in_anybodys_browser(
    visitor: httpx.Client, path: str
) -> None:
    assert visitor.get(f"/{path}").headers["cache-control"] == "no-cache"


def test_a_folder_without_its_slash_leads_there(visitor: httpx.Client) -> None:
    assert visitor.get("/de").headers["location"] == "de/"
    assert visitor.get("/de", follow_redirects=True).text == PAGE


def test_a_page_with_a_password_is_for_those_who_know_it(visitor: httpx.Client) -> None:
    assert visitor.get("/pages/acme/").status_code == 401
    assert visitor.get("/pages/acme/", auth=("x", "wrong one")).status_code == 401
    assert visitor.get("/pages/acme/", auth=("anybody", "quite long")).text == PAGE
    assert visitor.get("/pages/acme/", headers={"authorization": "Basic %%"}).status_code == 401
    assert visitor.get("/pages/open/").text == PAGE


@pytest.mark.parametrize(
    "path",
    [
        "/pages/ops/",
        "/pages/ops/index.html",
        "/pages/none/",
        "/trueup.db",
        "/../trueup.db",
        "/%2e%2e/trueup.db",
        "/pages/open/../../trueup.db",
        "/pages/open/..%2f..%2ftrueup.db",
        "/.hidden",
        "/a%00b",
        "/index.html/x",
        "/" + "a" * 5000,
    ],
)
def test_what_is_not_for_visitors_is_not_there(visitor: httpx.Client, path: str) -> None:
    assert visitor.get(path).status_code in {404, 400}


def test_who_is_lost_is_told_so_in_words_whatever_they_asked_for(visitor: httpx.Client) -> None:
    lost = visitor.get("/incidents/of-old/")
    assert (lost.status_code, "Nothing is here." in lost.text) == (404, True)
    assert "Hier ist nichts." in visitor.get("/de/incidents/of-old/").text
    hidden = visitor.get("/pages/ops/")
    assert (hidden.status_code, hidden.text) == (404, lost.text)
    assert visitor.head("/nothing").content == b""
