"""The verdict as JUnit XML, in the part of it that Jenkins, GitLab and others all read.

Whatever a target answered may stand in it, so nothing reaches it that XML cannot hold.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import timedelta
from typing import Final
from xml.etree.ElementTree import Element, SubElement, indent, tostring

from monitor.clock import iso
from monitor.gating.evidence import NOTHING, Evidence, Found
from monitor.gating.gate import Verdict
from monitor.gating.tally import Standing, Tally
from monitor.gating.wording import details, found
from probes import Reason

# What XML 1.0 does not allow anywhere, not even as a reference.
_NOT_XML: Final = re.compile("[^\t\n\r\x20-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")
_PICTURES: Final = (".png", ".jpg", ".jpeg")


def junit(verdict: Verdict, suite: str, evidence: Found, scrub: Callable[[str], str]) -> bytes:
    """One test case for each probe. *suite* says what the gate is of: `trueup.staging`."""

    def plain(text: str) -> str:
        return _NOT_XML.sub("�", scrub(text))

    counts = {
        "tests": str(len(verdict.tallies)),
        "failures": str(len(verdict.of(Standing.FAILED))),
        "errors": str(len(verdict.of(Standing.UNKNOWN))),
        "time": _seconds(verdict.lasted),
    }
    root = Element("testsuites", {"name": "trueup gate", **counts})
    began = iso(verdict.began_at).partition(".")[0]
    named = {"name": plain(suite), **counts, "skipped": "0", "timestamp": began}
    of_suite = SubElement(root, "testsuite", named)
    for tally in verdict.tallies:
        _case(of_suite, tally, verdict, (evidence.get(tally.probe.id, NOTHING), plain))
    indent(root)
    written: bytes = tostring(root, encoding="utf-8", xml_declaration=True)
    return written


def _case(
    suite: Element,
    tally: Tally,
    verdict: Verdict,
    known: tuple[Evidence, Callable[[str], str]],
) -> None:
    evidence, plain = known
    named = {"classname": suite.get("name", ""), "name": plain(tally.probe.id)}
    case = SubElement(suite, "testcase", {**named, "time": _seconds(tally.lasted)})
    standing = tally.standing(verdict.terms)
    if standing is Standing.PASSED:
        return
    tag = "failure" if standing is Standing.FAILED else "error"
    message, kind = plain(found(tally, verdict)), _reason(tally, standing)
    trouble = SubElement(case, tag, {"message": message, "type": kind})
    trouble.text = "\n".join(plain(line) for line in [message, *details(tally, verdict, evidence)])
    if evidence.files:
        pictures_first = sorted(evidence.files, key=lambda name: not name.endswith(_PICTURES))
        shown = (f"[[ATTACHMENT|{plain(name)}]]" for name in pictures_first)
        SubElement(case, "system-out").text = "\n".join(shown)


def _reason(tally: Tally, standing: Standing) -> str:
    run = tally.against if standing is Standing.FAILED else tally.error
    reason: Reason | None = run.result.reason if run else None
    return reason.value if reason else standing.value


def _seconds(span: timedelta) -> str:
    return f"{span.total_seconds():.3f}"
