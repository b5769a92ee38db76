"""What happened, by month; and how the numbers are made."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

from status_page import Condition, Month, Uptime
from status_page.pages.about import About
from status_page.pages.history import History
from tests.status_page.pages import lives
from tests.status_page.pages.reading import files, plain

INDEX = "history/index.html"


def test_months_are_told_newest_first_and_each_has_its_page() -> None:
    found = files(History(), lives.lived_in())
    text = plain(found[INDEX])

    assert text.index("November 2026") < text.index("October 2026") < text.index("September 2026")
    assert len(found) == 1 + 13
    assert "Resolved after 19 hours 8 minutes 21 September 2026, 09:41 UTC" in text
    assert "People cannot upload." in plain(found["history/2026-09/index.html"])


def test_a_month_is_called_quiet_only_if_it_was_watched() -> None:
    text = plain(files(History(), lives.page(lives.component()))[INDEX])

    assert "August 2026 No incidents." in text
    assert "October 2026 No incidents in the time that we watched." in text


def test_the_present_month_is_quiet_so_far() -> None:
    good = lives.component("Uploads", lives.bar(lives.ago(200)))
    month = good.months[0]
    watched = Month(month.first, Uptime(timedelta(20), timedelta(20), timedelta()))
    seen = replace(good, months=(watched, *good.months[1:]))

    assert "November 2026 No incidents so far." in plain(files(History(), lives.page(seen))[INDEX])


def test_a_month_that_nothing_was_watched_in_says_so() -> None:
    old = lives.incident(back=500, backfilled=True)
    text = plain(files(History(), lives.page(incidents=(old,)))[INDEX])

    assert "September 2025 Nothing was watched." in text
    assert "July 2025 People cannot upload." in text


def test_a_component_that_nothing_watches_does_not_spoil_the_others() -> None:
    good = lives.component("Uploads", lives.bar(lives.ago(3)))
    unwatched = lives.component("Old links", condition=Condition.UNWATCHED, months=())

    text = plain(files(History(), lives.page(good, unwatched))[INDEX])
    assert "August 2026 No incidents." in text


def test_a_page_without_any_component_has_a_history() -> None:
    empty = replace(lives.page(), components=())

    assert "Nothing was watched." in plain(files(History(), empty)[INDEX])


def test_a_month_full_of_incidents_is_cut_short_on_the_page_of_all() -> None:
    many = tuple(lives.incident(number, back=number, minutes=5) for number in range(1, 20))
    found = files(History(), lives.page(incidents=many))

    assert plain(found[INDEX]).count("People cannot upload.") == 8
    assert "All 19 of this month" in plain(found[INDEX])
    assert plain(found["history/2026-11/index.html"]).count("People cannot upload.") == 19


def test_months_lead_to_their_neighbours() -> None:
    html = files(History(), lives.page())["history/2026-10/index.html"].decode()

    assert 'rel="prev" href="../../history/2026-09/index.html"' in html
    assert 'rel="next" href="../../history/2026-11/index.html"' in html


def test_a_new_incident_changes_its_month_and_the_page_of_all() -> None:
    room, page = History(), lives.lived_in()
    first = files(room, page)
    more = (lives.incident(9, back=70), *page.incidents)
    after = files(room, replace(page, incidents=more))

    changed = {path for path in after if after[path] is not first[path]}
    assert changed == {INDEX, "history/2026-09/index.html"}


def test_maintenance_to_come_has_its_month() -> None:
    page = lives.page(maintenance=(lives.work(starts=timedelta(days=80)),))
    found = files(History(), page)

    assert "The network is rebuilt" in plain(found["history/2027-02/index.html"])
    assert "January 2027 Nothing is announced." in plain(found[INDEX])


def test_a_clock_that_was_in_2040_once_takes_no_month_away() -> None:
    wrong = replace(lives.incident(), began_at=lives.NOW.replace(year=2040))
    found = files(History(), lives.page(incidents=(wrong, lives.incident(2, back=60))))

    assert {"history/2026-11/index.html", "history/2026-09/index.html"} <= found.keys()
    assert "history/2040-11/index.html" in found
    assert len(found) < 20


def test_a_month_of_which_not_all_is_told_is_never_called_quiet() -> None:
    old = lives.incident(2, back=60)
    cut = files(History(), lives.page(incidents=(old,), complete_since=lives.ago(62)))
    said = "There were more incidents than this page can list."

    assert said in plain(cut["history/2026-08/index.html"])
    assert said in plain(cut["history/2026-09/index.html"])
    assert "People cannot upload." in plain(cut["history/2026-09/index.html"])
    assert said not in plain(cut["history/2026-10/index.html"])


def test_the_page_about_the_numbers_names_every_way_to_read_them() -> None:
    html = files(About(), lives.page())["about/index.html"].decode()

    for path in ("history.atom", "api/v2/summary.json", "maintenance.ics"):
        assert f'href="../{path}"' in html
    assert "https://status.example.org/history.csv" in html
    assert 'href="../components/uploads/history.atom"' in html
    assert 'id="subscribe"' in html
    assert "&lt;script src=&#34;https://status.example.org/embed.js&#34; defer&gt;" in html
    assert html.count("Every update, as a feed") == 1
    assert "more than 5 minutes ago" in plain(html.encode())


def test_subscriptions_are_offered_where_they_are_taken() -> None:
    room = About()
    assert b"Subscribe by e-mail" not in files(room, lives.page())["about/index.html"]
    address = "https://watch.example.org/subscribe/"
    about = files(room, lives.page(subscribe=address))["about/index.html"]
    assert f'href="{address}"'.encode() in about
