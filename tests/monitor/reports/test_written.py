"""The post-mortem of the second outage, read by somebody who was not there."""

from __future__ import annotations

import json
import re
from datetime import timedelta
from pathlib import Path

import pytest

from tests.monitor.reports.conftest import Open
from tests.monitor.reports.offices import CONFIG, Office
from tests.monitor.reports.replayed import BROKE, MINUTE
from tests.support.checkout import ROOT

GOLDEN = Path(__file__).parent / "shortener.md"
NEXT_DAY = BROKE + timedelta(hours=12)
FILL = re.compile(r"\[FILL IN[^\]]*\]")


def test_whoever_was_not_there_reads_what_happened_from_the_fault_to_the_end(
    office: Office,
) -> None:
    done = office.trueup("postmortem", "1", at=NEXT_DAY)

    assert done.exit_code == 0
    assert done.stdout == GOLDEN.read_text("utf-8")


def test_the_documentation_shows_the_very_same_document() -> None:
    shown = (ROOT / "docs" / "postmortems.md").read_text("utf-8")

    assert f"````markdown\n{GOLDEN.read_text('utf-8')}````\n" in shown


def test_every_instant_can_be_told_in_the_time_of_the_reader(office: Office) -> None:
    said = office.trueup("postmortem", "1", "--timezone", "Asia/Tokyo", at=NEXT_DAY).stdout

    assert "from 06:03:30 to 06:26:30 JST (Asia/Tokyo)" in said
    assert "On Tuesday, 4 August 2026" in said


def test_a_time_zone_that_does_not_exist_is_no_reason_for_a_traceback(office: Office) -> None:
    done = office.trueup("postmortem", "1", "--timezone", "Mars/Phobos", at=NEXT_DAY)

    assert done.exit_code == 2
    assert "is no time zone" in done.stderr


def test_programs_get_the_same_in_json(office: Office) -> None:
    found = office.json("postmortem", "1", at=NEXT_DAY)

    assert found["times"]["detect"] == {"least_s": 30.0, "most_s": 60.0}
    assert found["times"]["acknowledge"] == {"least_s": 720.0, "most_s": 750.0}
    assert found["lasted_s"] == 1380.0
    assert found["user_minutes"] == 9200
    assert found["budgets"][0]["left_s"] == -480.0
    assert [each["version"] for each in found["deploys"] if each["may_be_followed"]] == ["1.4.2"]
    assert [each["at"] for each in found["timeline"]] == sorted(e["at"] for e in found["timeline"])
    kinds = [each["kind"] for each in found["timeline"]]
    assert kinds[:3] == ["last_good", "deploy", "failed"]


def test_a_file_that_somebody_may_have_written_in_is_never_overwritten(office: Office) -> None:
    file = office.folder / "1.md"
    first = office.trueup("postmortem", "1", "--out", str(file), at=NEXT_DAY)
    again = office.trueup("postmortem", "1", "--out", str(file), at=NEXT_DAY)

    assert (first.exit_code, again.exit_code) == (0, 2)
    assert file.read_text("utf-8") == GOLDEN.read_text("utf-8")


def test_while_it_is_open_it_tells_what_is_known_so_far(office: Office) -> None:
    _reopen(office)
    said = office.trueup("postmortem", "1", at=BROKE + 30 * MINUTE).stdout

    assert "for 30 minutes so far" in said
    assert "about 12,000 user-minutes so far" in said
    assert "It is still open; this is what is known so far." in said


