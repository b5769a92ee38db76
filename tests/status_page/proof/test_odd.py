"""Pages of times and numbers that should not be: a wrong clock, a blind year, nothing at all."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from status_page import Condition, Page, Renderer, Series, Stage, Update, render, together
from tests.status_page.pages import lives
from tests.status_page.pages.reading import plain
from tests.status_page.proof.sound import sound, sound_pages
from tests.status_page.proof.worlds import rich, shortened

HOUR = timedelta(hours=1)
FALL_BACK = datetime(2026, 10, 25, 0, 30, tzinfo=UTC)
"""Half an hour before most of Europe sets its clocks back."""


def nothing() -> Page:
    return replace(lives.page(), components=(), maintenance=(), incidents=())


def blind() -> Page:
    """Watched for a year, of which nothing is known."""
    empty = tuple(bar._replace(known=timedelta()) for bar in lives.year())
    months = tuple(each._replace(uptime=together(())) for each in lives.component().months)
    thing = lives.component(
        days=empty,
        months=months,
        uptime=(),
        speed=(),
        chart=(
            Series("", HOUR, tuple(p._replace(p50=None, p95=None) for p in lives.chart().points)),
        ),
        condition=Condition.UNKNOWN,
        since=None,
        first_seen=None,
    )
    return lives.page(thing)


def ahead() -> Page:
    """All that happened lies in the future: the clock was set back."""
    return replace(rich(languages=("en",)), made_at=lives.NOW - 800 * lives.DAY)


def behind() -> Page:
    """The clock ran ahead, by years."""
    return replace(rich(languages=("en",)), made_at=lives.NOW + 800 * lives.DAY)


def backwards() -> Page:
    """What is over before it began, and words before and after."""
    wrong = lives.incident(1, resolved_at=lives.NOW - 99 * lives.DAY)
    said = (
        Update(lives.NOW + 99 * lives.DAY, Stage.INVESTIGATING, "Later.", "u1"),
        Update(lives.NOW - 99 * lives.DAY, Stage.RESOLVED, "Before.", "u2"),
    )
    work = lives.work(starts_at=lives.NOW, ends_at=lives.NOW - lives.DAY)
    return lives.page(incidents=(replace(wrong, updates=said),), maintenance=(work,))


def at_the_edge_of_time() -> Page:
    first = datetime(1970, 1, 1, tzinfo=UTC)
    return lives.page(
        shortened(lives.component(since=first)),
        incidents=(lives.incident(1, began_at=first, resolved_at=None),),
        maintenance=(lives.work(starts_at=first, ends_at=datetime(2999, 12, 31, tzinfo=UTC)),),
    )


@pytest.mark.parametrize(
    "world",
    [nothing, blind, ahead, behind, backwards, at_the_edge_of_time],
    ids=lambda f: f.__name__,
)
def test_every_file_is_sound(world: Callable[[], Page]) -> None:
    files = render(world())
    sound(files)
    assert "index.html" in sound_pages(files)


def test_a_change_of_clocks_changes_no_duration() -> None:
    night = lives.incident(1, began_at=FALL_BACK, resolved_at=FALL_BACK + 3 * HOUR)
    files = render(lives.page(incidents=(night,), languages=("en", "de")))
    assert "3 hours" in plain(files["incidents/i1/index.html"])
    assert "00:30 UTC" in plain(files["incidents/i1/index.html"])
    assert "3 Stunden" in plain(files["de/incidents/i1/index.html"])


def test_a_clock_that_jumps_back_and_forth_leaves_the_same_page() -> None:
    renderer, page = Renderer(), rich(languages=("en",))
    before = renderer.render(page)
    renderer.render(replace(page, made_at=page.made_at + 400 * lives.DAY))
    renderer.render(replace(page, made_at=page.made_at - 400 * lives.DAY))
    after = renderer.render(page)
    assert {path for path in before if before[path] != after.get(path)} <= {
        "as-of.json",
        "as-of.html",
    }
    assert before.keys() == after.keys()


def test_work_in_a_thousand_years_hides_no_past_and_neither_does_an_old_outage() -> None:
    old = lives.incident(1, began_at=datetime(1999, 1, 1, tzinfo=UTC))
    far = datetime(2999, 1, 1, tzinfo=UTC)
    work = lives.work(starts_at=far, ends_at=far + HOUR)
    page = lives.page(incidents=(old, lives.incident(2)), maintenance=(work,))
    months = [path for path in render(page) if path.startswith("history/2")]
    assert {"history/2999-01/index.html", "history/2026-11/index.html"} <= set(months)
    assert len(months) < 130
