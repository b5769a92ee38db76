"""The verdict as pipelines read it, whatever a target answered."""

from __future__ import annotations

import html
import re
from datetime import timedelta
from typing import Any
from xml.etree.ElementTree import Element, fromstring

import pytest
from hypothesis import given
from hypothesis import strategies as st
from markdown_it import MarkdownIt

from monitor.gating import NOTHING, Evidence, Tally, Terms, Verdict, junit, markdown
from monitor.gating.markdown import BYTES_MAX
from probes import Outcome, Step
from tests.monitor.gating.gates import a_run, tally, verdict_of
from tests.support.configs import a_probe

HOSTILE = (
    '\x1b[31m</failure>]]>&<script>\x00\x07\ud800\ufffe | [x](http://e) `a` @you "q"\r\nsecond'
)
EVIL = [
    "| a | b |\n# heading",
    "<img src=x onerror=alert(1)>",
    "[click](javascript:alert(1)) ![](http://x.example.org/p.png)",
    "</pre></details><h1>out</h1>",
    "www.evil.example.org https://evil.example.org you@example.org @everyone :x: #1",
    "``` `code` **bold** __b__ ~~s~~ $x^2$ &lt;b&gt;",
]


def same(text: str) -> str:
    return text


def failed(summary: str = "status 502", excerpt: str = "", **probe: Any) -> Tally:
    counted = Tally(probe=a_probe("upload", **probe))
    run = a_run("f", counted.probe, summary=summary, excerpt=excerpt)
    return counted.after(run, Terms())


def case_of(verdict: Verdict, evidence: Evidence = NOTHING) -> Element:
    [suite] = fromstring(junit(verdict, "trueup.staging", {"upload": evidence}, same))
    return suite[0]


def test_a_test_case_for_each_probe_with_what_pipelines_count() -> None:
    verdict = verdict_of([tally("ppp"), tally("fff"), tally("eee")])
    root = fromstring(junit(verdict, "trueup.staging", {}, same))
    [suite] = root
    assert root.tag == "testsuites"
    assert suite.attrib == {
        "name": "trueup.staging",
        "tests": "3",
        "failures": "1",
        "errors": "1",
        "skipped": "0",
        "time": "121.300",
        "timestamp": "2026-03-14T02:00:00",
    }
    passed, broken, unknown = suite
    assert list(passed) == []
    assert passed.attrib == {"classname": "trueup.staging", "name": "toy", "time": "0.030"}
    assert [child.tag for child in broken] == ["failure"]
    assert [child.tag for child in unknown] == ["error"]
    assert broken[0].get("type") == "status"
    assert broken[0].get("message") == "failed 3 of 3 runs: saw FAIL"


def test_a_failure_says_the_step_the_answer_the_files_and_what_to_do() -> None:
    steps = (
        Step("sign in", timedelta(seconds=1), Outcome.PASS),
        Step("choose a file", timedelta(seconds=1), Outcome.FAIL),
    )
    counted = Tally(probe=a_probe("upload", playbook="https://wiki.example.org/upload"))
    run = a_run("f", counted.probe, steps=steps, excerpt="Bad gateway\nnode: command not found")
    verdict = verdict_of([counted.after(run, Terms())])
    files = ("var/trace.zip", "var/screenshot.png")
    case = case_of(verdict, Evidence(files=files, trace="https://traces.example.org/7"))
    assert (case[0].text or "").splitlines() == [
        "failed 1 of 1 run: saw FAIL",
        'failed in "choose a file", step 2',
        "| Bad gateway",
        "| node: command not found",
        "kept: var/trace.zip",
        "kept: var/screenshot.png",
        "trace: https://traces.example.org/7",
        "playbook: https://wiki.example.org/upload",
    ]
    assert (case[1].text or "").splitlines() == [
        "[[ATTACHMENT|var/screenshot.png]]",
        "[[ATTACHMENT|var/trace.zip]]",
    ], "the picture first: some show only one"


