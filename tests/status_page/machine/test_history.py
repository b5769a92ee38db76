"""Somebody opens the history in a spreadsheet, and a program reads it every day."""

from __future__ import annotations

import csv
import io
from dataclasses import replace
from datetime import timedelta

from hypothesis import given
from hypothesis import strategies as st

from status_page import Condition, DayBar, Page
from status_page.machine.history import HEADER, History, cell
from tests.status_page.examples import DAY, MINUTE, NOW, ago, component, page
from tests.status_page.machine.worlds import eventful, files


def made(page: Page) -> dict[str, bytes]:
    return files(page, History())


def rows(given_: Page, path: str = "history.csv") -> list[dict[str, str]]:
    text = made(given_)[path].decode()
    return list(csv.DictReader(io.StringIO(text, newline=""), strict=True))


def test_each_day_that_is_over_is_a_line_of_whole_numbers() -> None:
    bad = DayBar(ago(1), DAY - timedelta(hours=2), 30 * MINUTE, True, timedelta(hours=1))
    found = rows(page(component("Uploads", Condition.UP, bad)))

    assert found[-1] == {
        "day_utc": "2026-11-20",
        "component_id": "uploads",
        "component": "Uploads",
        "uptime_percent": "97.7272",
        "known_s": "79200",
        "down_s": "1800",
        "maintenance_s": "3600",
        "unknown_s": "3600",
        "slow": "yes",
    }
    assert len(found) == 89


def test_a_day_of_which_nothing_is_known_has_no_uptime() -> None:
    gap = DayBar(ago(5), timedelta(), timedelta())
    found = {row["day_utc"]: row for row in rows(page(component("Uploads", Condition.UP, gap)))}

    assert found["2026-11-16"]["uptime_percent"] == ""
    assert found["2026-11-16"]["unknown_s"] == "86400"


def test_the_page_tells_ninety_days_and_a_component_a_year() -> None:
    year = tuple(DayBar(ago(back), DAY, timedelta()) for back in reversed(range(366)))
    given_ = page(replace(component("Uploads"), days=year), component("Messages"))

    assert len(rows(given_)) == 90 + 89
    assert len(rows(given_, "components/uploads/history.csv")) == 365
    assert rows(given_)[:90] == rows(given_, "components/uploads/history.csv")[-90:]


def test_the_bytes_change_once_a_day() -> None:
    first, later, tomorrow = (
        made(eventful(made_at=at))["history.csv"] for at in (NOW, NOW + 60 * MINUTE, NOW + DAY)
    )

    assert first == later != tomorrow
    assert first.splitlines()[0].decode() == HEADER


@given(st.text(st.characters(exclude_categories=["Cs"])))
def test_no_cell_is_a_formula_and_each_is_read_as_it_was_meant(text: str) -> None:
    read, _ = next(csv.reader(io.StringIO(f"{cell(text)},end\r\n", newline=""), strict=True))

    assert not read.startswith(("=", "+", "-", "@", "\t", "\r"))
    assert read.removeprefix("'") == text.removeprefix("'")


def test_a_name_that_is_a_formula_is_only_a_name() -> None:
    named = replace(component("Uploads"), name='=HYPERLINK("http://x.example.org")')

    assert rows(page(named))[0]["component"] == '\'=HYPERLINK("http://x.example.org")'
