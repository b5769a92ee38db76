"""`trueup blindspots` as people and pipelines call it."""

from __future__ import annotations

import json
import os
import pty
import re
import signal
import subprocess
import sys
import tomllib
from pathlib import Path
from typing import Any

import psutil
import pytest
from typer.testing import CliRunner, Result

from monitor.blindspots.candidates import SENTENCES
from monitor.cli import app
from monitor.config import load
from tests.monitor.blindspots.conftest import Site
from tests.support.checkout import ROOT
from tests.support.waiting import until

QUICK = ("--per-minute", "6000")


def blindspots(config: Path, *arguments: str) -> Result:
    return CliRunner().invoke(app, ["blindspots", *arguments, *QUICK, "-c", str(config)])


def document(config: Path, *arguments: str) -> Any:
    return json.loads(blindspots(config, *arguments, "--json").stdout)


def test_the_matrix_is_readable_and_the_holes_come_with_their_lines(config: Path) -> None:
    done = blindspots(config, "list", "page", "write", "never")
    said = done.stdout.splitlines()

    assert done.exit_code == 0
    assert " " * 20 + "┌ list" in said
    assert any(re.fullmatch(r" {20}│ +│ +│ +┌ never", line) for line in said)
    assert any(line.split() == ["refused", "●", "●", "●", "–"] for line in said)
    assert any(line.split() == ["empty-lists", "○", "·", "–", "–"] for line in said)
    assert "list would not notice" in said
    assert '      expect.json."$.items[*]".count_min = 3' in said
    assert "a-token-nobody-may-see" not in done.output


def test_on_a_terminal_it_shows_how_far_it_is_and_folds_what_is_long(config: Path) -> None:
    ours, theirs = pty.openpty()
    command = [
        sys.executable,
        "-m",
        "monitor",
        "blindspots",
        "list",
        "-f",
        "stale",
        "-f",
        "refused",
    ]
    environment = os.environ | {"COLUMNS": "80", "TERM": "xterm", "NO_COLOR": "1"}
    with subprocess.Popen(
        [*command, *QUICK, "-c", str(config)],
        env=environment,
        stdin=subprocess.DEVNULL,
        stdout=theirs,
        stderr=theirs,
        cwd=ROOT,
    ) as process:
        os.close(theirs)
        said = b"".join(iter(lambda: some(ours), b"")).decode()
    os.close(ours)
    plain = re.sub(r"\x1b\[[0-9;?]*[a-zA-Z]", "", said)

    assert process.returncode == 0
    assert "2/2 tried, 1 unseen" in plain
    assert "One answer alone does not show its age" in plain
    assert max(map(len, plain.splitlines())) <= 80


def some(terminal: int) -> bytes:
    try:
        return os.read(terminal, 65536)
    except OSError:  # the far end of a terminal was closed
        return b""


def test_programs_are_told_every_trial(config: Path) -> None:
    found = document(config, "list", "--fault", "empty-lists", "--fault", "refused")

    assert [(each["fault"], each["verdict"]) for each in found["matrix"]] == [
        ("refused", "seen"),
        ("empty-lists", "unseen"),
    ]
    assert (found["complete"], found["score"]) == (True, 50)
    assert found["components"][0]["unseen"] == ["empty-lists"]
    assert found["remedies"][0]["lines"] == ['expect.json."$.items[*]".count_min = 3']


@pytest.mark.parametrize(("least", "status"), [("50", 0), ("51", 1)])
def test_a_pipeline_ends_below_the_score_that_it_wants(
    config: Path, least: str, status: int
) -> None:
    faults = ("--fault", "empty-lists", "--fault", "refused")

    assert blindspots(config, "list", *faults, "--min-score", least).exit_code == status


def test_what_does_not_pass_as_it_is_could_not_be_told(config: Path) -> None:
    done = blindspots(config, "broken", "page", "--fault", "refused")

    assert done.exit_code == 3
    assert "! broken does not pass as it is: status 503, expected 2xx" in done.stdout


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (["lists"], "there is no probe 'lists'; did you mean list?"),
        (["--fault", "stail"], "there is no fault 'stail'; did you mean 'stale'?"),
        (["--fault", "nosuch"], "trueup blindspots --list shows them"),
        (["--tag", "none"], "no probe fits"),
    ],
)
def test_what_there_is_not_is_said_with_what_was_meant(
    config: Path, arguments: list[str], said: str
) -> None:
    done = blindspots(config, *arguments)

    assert done.exit_code == 2
    assert said in " ".join(done.stderr.split())


def test_what_nobody_wants_tried_has_no_score_and_says_which_key_says_so(config: Path) -> None:
    done = blindspots(config, "never", "--min-score", "1")

    assert done.exit_code == 3
    assert '– never 20 faults not tried: blindspots = "never"' in done.stdout
    assert "0 broken runs of 0 probes" in done.stdout
    assert "nothing could be tried" in done.stderr


def test_half_a_test_is_no_full_bar(config: Path) -> None:
    done = blindspots(config, "write", "--min-score", "50")
    [said] = [each for each in done.stdout.splitlines() if " %  " in each]

    assert "the score is of what was tried: 14 of 20 not at all\n" in done.stderr
    assert re.search(r" █+░*╌+ +66 %  4 of 6; 14 of 20 not tried$", said)


