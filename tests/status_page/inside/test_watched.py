"""What is watched, and how, on the page of those who run it."""

from __future__ import annotations

from status_page import Page
from status_page.index.index import Index
from status_page.watching import Coverage, Hole, Watching
from tests.status_page.inside.worlds import operated
from tests.status_page.pages import lives
from tests.status_page.pages.reading import files, plain

FOUND = Coverage(
    score=61,
    said="Score 61 of 100, 4 holes.",
    components=(
        Watching(component="uploads", watched_by="journey that writes", score=100),
        Watching(component="messages", watched_by="home page only", score=22),
        Watching(component="elsewhere", watched_by="nothing", score=0),
    ),
    holes=(
        Hole(
            kind="Watched only from outside",
            says="<Messages> is watched by nothing but a home page.",
            remedy="A journey does what people do there.",
            toml='[probe.b]\nkind = "journey"',
        ),
    ),
    more=3,
)


def html(page: Page) -> bytes:
    return files(Index(), page)["index.html"]


def test_each_component_is_told_with_what_watches_it_best() -> None:
    text = plain(html(operated(coverage=FOUND)))
    told = text[text.index("What is watched, and how") :]
    assert "Uploads journey that writes 100 / 100" in told
    assert "home page only 22 / 100" in told
    assert "elsewhere" not in told
    assert "What is watched, and how Score 61 of 100, 4 holes. Uploads" in told
    assert "/ 100 Watched only from outside <Messages> is" in told
    assert "And 3 more: trueup coverage tells them all." in told


def test_a_hole_is_told_with_the_lines_that_would_close_it() -> None:
    found = html(operated(coverage=FOUND))
    assert "<Messages> is watched by nothing but a home page. A journey does" in plain(found)
    assert b"&lt;Messages&gt;" in found
    assert b"[probe.b]\nkind = &" in found


def test_nobody_else_is_told_and_without_findings_nothing_is_said() -> None:
    assert "What is watched" not in plain(html(operated()))
    public = lives.lived_in(internal=False)
    assert "What is watched" not in plain(html(public))
