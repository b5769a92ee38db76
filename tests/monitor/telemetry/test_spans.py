"""A run, as people see it who look at traces."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest

from monitor.clock import to_us
from monitor.runner import Run, Try
from monitor.telemetry.spans import PARTS_MAX, Sample, Span, spans_of, wanted
from monitor.tracing import span_id_of, trace_id_of
from probes import KINDS, Outcome, Reason, Result, Settings, Step
from probes.result import Facts
from tests.support.clock import NIGHT
from tests.support.configs import a_probe
from tests.support.tools import settings_of

TRACE = trace_id_of("instance", "toy", "here", NIGHT)
MS = timedelta(milliseconds=1)
FACTS = Facts(address="[2001:db8::1]:8443", status=503, http_version="1.1")
PASS = Result(outcome=Outcome.PASS, took=80 * MS, phases={"connect": 30 * MS, "wait": 50 * MS})
FAIL = Result(
    outcome=Outcome.FAIL,
    reason=Reason.STATUS,
    summary="status 503",
    took=40 * MS,
    phases={"connect": 40 * MS},
    facts=FACTS,
)
JOURNEY = Result(
    outcome=Outcome.FAIL,
    reason=Reason.SIGN_IN_REFUSED,
    summary="'Wrong password'",
    took=900 * MS,
    steps=(Step("open", 400 * MS, Outcome.PASS), Step("sign in", 500 * MS, Outcome.FAIL)),
)
BROKEN = Result(outcome=Outcome.ERROR, reason=Reason.BROWSER_CRASHED, summary="it died", took=MS)
WALK = Result(outcome=Outcome.PASS, took=900 * MS, steps=(Step("open", 900 * MS, Outcome.PASS),))


def a_run(result: Result, *earlier: Try, settings: Settings | None = None, **more: Any) -> Run:
    probe = a_probe(settings=settings or Settings())
    started_at = NIGHT + timedelta(milliseconds=3)
    given = {"lasted": 2000 * MS, "decided_after": 1900 * MS if earlier else timedelta()} | more
    return Run(
        probe=probe, slot=NIGHT, started_at=started_at, result=result, earlier=earlier, **given
    )


def spans(run: Run) -> list[Span]:
    return list(spans_of(run, TRACE, "here", lambda text: text.replace("hunter2", "•••")))


def test_a_run_of_one_try_is_the_span_that_was_sent_and_its_phases_follow_one_another() -> None:
    root, connect, wait = spans(a_run(PASS))

    began_us = to_us(NIGHT) + 3000
    assert (root.name, root.id, root.parent) == ("probe toy", span_id_of(TRACE, "1"), "")
    assert (root.began_us, root.lasted_us, root.asks, root.said) == (began_us, 2_000_000, True, "")
    assert [(s.name, s.parent, s.began_us, s.lasted_us) for s in (connect, wait)] == [
        ("connect", root.id, began_us, 30_000),
        ("wait", root.id, began_us + 30_000, 50_000),
    ]
    assert len({root.id, connect.id, wait.id}) == 3


def test_every_try_of_several_is_a_span_that_was_sent() -> None:
    root, one, _, two, _, _ = spans(a_run(PASS, Try(timedelta(), FAIL)))

    assert (root.asks, root.parent, root.said) == (False, "", "")
    assert [(s.name, s.id, s.parent, s.asks, s.said) for s in (one, two)] == [
        ("try 1", span_id_of(TRACE, "1"), root.id, True, "status 503"),
        ("try 2", span_id_of(TRACE, "2"), root.id, True, ""),
    ]
    assert two.began_us - one.began_us == 1_900_000
    assert (one.attributes["http.response.status_code"], one.lasted_us) == (503, 40_000)


def test_a_failure_says_what_was_found_in_the_words_of_the_conventions() -> None:
    url = "https://user:hunter3@shop.example.org:8443/orders/hunter2?token=abc#part"
    settings = settings_of(KINDS["http"], {"url": url, "method": "HEAD"})
    root = spans(a_run(FAIL, settings=settings))[0]

    assert root.said == "status 503"
    assert root.attributes == {
        "trueup.probe": "toy",
        "trueup.kind": "toy",
        "trueup.location": "here",
        "trueup.tries": 1,
        "trueup.outcome": "FAIL",
        "trueup.reason": "status",
        "error.type": "status",
        "http.request.method": "HEAD",
        "http.response.status_code": 503,
        "network.protocol.version": "1.1",
        "network.peer.address": "2001:db8::1",
        "network.peer.port": 8443,
        "server.address": "shop.example.org",
        "server.port": 8443,
        "url.full": "https://shop.example.org:8443/orders/•••",
    }


def test_the_step_that_failed_says_so_and_the_others_do_not() -> None:
    assert [(span.name, span.said) for span in spans(a_run(JOURNEY))] == [
        ("probe toy", "'Wrong password'"),
        ("open", ""),
        ("sign in", "'Wrong password'"),
    ]


def test_trouble_of_our_own_is_no_error_of_the_target() -> None:
    (root,) = spans(a_run(BROKEN))

    assert root.said == ""
    assert root.attributes["trueup.outcome"] == "ERROR"
    assert "error.type" not in root.attributes


@pytest.mark.parametrize("url", ["", "http://[", "http://host:99999/", "nonsense"])
def test_what_is_no_address_is_not_told(url: str) -> None:
    class Own(Settings):
        url: str

    root = spans(a_run(PASS, settings=Own(url=url)))[0]
    assert {"url.full", "server.address"} & root.attributes.keys() == set()


def test_a_journey_of_a_thousand_steps_does_not_bury_the_collector() -> None:
    steps = tuple(Step(str(number), MS, Outcome.PASS) for number in range(1000))
    run = a_run(Result(outcome=Outcome.PASS, took=1000 * MS, steps=steps))

    assert len(spans(run)) == 1 + PARTS_MAX


@pytest.mark.parametrize(
    ("sample", "sent"),
    [("failing", "FBR"), ("journeys", "FBRW"), ("all", "PFBRW")],
)
def test_what_is_sent_is_what_was_asked_for(sample: Sample, sent: str) -> None:
    recovered = Result(outcome=Outcome.PASS, took=MS, tries=2)
    every = {"P": PASS, "F": FAIL, "B": BROKEN, "R": recovered, "W": WALK}

    assert "".join(key for key, result in every.items() if wanted(a_run(result), sample)) == sent