def test_where_the_lines_belong_is_said_once(config: Path) -> None:
    head = "[probe.list.expect]\nstatus = 200\n[probe.page]"
    config.write_text(config.read_text().replace("[probe.page]", head))
    faults = ("list", "--fault", "wrong-environment", "--fault", "stale")
    said = blindspots(config, *faults).stdout
    assert re.search(r"# below \[probe\.list\.expect\], probes\.toml:\d+:\n +environment = ", said)
    assert "The other lines belong under [probe.list], probes.toml:" in said
    said = blindspots(config, *faults[:3]).stdout
    assert "# below [probe.list.expect]" in said
    assert "belong under" not in said
    [remedy] = document(config, *faults[:3])["remedies"]
    assert remedy["table"] == "[probe.list.expect]"


def test_what_is_accepted_is_no_hole_and_no_part_of_the_score(config: Path) -> None:
    faults = ("--fault", "stale", "--fault", "refused")
    before = document(config, "list", *faults)
    [line] = [each["lines"] for each in before["remedies"] if each["accepts"]]
    config.write_text(config.read_text().replace("[probe.list]", f"[probe.list]\n{line[0]}"))
    after = document(config, "list", *faults)

    assert line == ['blindspots_accept = ["stale"]']
    assert (before["score"], after["score"], after["remedies"]) == (50, 100, [])
    assert after["components"][0]["accepted"] == ["stale"]
    said = blindspots(config, "list", *faults).stdout
    assert re.search(r"^stale +a$", said, re.MULTILINE)
    assert "100 %  1 of 1; 1 accepted" in said


def test_what_is_piped_is_never_cropped_and_no_matrix_is_wider_than_it_may_be(config: Path) -> None:
    table = config.read_text().partition("[probe.page]")[2].partition("[probe.write]")[0]
    with config.open("a") as file:
        file.writelines(f"[probe.another-page-{number}]{table}" for number in range(24))
    ids = [f"another-page-{number}" for number in range(24)]
    said = blindspots(config, *ids, "--fault", "stale", "--fault", "refused").stdout

    assert max(len(line) for line in said.splitlines() if "┌" in line) <= 80
    assert said.count("would not notice") == 1
    assert f"{SENTENCES['stale']}\n" in said


def test_the_faults_are_listed_without_a_configuration(tmp_path: Path) -> None:
    done = CliRunner().invoke(app, ["blindspots", "--list", "-c", str(tmp_path / "none.toml")])

    assert done.exit_code == 0
    assert any(line.startswith("empty-tables") for line in done.stdout.splitlines())


def test_what_is_pasted_where_it_says_makes_a_configuration(config: Path) -> None:
    said = blindspots(config, "list", "page", "--toml").stdout
    written = config.read_text().splitlines()
    for part in reversed(f"\n\n{said}".split("\n\n# in ")[1:]):  # from the end of the file upwards
        head, _, lines = part.partition(":\n")
        table, _, place = head.partition(", probes.toml:")
        assert written[int(place) - 1] == table
        plain = [line for line in lines.splitlines() if "# instead of" not in line]
        written[int(place) : int(place)] = plain
    config.write_text("\n".join(written))

    pasted = tomllib.loads(config.read_text())
    assert pasted["probe"]["list"]["expect"]["environment"] == "production"
    assert "blindspots_accept" not in pasted["probe"]["list"]
    assert "list" in load(config).probes


def test_a_journey_is_travelled_through_faults_in_a_real_browser(config: Path, site: Site) -> None:
    names = ("writes-500", "stale", "assets-missing", "link-lost")
    faults = [argument for name in names for argument in ("--fault", name)]
    found = document(config, "signin", *faults)

    assert {each["fault"]: each["verdict"] for each in found["matrix"]} == {
        "writes-500": "seen",
        "stale": "unseen",
        "assets-missing": "unseen",
        "link-lost": "not_touched",
    }
    assert site.asked.count("POST /enter") == 4  # once as it is, and never under writes-500
    remedies = [each for each in found["remedies"] if not each["accepts"]]
    closed = {fault: remedy for remedy in remedies for fault in remedy["faults"]}
    beside = closed["assets-missing"]
    assert beside["table"] == "[probe.signin-assets]"
    assert f'url = "{site.url}/style.css"' in beside["lines"]
    assert "writes something" in closed["stale"]["sentence"]
    with config.open("a") as file:
        file.write("\n".join([beside["table"], *beside["lines"]]))
    assert "signin-assets" in load(config).probes


@pytest.mark.parametrize(
    ("sign", "status"), [(signal.SIGINT, 130), (signal.SIGTERM, 143)], ids=["Ctrl-C", "SIGTERM"]
)
def test_it_can_be_stopped_says_what_it_knows_and_leaves_no_browser_behind(
    config: Path, sign: signal.Signals, status: int
) -> None:
    command = [sys.executable, "-m", "monitor", "blindspots", "signin", "list", "--json"]
    with subprocess.Popen(
        [*command, "--per-minute", "2", "-c", str(config)],
        cwd=ROOT,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    ) as process:
        ours = psutil.Process(process.pid)
        until(lambda: len(ours.children(recursive=True)) > 2, "there is a browser")
        children = ours.children(recursive=True)
        process.send_signal(sign)
        printed, said = process.communicate(timeout=30)

    assert process.returncode == status
    assert said.endswith("stopped before everything was tried\n")
    assert "Traceback" not in said
    assert json.loads(printed)["complete"] is False
    _, left = psutil.wait_procs(children, timeout=10)
    assert left == []
