"""Deploys, deeds and what was fetched, on the pages of those who run it."""

from __future__ import annotations

from dataclasses import replace

from status_page import Capture, Deploy, Page, Renderer, render
from status_page.index.index import Index
from status_page.pages.stories import Stories
from tests.status_page.inside.worlds import LINES, SECOND, deed, deploy, operated
from tests.status_page.pages import lives
from tests.status_page.pages.lives import NOW
from tests.status_page.pages.reading import files, parsed, plain


def first(page: Page) -> str:
    return plain(files(Index(), page)["index.html"])


def story(page: Page) -> str:
    return plain(files(Stories(), page)["incidents/i1/index.html"])


def test_the_first_page_lists_what_was_promised_deployed_and_done() -> None:
    text = first(operated())

    assert text.index("What was promised") < text.index("Deploys") < text.index("What trueup did")
    assert "13:50 UTC api 1.4.2 by ci · before: 1.4.1 Followed by: People cannot upload." in text
    assert "20 November, 12:03 UTC web 77" in text
    assert "rollback Rolled back api 1.4.2 to 1.4.1: passing again after 34 s." in text
    assert "Nothing was done: it is over." in text


def test_what_happens_now_names_the_deploy_before_it() -> None:
    text = first(operated())

    told = "Deployed shortly before api 1.4.2 13:50 UTC The first run failed 40 s after it."
    assert text.index("Happening now") < text.index(told) < text.index("Planned work")


def test_only_the_deploy_that_an_incident_follows_is_marked() -> None:
    assert first(operated()).count("Followed by") == 1
    broken, *over = operated().incidents
    quiet = operated(incidents=(replace(broken, deploys=()), *over))
    assert "Followed by" not in first(quiet)


def test_the_newest_twenty_are_listed() -> None:
    many = tuple(deploy(f"v{number}-", number * SECOND) for number in range(30))

    text = first(operated(deploys=many))

    assert "v19- " in text
    assert "v20- " not in text


def test_an_incident_names_the_deploy_before_it_and_what_was_fetched() -> None:
    text = story(operated())

    assert "Deployed shortly before" in text
    assert "api 1.4.2 The first run failed 40 s after it. by ci" in text
    assert "Fetched when it failed journal 212 lines 14:01:04 upload" in text
    assert "containers it was ended after 20 s" in text
    assert "pods Still being fetched." in text
    assert "What trueup did" in text


def test_what_was_fetched_stays_text_with_its_indents() -> None:
    html = files(Stories(), operated())["incidents/i1/index.html"].decode()

    assert "No such file &lt;or&gt; directory\n    at (server.js:12)</pre>" in html
    parsed(files(Stories(), operated())["incidents/i1/index.html"])
    assert LINES not in html


def test_a_deploy_leads_to_addresses_of_the_web_alone() -> None:
    def html(link: str) -> str:
        return files(Index(), operated(deploys=(deploy(link=link),)))["index.html"].decode()

    assert '<a href="https://ci.example.org/1" rel="nofollow noopener' in html(
        "https://ci.example.org/1"
    )
    assert "javascript:" not in html("javascript:alert(1)")


def test_nothing_of_it_is_on_a_page_for_everybody() -> None:
    page = replace(lives.lived_in(), deploys=(deploy(),), deeds=(deed(),))

    made = render(page)

    assert b"1.4.2" not in b"".join(made.values())
    assert b"inside.css" not in made["index.html"]
    assert b"inside.css" not in made["components/uploads/index.html"]


def test_a_deploy_that_everybody_may_see_has_no_version() -> None:
    page = lives.lived_in()
    uploads, *others = page.components
    shown = replace(uploads, deploys=(Deploy(at=NOW - lives.DAY, service="Shop"),))

    html = render(replace(page, components=(shown, *others)))["components/uploads/index.html"]

    assert b"1 deploy: Shop (20 Nov, 14:03" in html


def test_the_same_page_is_the_same_bytes_a_minute_later() -> None:
    renderer, page = Renderer(), operated()
    before = renderer.render(page)

    after = renderer.render(replace(page, made_at=NOW + lives.MINUTE))

    changed = {path for path, body in after.items() if before[path] != body}
    assert changed <= {"as-of.json", "as-of.html"}


def test_what_finished_being_fetched_changes_the_page_of_its_incident() -> None:
    renderer, page = Renderer(), operated()
    before = renderer.render(page)
    broken, *over = page.incidents
    done = replace(broken, captures=(Capture(name="pods", first="Evicted", lines=1),))

    after = renderer.render(replace(page, incidents=(done, *over)))

    assert after["incidents/i1/index.html"] != before["incidents/i1/index.html"]
    assert b"Evicted" in after["incidents/i1/index.html"]
