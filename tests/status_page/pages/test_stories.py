"""The pages of incidents and of announced work, which stay where they are for ever."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest

from status_page import Impact, Incident, Maintenance, Stage, Update
from status_page.pages.stories import Stories
from tests.status_page.pages import lives
from tests.status_page.pages.reading import files, plain

MINUTE = timedelta(minutes=1)
DAY = timedelta(days=1)


def told(incident: Incident, **facts: Any) -> str:
    page = lives.page(incidents=(incident,), **facts)
    return plain(files(Stories(), page)[f"incidents/{incident.id}/index.html"])


def announced(work: Maintenance) -> str:
    page = lives.page(maintenance=(work,))
    return plain(files(Stories(), page)[f"maintenance/{work.id}/index.html"])


def test_nobody_wrote_and_still_both_ends_are_told() -> None:
    text = told(lives.incident())

    assert text.startswith("Resolved People cannot upload.")
    assert "When 9 November 2026, 09:41 to 10:04 UTC How long 23 minutes" in text
    assert text.index("10:04 UTC It works again.") < text.index(
        "09:41 UTC Our probes began to fail."
    )


def test_a_preview_tells_the_newest_words_or_how_it_ended() -> None:
    def described(incident: Incident) -> str:
        html = files(Stories(), lives.page(incidents=(incident,)))
        found = html[f"incidents/{incident.id}/index.html"].decode()
        return found.partition('property="og:description" content="')[2].partition('"')[0]

    assert described(lives.incident()) == "Resolved after 23 minutes · Uploads"
    told = Update(lives.NOW, Stage.RESOLVED, "A **disk** was replaced.", "u1")
    assert described(lives.incident(updates=(told,))) == "A disk was replaced."


def test_what_is_open_says_since_when() -> None:
    text = told(lives.incident(minutes=None))

    assert text.startswith("Investigating People cannot upload. Since 21 November 2026, 13:51 UTC")
    assert "How long" not in text


def test_updates_are_told_newest_first_and_corrections_are_marked() -> None:
    over = lives.incident()
    text = told(replace(over, updates=lives.told(over.began_at)))

    assert text.index("A wrong setting") < text.index("one machine") < text.index("We see it too.")
    assert "09:50 UTC Corrected 9 November 2026, 10:11 UTC The disks of one machine" in text
    assert "It works again." not in text


def test_the_post_mortem_is_set_apart_and_its_headings_fit() -> None:
    over = lives.incident()
    page = lives.page(incidents=(replace(over, updates=lives.told(over.began_at)),))
    html = files(Stories(), page)["incidents/i1/index.html"].decode()

    assert html.index("page-lessons") < html.index("page-timeline")
    assert "<h3" in html
    assert not {"<h4", "<h5"} & {tag for tag in ("<h4", "<h5") if tag in html}
    assert plain(html.encode()).count("The nightly clean-up") == 1


@pytest.mark.parametrize(
    ("minutes", "expected"),
    [
        (12_437, "about 12,400 user-minutes"),
        (1, "about 1 user-minute"),
        (0, "about 0 user-minutes"),
        (987, "about 987 user-minutes"),
    ],
)
def test_the_audience_is_told_in_words_and_minutes(minutes: int, expected: str) -> None:
    text = told(lives.incident(audience="everyone who uploads", user_minutes=minutes))

    assert "Who is affected everyone who uploads" in text
    assert expected in text


def test_what_was_written_down_afterwards_says_so() -> None:
    text = told(lives.incident(backfilled=True))

    assert "Written down by a person: none of our probes saw it." in text
    assert "Our probes began to fail." not in text


def test_components_are_links_and_unknown_ones_are_left_out() -> None:
    page = lives.page(incidents=(lives.incident(components=("uploads", "gone")),))
    html = files(Stories(), page)["incidents/i1/index.html"].decode()

    assert '<a href="../../components/uploads/index.html"><bdi>Uploads</bdi></a>' in html
    assert "gone" not in html


def test_an_outage_over_a_change_of_clocks_lasts_what_it_lasted() -> None:
    """In most of Europe the clocks went back on 25 October 2026 at 01:00 UTC."""
    began_at = lives.NOW.replace(month=10, day=25, hour=0, minute=30, second=0)
    text = told(lives.incident(began_at=began_at, resolved_at=began_at + 90 * MINUTE))

    assert "25 October 2026, 00:30 to 02:00 UTC How long 1 hour 30 minutes" in text


@pytest.mark.parametrize(
    ("starts", "expected"),
    [(2 * DAY, "Announced"), (-30 * MINUTE, "Under way"), (-5 * DAY, "Over")],
)
def test_announced_work_says_how_far_it_is(starts: timedelta, expected: str) -> None:
    text = announced(lives.work(starts=starts))

    assert text.startswith(f"{expected} The network is rebuilt")
    assert "Uploads stop for some minutes." in text


def test_the_page_says_the_same_on_every_later_day() -> None:
    room, page = Stories(), lives.lived_in()
    later = replace(page, made_at=page.made_at + timedelta(minutes=50))
    first, after = files(room, page), files(Stories(), later)

    assert first == after


def test_a_new_word_makes_one_page_anew() -> None:
    room, page = Stories(), lives.lived_in()
    first = files(room, page)
    said = Update(lives.NOW, Stage.MONITORING, "It looks better.", "u9")
    changed = replace(page.incidents[0], updates=(said,))
    after = files(room, replace(page, incidents=(changed, *page.incidents[1:])))

    assert [path for path in after if after[path] is not first[path]] == ["incidents/i1/index.html"]


def test_a_slow_incident_is_no_outage() -> None:
    page = lives.page(incidents=(lives.incident(minutes=None, impact=Impact.MINOR),))
    html = files(Stories(), page)["incidents/i1/index.html"].decode()

    assert "mark-degraded" in html


def test_only_some_incidents_have_pictures_of_their_own() -> None:
    page = lives.page(incidents=(lives.incident(1), lives.incident(2, back=200)))
    found = files(Stories(), page)

    assert b"https://status.example.org/incidents/i1/card.png" in found["incidents/i1/index.html"]
    assert b"https://status.example.org/card.png" in found["incidents/i2/index.html"]


def test_an_open_incident_is_never_called_over() -> None:
    for stage in (Stage.RESOLVED, Stage.POSTMORTEM):
        word = Update(lives.NOW, stage, "Fixed.", "u1")
        still = lives.incident(minutes=None, updates=(word,))
        assert still.stage is Stage.MONITORING
        assert replace(still, resolved_at=lives.NOW).stage is stage


LONG = """\
# Summary

A release was the cause.

## Timeline

| When | What |
|---|---|
| 09:40 | Release 1.4.2 |

### Tried first

```
TypeError
```
"""


def test_a_long_post_mortem_keeps_its_headings_below_ours_and_its_tables_scroll() -> None:
    over = lives.incident()
    lessons = Update(over.resolved_at or lives.NOW, Stage.POSTMORTEM, LONG, "u4")
    page = lives.page(incidents=(replace(over, updates=(lessons,)),))

    html = files(Stories(), page)["incidents/i1/index.html"].decode()

    assert '<h3 dir="auto">Summary</h3>' in html
    assert '<h4 dir="auto">Timeline</h4>' in html
    assert '<h5 dir="auto">Tried first</h5>' in html
    assert '<div class="scrolled" tabindex="0" role="group" aria-label="A table"><table>' in html
    assert '<pre tabindex="0"><code>TypeError' in html
