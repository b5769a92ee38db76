"""What concerns trueup itself: who hears of its own trouble, and who notices when it is silent."""

from __future__ import annotations

import re
from datetime import time, timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest

from monitor.config import Config
from monitor.config.model import DailyTest, Retention
from tests.monitor.config.test_policy import CHANNELS
from tests.monitor.config.toys import A_PROBE, read, refused, warned

BEAT = "https://hc.example.org/ping/0123456789abcdef"


def loaded(folder: Path, lines: str, before: str = "") -> Config:
    text = f"{before}\n[trueup]\n{lines}\n{A_PROBE}channels = ['oncall', 'chat', 'phone']\n"
    return read(folder, text + CHANNELS, {"BEAT": BEAT})


def test_without_a_word_the_channels_of_the_defaults_hear_of_it(tmp_path: Path) -> None:
    defaults = "[defaults]\nchannels.critical = ['oncall', 'phone', 'oncall']\n"

    assert loaded(tmp_path, "", defaults).operators == ("oncall", "phone")
    assert loaded(tmp_path, "operators = ['chat']", defaults).operators == ("chat",)
    assert loaded(tmp_path, "operators = []", defaults).operators == ()
    assert loaded(tmp_path, "").operators == ()


def test_the_smallest_file_asks_the_usual_anchors_and_gives_no_sign_of_life(
    tmp_path: Path,
) -> None:
    config = loaded(tmp_path, "")

    assert (config.address, config.anchors, config.heartbeat) == ("", None, None)
    assert (config.daily_test, config.template, config.retention) == (None, None, Retention())
    assert config.windows == ()


def test_the_address_of_the_heartbeat_is_a_secret_wherever_it_came_from(tmp_path: Path) -> None:
    for written in ("${env:BEAT}", BEAT):
        config = loaded(tmp_path, f'heartbeat = {{ url = "{written}", every = "30s" }}')
        assert config.heartbeat is not None
        assert (config.heartbeat.url, config.heartbeat.every) == (BEAT, timedelta(seconds=30))
        assert BEAT in config.secrets
        assert BEAT not in repr(config.heartbeat)


def test_the_token_of_the_figures_is_a_secret_wherever_it_came_from(tmp_path: Path) -> None:
    for written in ("${env:BEAT}", BEAT):
        config = loaded(tmp_path, f'metrics_token = "{written}"')
        assert config.metrics_token == BEAT
        assert BEAT in config.secrets
        assert BEAT not in repr(config)
    assert loaded(tmp_path, "").metrics_token == ""


def test_the_test_page_goes_to_the_operators_unless_somebody_else_is_named(tmp_path: Path) -> None:
    test = 'operators = ["chat"]\ndaily_test = { time = "09:00", timezone = "Europe/Berlin"'
    own, other = loaded(tmp_path, test + "}"), loaded(tmp_path, test + ', channels = ["phone"]}')

    assert own.daily_test == DailyTest(
        time=time(9), zone=ZoneInfo("Europe/Berlin"), channels=("chat",)
    )
    assert other.daily_test is not None
    assert other.daily_test.channels == ("phone",)


def test_anchors_are_places_or_the_gateway_and_none_at_all_is_an_answer(tmp_path: Path) -> None:
    several = loaded(tmp_path, 'anchors = ["192.0.2.1:443", "[2001:db8::1]:53", "gateway"]')

    assert several.anchors == ("192.0.2.1:443", "[2001:db8::1]:53", "gateway")
    assert loaded(tmp_path, "anchors = []").anchors == ()


def test_an_operators_channel_is_not_idle(tmp_path: Path) -> None:
    text = f"[trueup]\noperators = ['oncall']\n{A_PROBE}channels = ['chat', 'phone']\n{CHANNELS}"
    assert read(tmp_path, text).warnings == ()


def test_a_template_belongs_to_the_configuration(tmp_path: Path) -> None:
    (tmp_path / "notice.txt.j2").write_text("{{ message.opening }}")
    config = loaded(tmp_path, 'template = "notice.txt.j2"')

    assert config.template == tmp_path / "notice.txt.j2"
    assert config.files[-1] == tmp_path / "notice.txt.j2"


