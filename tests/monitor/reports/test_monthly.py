"""The report of a month, as Markdown, as rows and as a page to print."""

from __future__ import annotations

import csv
import io
import json
import re
from datetime import UTC, datetime, timedelta

import html5lib
import pytest

from monitor.store import Writer
from monitor.store.histogram import bucket
from tests.monitor.reports.conftest import Open
from tests.monitor.reports.offices import Office

SEPTEMBER = datetime(2026, 9, 2, tzinfo=UTC)
WITHIN = datetime(2026, 8, 10, 12, tzinfo=UTC)
DAY_US = 86_400_000_000


def watched(office: Office, probe: str, day: str, *, down_us: int = 0) -> None:
    """All of a day."""
    writer = Writer(office.folder / "var" / "trueup.db")
    writer.submit(
        lambda db: (
            db.execute(
                "INSERT OR REPLACE INTO rollup_1d (day, probe, location, pass, known_us, down_us)"
                " SELECT ?, key, 'here', 2880, ?, ? FROM probe WHERE id = ?",
                (day, DAY_US, down_us, probe),
            ).rowcount
        )
    ).result(30)
    writer.close()


def report(office: Office, *options: str, at: datetime = SEPTEMBER) -> str:
    done = office.trueup("report", *options, at=at)
    assert done.exit_code == 0, done.output
    return done.stdout


def section(document: str, title: str) -> list[list[str]]:
    """The cells of the rows of its table."""
    body = document.split(f"## {title}\n", 1)[1].split("\n## ", 1)[0]
    rows = [line for line in body.splitlines() if line.startswith("| ")]
    return [[cell.strip() for cell in row.strip("|").split(" | ")] for row in rows[2:]]


def test_the_last_whole_month_is_told_unless_another_is_asked_for(office: Office) -> None:
    assert report(office).startswith("# Status: August 2026\n\nThe whole month, in UTC.\n")
    assert report(office, "--month", "2026-09").startswith("# Status: September 2026\n")


def test_a_month_under_way_is_told_so_far(office: Office) -> None:
    said = report(office, "--month", "2026-08", at=WITHIN)

    assert "So far: up to 10 August 2026, 12:00 UTC." in said


def test_every_component_has_what_was_known_and_what_was_not(office: Office) -> None:
    for number in range(1, 32):
        if number != 3:
            watched(office, "home", f"2026-08-{number:02}")
    rows = {row[0]: row for row in section(report(office), "Components")}

    assert rows["Short links"][3:5] == ["23 minutes", "1"]
    assert rows["Home page"][1] == "100 %"
    assert rows["Home page"][6].startswith("23 hours")
    assert rows["Short links"][6].startswith("30 days")


def test_a_component_that_nobody_watched_is_not_said_to_have_been_up(open_office: Open) -> None:
    office = open_office('[component.idle]\nname = "Idle"\nprobes = []\n')
    rows = {row[0]: row for row in section(report(office), "Components")}

    assert rows["Idle"][1] == "not watched"


def test_what_was_promised_is_said_to_be_kept_or_not(office: Office) -> None:
    [row] = section(report(office), "What was promised")

    assert row == [
        "Short links",
        "15m per year, 2026-01-01 to 2026-12-31",
        "23 minutes of 15 minutes",
        "−8 minutes",
        "no",
        "38 minutes 30 seconds of 243 days",
    ]


def test_of_a_month_without_data_nothing_is_claimed(office: Office) -> None:
    said = report(office, "--month", "2026-06")

    assert "Nothing was watched, so nothing is known of it." in said
    assert "No incident began" not in said
    assert "kept" not in said.split("## Components")[0]
    [row] = section(said, "What was promised")
    assert row[-2:] == ["not known", "nothing of 181 days"]
    page = report(office, "--month", "2026-06", "--format", "html")
    assert "Not known</p>" in page
    assert ">Kept<" not in page
    rows = csv.DictReader(io.StringIO(report(office, "--month", "2026-06", "--format", "csv")))
    objective = next(row for row in rows if row["row"] == "objective")
    assert (objective["kept"], objective["known_minutes"]) == ("not known", "0.0")


