"""The page of evidence: for whoever has its link, of one incident, and nothing that runs."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import timedelta
from pathlib import Path

import httpx
import pytest

from monitor import server
from monitor.acts.desk import Desk
from monitor.config.changes import Capture
from monitor.links import EVIDENCE_PATH, GOOD_FOR, PATH, SEE, Signer
from monitor.server import acknowledging, showing
from monitor.store import Reader, Writer, captures
from monitor.store.captured import Fetched
from probes import Artefact, Result
from tests.monitor.cli.test_evidence import FAILED, record
from tests.support.clock import NIGHT, HandClock
from tests.support.serve import serving

SIGNER = Signer(b"k" * 32, "https://trueup.example.org")
PAGE = Artefact("page.html", "text/html", b"<script>alert(1)</script>")


@dataclass
class Place:
    """A daemon's server, behind it two incidents of which something is kept."""

    client: httpx.Client
    folder: Path
    clock: HandClock

    def token(self, number: int, to: str = SEE) -> str:
        return SIGNER.token(number, self.clock.now() + GOOD_FOR, to=to)

    def page(self, number: int) -> httpx.Response:
        return self.client.get(f"{EVIDENCE_PATH}/{self.token(number)}")

    def files(self, number: int) -> list[str]:
        found = re.findall(r'href="([^"]+/\d+)"', self.page(number).text)
        return [f"{EVIDENCE_PATH}/{link}" for link in dict.fromkeys(found)]


@pytest.fixture
def place(tmp_path: Path) -> Iterator[Place]:
    (tmp_path / "var").mkdir()
    hostile = replace_files("<b>gone</b>")
    record(tmp_path, "signin", [FAILED, hostile])
    record(tmp_path, "upload", [FAILED, FAILED])
    state, clock = tmp_path / "var", HandClock(NIGHT)
    writer, reader = Writer(state / "trueup.db", clock), Reader(state / "trueup.db")
    desk = Desk((writer, reader), clock, lambda: None, str)
    routes = [
        *acknowledging.routes(desk, SIGNER),
        *showing.routes(desk, SIGNER, state / "artefacts"),
    ]
    app = server.application(state, routes)
    with serving(app) as url, httpx.Client(base_url=url) as client:
        yield Place(client, state / "artefacts", clock)
    reader.close()
    writer.close()


def replace_files(excerpt: str) -> Result:
    return replace(FAILED, artefacts=(*FAILED.artefacts, PAGE), excerpt=excerpt)


def test_it_shows_what_was_seen_and_quotes_the_target_as_text(place: Place) -> None:
    answer = place.page(1)
    assert answer.status_code == 200
    assert "signin, incident 1" in answer.text
    assert "looked for a password field" in answer.text
    assert "&lt;b&gt;gone&lt;/b&gt;" in answer.text
    assert "sign in</th><td>2000 ms" in answer.text
    assert f'<img src="{place.token(1)}/' in answer.text
    assert "script-src" not in answer.headers["content-security-policy"]
    assert answer.headers["cache-control"] == "no-store"


def test_a_file_is_a_download_that_no_browser_runs(place: Place) -> None:
    answers = {re.sub(r'.*"(.+)"', r"\1", a.headers["content-disposition"]): a
               for a in (place.client.get(link) for link in place.files(1))}  # fmt: skip
    assert set(answers) == {artefact.name for artefact in (*FAILED.artefacts, PAGE)}
    for answer in answers.values():
        assert answer.status_code == 200
        assert answer.headers["content-disposition"].startswith("attachment")
        assert answer.headers["x-content-type-options"] == "nosniff"
        assert "sandbox" in answer.headers["content-security-policy"]
    assert answers["page.html"].headers["content-type"] == "text/plain; charset=utf-8"
    assert answers["trace.zip"].content == b"PK"