@pytest.mark.parametrize(
    ("content", "told"),
    [
        (None, "cannot be used: there is no such file; correct its name or write one"),
        (b"{% if %}", "is no template: Expected an expression, got 'end of statement block' in l"),
        (b"{{ what", "is no template: unexpected end of template"),
        (b"\xff", "cannot be used: byte 1, in line 1, is not UTF-8; save it as UTF-8"),
        (b"x" * 70_000, "cannot be used: it is larger than 64 KiB; make it smaller"),
        (b"{{ " + b"(" * 30_000 + b" }}", "is nested too deep; write it flatter"),
    ],
)
def test_a_template_that_cannot_be_used_is_refused(
    content: bytes | None, told: str, tmp_path: Path
) -> None:
    if content is not None:
        (tmp_path / "notice.txt.j2").write_bytes(content)
    (only,) = refused(tmp_path, f"[trueup]\ntemplate = 'notice.txt.j2'\n{A_PROBE}")

    assert only.startswith(f"probes.toml:2: trueup.template: the file notice.txt.j2 {told}")


@pytest.mark.parametrize(
    ("line", "told"),
    [
        ("operators = ['onc']", "operators[0]: there is no channel 'onc'; did you mean 'oncall'?"),
        ("operators = 'oncall'", "operators: expected a list in [brackets], found text; write op"),
        ("address = 'trueup'", "address: is not a web address; write it in full, as"),
        ("anchors = ['192.0.2.1']", 'anchors[0]: \'192.0.2.1\' is neither "host:port" nor "gat'),
        ("metrics_token = 'short'", "metrics_token: is short enough to be guessed; write 16"),
        ("metrics_token = 'with spaces in it, alas'", "metrics_token: holds more than a header"),
        ("metrics_token = 5", "metrics_token: expected text in quotes, found a"),
        ("metrics_token = '${env:NONE}'", "metrics_token: the environment variable NONE is not"),
        ("heartbeat = 'x'", "heartbeat: expected a table, found text; write heartbeat = { … }"),
        ("heartbeat = {}", 'heartbeat.url: is missing; write url = "${env:URL}"'),
        ("heartbeat = { url = '' }", 'heartbeat.url: is empty; write url = "${env:URL}"'),
        ("heartbeat = { url = 'hc' }", "heartbeat.url: is not a web address; write it in full"),
        (f"heartbeat = {{ url = '{BEAT}', every = '9s' }}", "heartbeat.every: 9s is out of range"),
        ("heartbeat = { url = '${env:NONE}' }", "heartbeat.url: the environment variable NONE is"),
        ("daily_test = { time = '9:00' }", "daily_test.time: is not a time of day; write hours"),
        ("daily_test = {}", 'daily_test.time: is missing; write time = "22:00"'),
        ("daily_test = { time = '09:00' }", "daily_test: there is nobody to send it to; write ch"),
        (
            "daily_test = { time = '09:00', channels = ['onc'] }",
            "daily_test.channels[0]: there is no channel 'onc'; did you mean 'oncall'?",
        ),
    ],
)
def test_what_is_wrong_is_told_with_its_remedy(line: str, told: str, tmp_path: Path) -> None:
    (only,) = refused(tmp_path, f"[trueup]\n{line}\n{A_PROBE}{CHANNELS}")
    assert only.startswith(f"probes.toml:2: trueup.{told}")


def test_history_is_kept_as_long_as_is_written(tmp_path: Path) -> None:
    text = "[store]\nkeep_runs = '7d'\nkeep_hours = '1000d'\nbackups = 0\n"
    assert read(tmp_path, text + A_PROBE).retention == Retention(
        runs=timedelta(days=7), hours=timedelta(days=1000), backups=0
    )


@pytest.mark.parametrize(
    ("line", "told"),
    [
        ("keep_runs = '1h'", "keep_runs: 1h is out of range; write 1d or more and 36500d or less"),
        (
            "keep_runs = '120d'",
            (
                "keep_runs (120d) is longer than keep_five_minutes (90d); "
                'write keep_five_minutes = "120d" or more'
            ),
        ),
        (
            "keep_hours = '80d'",
            (
                "keep_five_minutes (90d) is longer than keep_hours (80d); "
                'write keep_hours = "90d" or more'
            ),
        ),
        ("backups = 1000", "backups: is too large; write 365 or less"),
        ("keep_days = '1d'", "keep_days: unknown key 'keep_days'; did you mean 'keep_runs'?"),
    ],
)
def test_what_is_coarser_is_kept_longer(line: str, told: str, tmp_path: Path) -> None:
    (only,) = refused(tmp_path, f"[store]\n{line}\n{A_PROBE}")
    assert re.match(r"probes.toml:2: store\.", only)
    assert told in only


def test_nobody_hears_of_a_channel_that_nobody_uses(tmp_path: Path) -> None:
    config = read(tmp_path, f"{A_PROBE}channels = ['chat', 'phone']\n{CHANNELS}")
    assert len(warned(config, tmp_path)) == 1
