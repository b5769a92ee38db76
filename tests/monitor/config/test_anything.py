"""Whatever the bytes, the answer is a configuration or problems, never a traceback."""

from __future__ import annotations

import re
from pathlib import Path

from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st

from tests.monitor.config.test_values import WHOLE
from tests.monitor.config.toys import problems

anything = settings(
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow]
)
PLACED = re.compile(r"[^:]+(:\d+)?: .+")
KEYS = (
    "url",
    "kind",
    "every",
    "confirm",
    "channels",
    "probes",
    "include",
    "name",
    "x",
    *("open_after", "recheck", "severity", "during", "quiet", "remind", "escalation", "needs"),
    *("channels.warning", "during.night", "tags", "fallback", "days", "from", "until", "timezone"),
    *("starts", "lasts", "repeat", "cron", "ical", "operators", "anchors", "heartbeat", "address"),
    *("heartbeat.url", "daily_test.time", "template", "keep_runs", "backups"),
    "expect.status",
    "expect.json.x.type",
)
VALUES = (
    "1",
    "-1",
    "1.5",
    "nan",
    "inf",
    "true",
    "[]",
    "{}",
    "''",
    "'web'",
    "'page'",
    "'walk'",
    "'30s'",
    "['2s']",
    "[1, 'x', {}]",
    "[[[]]]",
    "{a = {b = 1}}",
    "'${env:A}'",
    "'${env:B}'",
    "'${'",
    "'$${'",
    "2026-01-01",
    "0xff",
    "99999999999999999999",
    "'*.toml'",
    "'probes.toml'",
    "'.'",
    "false",
    "'3 of 5'",
    "'5m'",
    "'night'",
    "['mon-fri']",
    "'22:00'",
    "'Europe/Berlin'",
    "'2026-12-01T02:00'",
    "'FREQ=DAILY'",
    "'0 3 * * *'",
    "[{after = '10m', to = ['oncall']}]",
    "['web']",
    "['oncall']",
    "'oncall'",
    "'192.0.2.1:443'",
    "{night = ['oncall']}",
    '"\\u0000"',
)
TABLES = (
    "trueup",
    "defaults",
    "defaults.page",
    "probe",
    "probe.web",
    "probe.Web",
    "[probe.web]",
    "component.all",
    "channel.oncall",
    "page",
    "store",
    "telemetry",
    "tag.edge",
    "hours.night",
    "maintenance.move",
    "other",
    "'odd name'.x",
)


def told(folder: Path, text: str | bytes) -> None:
    found = problems(folder, text, {"A": "held-by-a"})
    assert all(PLACED.fullmatch(str(problem)) for problem in found)
    assert list(found) == sorted(found)


@anything
@given(st.binary(max_size=200))
@example(b"\xef\xbb\xbf")
@example(b"[probe]\nweb = 1\rx")
def test_any_bytes(tmp_path: Path, content: bytes) -> None:
    told(tmp_path, content)


@anything
@given(st.text(st.sampled_from("ab.=[]{}\"'\\\n\r\t #,1$:é\x00-+_"), max_size=80))
def test_any_text_of_the_characters_that_toml_is_made_of(tmp_path: Path, text: str) -> None:
    told(tmp_path, text)


lines = st.one_of(
    st.builds("[{}]".format, st.sampled_from(TABLES)),
    st.builds("{} = {}".format, st.sampled_from(KEYS), st.sampled_from(VALUES)),
)


@anything
@given(st.lists(lines, max_size=12))
def test_any_arrangement_of_keys_and_values(tmp_path: Path, written: list[str]) -> None:
    told(tmp_path, "\n".join(written))


@anything
@given(st.data())
def test_a_good_file_with_a_few_characters_changed(tmp_path: Path, data: st.DataObject) -> None:
    text = list(WHOLE)
    for _ in range(data.draw(st.integers(1, 3))):
        at = data.draw(st.integers(0, len(text) - 1))
        text[at] = data.draw(
            st.sampled_from(["", '"', "=", "\n", "[", "]", "x", "0", ".", "{", "'"])
        )
    told(tmp_path, "".join(text))