def test_a_link_opens_the_evidence_of_its_incident_alone(place: Place) -> None:
    other = place.files(2)[0].rpartition("/")[2]
    assert place.client.get(f"{EVIDENCE_PATH}/{place.token(1)}/{other}").status_code == 404
    assert place.client.get(f"{EVIDENCE_PATH}/{place.token(2)}/{other}").status_code == 200


def test_a_link_to_acknowledge_opens_no_evidence_and_the_other_way_round(place: Place) -> None:
    wrong = place.token(1, to="acknowledge")
    assert place.client.get(f"{EVIDENCE_PATH}/{wrong}").status_code == 404
    assert place.client.get(f"{PATH}/{place.token(1)}").status_code == 404
    assert place.client.post(f"{PATH}/{place.token(1)}").status_code == 404


def test_a_link_ends_after_a_week(place: Place) -> None:
    link, file = f"{EVIDENCE_PATH}/{place.token(1)}", place.files(1)[0]
    place.clock.wind(GOOD_FOR + timedelta(seconds=1))
    assert place.client.get(link).status_code == 410
    assert place.client.get(file).status_code == 410


def test_a_file_that_is_gone_or_leads_elsewhere_is_not_handed_out(place: Place) -> None:
    [*_, path] = sorted(place.folder.glob("signin/*/screenshot.png"))
    links = place.files(1)
    path.unlink()
    assert place.client.get(links[0]).status_code == 404
    path.symlink_to("/etc/passwd")
    assert place.client.get(links[0]).status_code == 404


@pytest.mark.parametrize("path", ["", "/", "/1", "/../artefacts/", "/1-1-" + "A" * 43])
def test_without_a_link_there_is_nothing(place: Place, path: str) -> None:
    assert place.client.get(f"{EVIDENCE_PATH}{path}").status_code == 404


HOSTILE = "<script>alert(1)</script>\n    at \u202b*** &amp;"


def captured(place: Place, number: int, fetched: Fetched) -> None:
    """A log was fetched because of the incident."""
    writer, at = Writer(place.folder.parent / "trueup.db"), place.clock.now()
    log = Capture(id="app-log", probes=("signin",))
    writer.submit(lambda db: captures.plan(db, number, [log], at, at)).result(20)
    ids = writer.submit(lambda db: [each.id for each in captures.of_incident(db, number)]).result(
        20
    )
    writer.submit(lambda db: captures.ended(db, ids, fetched, at)).result(20)
    writer.close()


def test_what_was_captured_is_shown_as_text_and_given_as_a_file(place: Place) -> None:
    captured(place, 1, Fetched(text=HOSTILE, lines=2, why="the program ended with status 1"))
    page = place.page(1).text
    assert "Captured: app-log" in page
    assert "2 lines; the program ended with status 1" in page
    assert "&lt;script&gt;alert(1)" in page
    [link] = re.findall(r'href="[^"]+/(captures/\d+)"', page)
    answer = place.client.get(f"{EVIDENCE_PATH}/{place.token(1)}/{link}")
    assert answer.text == HOSTILE + "\n"
    assert answer.headers["content-type"] == "text/plain; charset=utf-8"
    assert answer.headers["content-disposition"] == 'attachment; filename="capture-app-log.txt"'
    assert "sandbox" in answer.headers["content-security-policy"]
    assert place.client.get(f"{EVIDENCE_PATH}/{place.token(2)}/{link}").status_code == 404
    wrong = place.token(1, to="acknowledge")
    assert place.client.get(f"{EVIDENCE_PATH}/{wrong}/{link}").status_code == 404


def test_a_long_capture_is_shown_in_part(place: Place) -> None:
    captured(place, 1, Fetched(text="\n".join(f"line {n}" for n in range(200)), lines=200))
    page = place.page(1).text
    assert "line 59\n… more in the file" in page
    assert "line 60" not in page


def test_a_capture_that_found_nothing_says_why(place: Place) -> None:
    captured(place, 1, Fetched(why="binary, 3.2 MB"))
    page = place.page(1).text
    assert "binary, 3.2 MB" in page
    assert "captures/" not in page