def test_a_secret_that_was_quoted_when_nobody_knew_it_to_be_one_is_not_quoted_again(
    open_office: Open, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("KEY", "4f1c9e2d7b30")
    probe = '[probe.shown]\nkind = "http"\nurl = "http://127.0.0.1:9/"\n'
    office = open_office(probe + 'headers = { authorization = "${env:KEY}" }\n')
    said = office.trueup("postmortem", "1", at=NEXT_DAY).stdout
    document = office.trueup("postmortem", "1", "--json", at=NEXT_DAY).stdout

    assert "ERROR api POST /shorten request=" in said
    assert "4f1c9e2d7b30" not in said + document


def test_what_is_configured_no_more_is_called_what_it_was_called_then(
    shortened: Path, tmp_path: Path
) -> None:
    text = CONFIG[: CONFIG.index("[service.api]")]
    gone, kept = text.index("[component.links]"), text.index("[component.home]")
    office = Office(tmp_path, shortened, text[:gone] + text[kept:])
    said = office.trueup("postmortem", "1", at=BROKE + timedelta(days=500)).stdout

    assert said.startswith("# Post-mortem of incident 1: Links cannot be shortened\n")
    assert "[FILL IN: what people could not do]" in said


def test_there_may_be_no_such_incident(office: Office) -> None:
    done = office.trueup("postmortem", "12", at=NEXT_DAY)

    assert done.exit_code == 1
    assert "there is no incident 12" in done.stderr


def test_the_public_part_is_published_when_all_of_it_is_written_and_not_before(
    office: Office,
) -> None:
    file = office.folder / "1.md"
    office.trueup("postmortem", "1", "--out", str(file), at=NEXT_DAY)

    early = office.trueup("postmortem", "1", "--publish", str(file), at=NEXT_DAY)
    assert early.exit_code == 1
    assert "2 places in it are not filled in yet" in early.stderr

    file.write_text(_filled(file.read_text("utf-8"), "A parser was handed the wrong thing."))
    done = office.trueup("postmortem", "1", "--publish", str(file), at=NEXT_DAY)
    assert done.exit_code == 0
    [said] = _postmortems(office)
    assert said["words"].startswith("**What happened.** On Monday, 3 August 2026")
    assert "A parser was handed the wrong thing." in said["words"]
    assert "Nobody acknowledged" not in said["words"]
    assert "<!--" not in said["words"]


def test_publishing_again_corrects_what_was_published(office: Office) -> None:
    for words in ("First thoughts.", "Second thoughts."):
        document = _filled(GOLDEN.read_text("utf-8"), words)
        office.trueup("postmortem", "1", "--publish", "-", at=NEXT_DAY, stdin=document)

    [said] = _postmortems(office)
    assert "Second thoughts." in said["words"]
    assert said["edited_at"]


def test_publishing_the_same_again_changes_nothing(office: Office) -> None:
    document = _filled(GOLDEN.read_text("utf-8"), "Why.")
    once = office.trueup("postmortem", "1", "--publish", "-", at=NEXT_DAY, stdin=document)
    later = NEXT_DAY + 5 * MINUTE
    again = office.trueup("postmortem", "1", "--publish", "-", at=later, stdin=document)

    assert (once.exit_code, again.exit_code) == (0, 0)
    assert "nothing was changed" in again.stdout
    [said] = _postmortems(office)
    assert not said["edited_at"]


def test_one_that_people_wrote_down_is_published_under_its_own_name(office: Office) -> None:
    said = ("say", "new", "resolved", "A cable was cut.", "--component", "links")
    when = ("--began", "2026-08-04T02:10", "--ended", "2026-08-04T06:40")
    assert office.trueup(*said, *when, at=NEXT_DAY).exit_code == 0
    document = _filled(office.trueup("postmortem", "n1", at=NEXT_DAY).stdout, "A digger.")
    done = office.trueup("postmortem", "n1", "--publish", "-", at=NEXT_DAY, stdin=document)

    assert done.exit_code == 0
    [words] = _postmortems(office, "n1")
    assert "from 02:10:00 to 06:40:00 UTC, for 4 hours 30 minutes" in words["words"]
    assert "A digger." in words["words"]


def test_nothing_is_published_while_it_is_open(office: Office) -> None:
    _reopen(office)
    document = _filled(GOLDEN.read_text("utf-8"), "Why.")
    done = office.trueup("postmortem", "1", "--publish", "-", at=NEXT_DAY, stdin=document)

    assert done.exit_code == 1
    assert "still open" in done.stderr
    assert _postmortems(office) == []


@pytest.mark.parametrize(
    ("document", "why"),
    [
        ("# Notes\n\nNothing.", 'there is no section "## For the public"'),
        ("## For the public\n\n<!-- only this -->\n\n## More\nwords", "is empty"),
        ("## For the public\n[fill in why]", "1 place in it is not filled in"),
        ("```\n## For the public\nin a fence\n```", "there is no section"),
    ],
)
def test_what_is_no_public_part_is_not_published(office: Office, document: str, why: str) -> None:
    done = office.trueup("postmortem", "1", "--publish", "-", at=NEXT_DAY, stdin=document)

    assert done.exit_code == 1
    assert why in done.stderr


def _filled(document: str, words: str) -> str:
    return FILL.sub(words, document)


def _postmortems(office: Office, incident: str = "1") -> list[dict[str, str]]:
    said = json.loads(office.trueup("said", incident, "--json", at=NEXT_DAY).stdout)
    return [each for each in said["updates"] if each["status"] == "postmortem"]


def _reopen(office: Office) -> None:
    office.sql("UPDATE incident SET recovered_at = NULL, resolved_at = NULL")