def test_what_is_kept_stands_beside_how_much_of_it_is_known(open_office: Open) -> None:
    office = open_office('[objective.home]\ncomponent = "home"\ntarget = "99%"\nwindow = "30d"\n')
    watched(office, "home", "2026-08-30")
    said = report(office, "--component", "home")

    assert "No incident began in the time that was watched." in said
    assert "kept, as far as is known (Home page: 1 day of 30 days)." in said
    [row] = section(said, "What was promised")
    assert row[-2:] == ["yes", "1 day of 30 days"]


def test_incidents_stand_in_it_with_what_people_read(office: Office) -> None:
    [row] = section(report(office), "Incidents")

    assert row[:5] == ["1", "2026-08-03 21:03:30", "23 minutes", "Links cannot be shortened.",
                       "Short links"]  # fmt: skip
    assert row[5].rstrip(" |") == "9,200"


def test_the_report_of_one_component_is_about_nothing_else(office: Office) -> None:
    said = report(office, "--component", "home")

    assert "Home page" in said
    assert "Short links" not in said
    assert "No incident began in the time that was watched." in said


def test_how_fast_it_was_stands_next_to_the_month_before(office: Office) -> None:
    for day, ms in (("2026-07-10", 100), ("2026-08-10", 400), ("2026-08-11", 400)):
        watched(office, "home", day)
        text = json.dumps({str(bucket(timedelta(milliseconds=ms))): 2880})
        office.sql(f"UPDATE rollup_1d SET histogram = '{text}' WHERE day = '{day}'")
    rows = {row[0]: row for row in section(report(office), "How fast")}

    assert rows["Home page"][1:] == ["402 ms", "402 ms", "105 ms", "105 ms"]
    assert "Half within" in report(office)


def test_rows_for_a_spreadsheet_are_plain_numbers_with_their_units_in_the_names(
    open_office: Open,
) -> None:
    office = open_office('[component.sum]\nname = "=SUM(A1)"\nprobes = ["home"]\n')
    rows = list(csv.DictReader(io.StringIO(report(office, "--format", "csv"))))
    links, everything = rows[0], rows[-1]

    assert links["name"] == "Short links"
    assert float(links["down_minutes"]) == 23.0
    assert float(links["availability_percent"]) < 100
    assert everything["row"] == "all"
    assert float(everything["recover_median_seconds"]) == 1380.0
    assert [row["name"] for row in rows if "SUM" in row["name"]] == ["'=SUM(A1)"]
    objective = next(row for row in rows if row["row"] == "objective")
    assert (objective["left_minutes"], objective["kept"]) == ("-8.0", "no")


def test_the_page_to_print_needs_nothing_else_and_says_the_same(open_office: Open) -> None:
    office = open_office('[component.odd]\nname = "<script>odd</script>"\nprobes = ["home"]\n')
    file = office.folder / "august.html"
    report(office, "--out", str(file))
    page = file.read_text("utf-8")

    html5lib.HTMLParser(strict=True).parse(page)
    assert "<script" not in page
    assert re.findall(r'(?:src|href)="(?!#)', page) == []
    assert "url(" not in page
    assert "August 2026</h1>" in page
    assert "Not kept" in page
    assert page.count('<path class="') >= 3


def test_a_month_is_drawn_day_by_day(office: Office) -> None:
    for number in range(1, 32):
        watched(office, "home", f"2026-08-{number:02}")
    page = report(office, "--format", "html")
    [paths] = re.findall(r'viewBox="59 0 31 34"[^>]*><path class="u" d="([^"]*)"/></svg>', page)

    assert paths.count("M") == 31


@pytest.mark.parametrize(
    ("options", "why"),
    [
        (["--month", "2026-13"], "is no month"),
        (["--month", "August"], "is no month"),
        (["--month", "2026-10"], "is still to come"),
        (["--month", "2024-01"], "is too long ago"),
        (["--component", "lnks"], "there is no component"),
        (["--out", "/nowhere/at/all.md"], "cannot be written"),
    ],
)
def test_what_cannot_be_told_is_refused_with_a_sentence(
    office: Office, options: list[str], why: str
) -> None:
    done = office.trueup("report", *options, at=SEPTEMBER)

    assert done.exit_code == 2
    assert why in done.stderr
    assert "Traceback" not in done.output