def test_what_it_failed_with_at_first_is_told_when_it_was_something_else() -> None:
    counted = Tally(probe=a_probe("upload"))
    for said in ("node: command not found", "status 502"):
        counted = counted.after(a_run("f", counted.probe, summary=said), Terms())
    text = case_of(verdict_of([counted]))[0].text or ""
    assert "at first: node: command not found" in text


@given(st.text(max_size=60), st.text(max_size=200))
def test_no_answer_breaks_the_report(summary: str, excerpt: str) -> None:
    verdict = verdict_of([failed(summary, excerpt), failed(HOSTILE, HOSTILE)])
    [suite] = fromstring(junit(verdict, "trueup.staging", {}, same))
    assert len(suite) == 2


def test_an_answer_gives_the_log_of_a_pipeline_no_orders() -> None:
    hostile = (
        "::set-env name=A::b\n##[add-mask]x\n##vso[task.complete]\n##teamcity[x]\n\x1b]0;t\x07"
    )
    text = case_of(verdict_of([failed(hostile, hostile)]))[0].text or ""
    assert not re.search(r"##\w*\[|\x1b|\x07", text)
    assert not [line for line in text.splitlines() if line.lstrip().startswith("::")]


@pytest.mark.parametrize("evil", EVIL)
def test_in_a_summary_an_answer_is_shown_and_means_nothing(evil: str) -> None:
    said = markdown(verdict_of([failed(evil, evil)]), "trueup gate in staging", {}, same)
    table, _, more = said.partition("\n<details")
    page = MarkdownIt("gfm-like", {"html": False, "linkify": False}).render(table)
    [row] = re.findall(r"<tr>\s*<td>.*?</tr>", page, re.DOTALL)
    assert set(re.findall(r"<(/?\w+)", row)) <= {"tr", "/tr", "td", "/td"}
    assert len(re.findall("<td", row)) == 5
    shown = html.unescape(re.findall(r"<td[^>]*>(.*?)</td>", row, re.DOTALL)[-1])
    assert shown == f"failed 1 of 1 run: {' '.join(evil.split())}"
    assert not re.search(r"://|www\.", table), "nothing for GitHub to make a link of"
    assert more.count("</pre>") == more.count("</details>") == 1


def test_a_summary_shows_every_probe_and_more_of_what_failed() -> None:
    good = Tally(probe=a_probe("api"))
    for _ in range(3):
        good = good.after(a_run("p", good.probe), Terms())
    verdict = verdict_of([good, failed(excerpt="Bad gateway")])
    evidence = {"upload": Evidence(files=("var/x.png",))}
    said = markdown(verdict, "trueup gate of api in staging", evidence, same)
    assert said.splitlines()[0] == (
        "## ❌ trueup gate of api in staging: failed after 2m1s: 1 of 2 probes did not pass 3 times"
        " in a row"
    )
    assert "| ✅ | api | 3 | 10 ms | passed 3 times in a row |" in said
    assert "| ❌ | upload | 1 | 10 ms | failed 1 of 1 run: status 502 |" in said
    assert "| Bad gateway\nkept: var/x.png\n</pre>" in said


def test_a_summary_is_never_too_large_to_be_shown() -> None:
    many = [failed(excerpt="x" * 400 + "\n" * 20) for _ in range(2000)]
    said = markdown(verdict_of(many), "trueup gate", {}, same)
    assert len(said.encode()) <= BYTES_MAX + 1000


def test_no_secret_is_in_a_report_however_it_got_there() -> None:
    counted = failed("token canary-hunter2", "canary-hunter2", playbook="https://x/canary-hunter2")
    verdict = verdict_of([counted])

    def scrub(text: str) -> str:
        return text.replace("canary-hunter2", "***")

    evidence = {"upload": Evidence(files=("var/canary-hunter2.png",))}
    assert b"hunter2" not in junit(verdict, "trueup.canary-hunter2", evidence, scrub)
    assert "hunter2" not in markdown(verdict, "trueup gate", evidence, scrub)
