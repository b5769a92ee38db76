"""What Prometheus is told of probes and of trueup, read as it reads it."""

from __future__ import annotations

import re
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from monitor.health import Health
from monitor.metrics import StoreFigures
from monitor.metrics.latest import STEPS_MOST
from monitor.punctuality import Punctuality
from probes import Artefact, Kind, Outcome, Reason, Step
from probes.result import Facts, View
from tests.monitor.metrics.pages import PHASES, Seen, of, parsed, samples
from tests.support.checkout import ROOT
from tests.support.configs import a_probe

WEB = a_probe("web")
ENDS_AT = datetime(2026, 5, 1, tzinfo=UTC)
FACTS = Facts(
    address="192.0.2.7:443",
    status=203,
    http_version="1.1",
    redirects=2,
    body_bytes=1234,
    tls_version="TLSv1.3",
    tls_cipher="TLS_AES_256_GCM_SHA384",
    certificate_ends_at=ENDS_AT,
)
CANARY = "canary-a1b2c3"


async def test_a_run_over_the_web_has_the_figures_that_dashboards_know() -> None:
    seen = Seen([WEB])
    seen.ran(WEB, facts=FACTS)
    found = of(await seen.page(), "web")
    assert found["probe_success"] == 1
    assert found["probe_duration_seconds"] == 0.063
    assert {name: s for name, s in found.items() if "phase=" in name} == {
        "probe_http_duration_seconds phase=resolve": 0.001,
        "probe_http_duration_seconds phase=connect": 0.002,
        "probe_http_duration_seconds phase=tls": 0.004,
        "probe_http_duration_seconds phase=processing": 0.024,
        "probe_http_duration_seconds phase=transfer": 0.032,
    }
    assert found["probe_dns_lookup_time_seconds"] == 0.001
    assert found["probe_http_status_code"] == 203
    assert found["probe_http_version"] == 1.1
    assert found["probe_http_redirects"] == 2
    assert found["probe_http_uncompressed_body_length"] == 1234
    assert found["probe_http_ssl"] == 1
    assert found["probe_ssl_earliest_cert_expiry"] == ENDS_AT.timestamp()
    assert found["probe_tls_version_info version=TLS 1.3"] == 1
    assert found["probe_tls_cipher_info cipher=TLS_AES_256_GCM_SHA384"] == 1
    assert found["probe_ip_protocol"] == 4


async def test_every_figure_of_a_probe_says_whose_it_is() -> None:
    seen = Seen([WEB])
    seen.ran(WEB)
    own = {"probe": "web", "kind": "toy", "location": "frankfurt"}.items()
    whose = [
        sample.labels
        for family in parsed(await seen.page())
        for sample in family.samples
        if family.name.startswith(("probe_", "trueup_probe_"))
    ]
    assert whose
    assert all(own <= labels.items() for labels in whose)


async def test_a_target_that_cannot_be_reached_has_zeros_as_exporters_have() -> None:
    seen = Seen([WEB])
    facts = Facts(address="[2001:db8::1]:443")
    reached = {name: PHASES[name] for name in ("resolve", "connect")}
    seen.ran(WEB, Outcome.FAIL, reason=Reason.CONNECT_REFUSED, phases=reached, facts=facts)
    found = of(await seen.page(), "web")
    assert (found["probe_success"], found["probe_http_status_code"]) == (0, 0)
    assert found["probe_http_duration_seconds phase=transfer"] == 0
    assert found["probe_ip_protocol"] == 6
    assert found["trueup_probe_reason_info reason=connect_refused"] == 1
    assert not [name for name in found if "tls_" in name or "cert" in name]


async def test_a_kind_that_goes_over_no_wire_has_no_figures_of_the_web() -> None:
    seen = Seen([WEB])
    seen.ran(WEB, phases={})
    found = of(await seen.page(), "web")
    assert found["probe_success"] == 1
    assert not [name for name in found if name.startswith("probe_http")]


async def test_a_journey_has_its_steps_and_the_vitals_of_its_pages_by_the_step() -> None:
    seen = Seen([WEB])
    ms = timedelta(milliseconds=1)
    steps = [Step(name, 250 * ms, Outcome.PASS) for name in ('open "it"', "again", "again")]
    views = (
        View(address=f"https://{CANARY}/", step="again", ttfb=40 * ms, lcp=120 * ms, cls=0.02),
        View(address=f"https://{CANARY}/", step="again", fcp=90 * ms),
    )
    seen.ran(WEB, phases={}, steps=tuple(steps), views=views)
    page = await seen.page()
    found = {key: value for key, value in of(page, "web").items() if "step" in key or "web_" in key}
    assert found == {
        'probe_step_duration_seconds step=open "it"': 0.25,
        "probe_step_duration_seconds step=again": 0.25,
        "probe_step_duration_seconds step=again 2": 0.25,
        "probe_web_vital_seconds page=again vital=ttfb": 0.04,
        "probe_web_vital_seconds page=again vital=lcp": 0.12,
        "probe_web_vital_seconds page=again 2 vital=fcp": 0.09,
        "probe_web_layout_shift page=again": 0.02,
    }
    assert CANARY not in page


async def test_steps_without_end_make_no_figures_without_end() -> None:
    seen = Seen([WEB])
    steps = tuple(Step("x" * 1000, timedelta(seconds=1), Outcome.PASS) for _ in range(500))
    seen.ran(WEB, steps=steps)
    for openmetrics in (False, True):
        found = of(await seen.page(openmetrics=openmetrics), "web")
        names = [name for name in found if name.startswith("probe_step")]
        assert len(names) == STEPS_MOST
        assert max(map(len, names)) < 110


async def test_an_error_is_no_evidence_and_neither_is_what_is_old() -> None:
    seen = Seen([WEB])
    seen.ran(WEB, facts=FACTS)
    seen.clock.wind(WEB.patience)
    assert "probe_success" in of(await seen.page(), "web")
    seen.clock.wind(timedelta(seconds=1))
    old = of(await seen.page(), "web")
    seen.ran(WEB, Outcome.ERROR, reason=Reason.BROWSER_CRASHED)
    error = of(await seen.page(), "web")
    for found in (old, error):
        assert not [name for name in found if name.startswith("probe_")]
    assert old["trueup_runs_total outcome=PASS"] == error["trueup_runs_total outcome=PASS"] == 1
    assert error["trueup_runs_total outcome=ERROR"] == 1
    assert error["trueup_probe_last_run_timestamp_seconds"] == seen.clock.now().timestamp()
    assert error["trueup_probe_reason_info reason=browser_crashed"] == 1


async def test_before_its_first_run_a_probe_has_counts_and_nothing_else() -> None:
    seen = Seen([WEB])
    assert set(of(await seen.page(), "web")) == {
        f"trueup_runs_total outcome={outcome}" for outcome in Outcome
    }


async def test_a_slow_run_is_a_success() -> None:
    seen = Seen([WEB])
    seen.ran(WEB, Outcome.SLOW, reason=Reason.TOO_SLOW)
    assert of(await seen.page(), "web")["probe_success"] == 1


async def test_the_verdict_is_the_one_that_holds() -> None:
    store = StoreFigures(healths={"web": Health.DEGRADED})
    found = of(await Seen([WEB]).page(store=store), "web")
    assert {name: said for name, said in found.items() if "health=" in name} == {
        "trueup_probe_health health=up": 0,
        "trueup_probe_health health=degraded": 1,
        "trueup_probe_health health=down": 0,
        "trueup_probe_health health=unknown": 0,
    }


async def test_a_probe_that_is_gone_is_forgotten_and_one_that_stays_goes_on_counting() -> None:
    seen = Seen([WEB, a_probe("shop")])
    seen.ran(WEB)
    seen.configure(replace(WEB, every=timedelta(minutes=5)), a_probe("new"))
    seen.ran(WEB)
    seen.ran(a_probe("shop"))  # ends after it left the configuration
    page = await seen.page()
    assert of(page, "web")["trueup_runs_total outcome=PASS"] == 2
    assert of(page, "shop") == {}
    seen.configure(replace(WEB, kind=Kind("other", type(WEB.settings), WEB.kind.run)))
    assert of(await seen.page(), "web")["trueup_runs_total outcome=PASS"] == 0


async def test_no_text_of_a_target_is_in_it() -> None:
    seen = Seen([WEB])
    said: dict[str, Any] = {
        "summary": f"{CANARY}: refused",
        "excerpt": CANARY,
        "artefacts": (Artefact(CANARY, "text/html", CANARY.encode()),),
        "reason": Reason.STATUS,
    }
    facts = replace(FACTS, address=f"{CANARY}.example.org:443", http_version=CANARY)
    seen.ran(WEB, Outcome.FAIL, facts=facts, **said)
    for openmetrics in (False, True):
        page = await seen.page(openmetrics=openmetrics)
        assert CANARY not in page
        assert "example.org" not in page


async def test_what_a_label_cannot_say_is_written_so_that_it_can() -> None:
    seen = Seen([WEB])
    seen.ran(WEB, facts=replace(FACTS, tls_cipher='a"b\\c\nd' + "x" * 1000))
    for openmetrics in (False, True):
        found = of(await seen.page(openmetrics=openmetrics), "web")
        assert "probe_tls_cipher_info cipher=" + 'a"b\\c\nd' + "x" * 57 in found


async def test_openmetrics_says_the_same() -> None:
    seen = Seen([WEB])
    seen.ran(WEB, facts=FACTS)
    plain, open_ = await seen.page(), await seen.page(openmetrics=True)
    steady = {key: said for key, said in samples(plain).items() if key[0][:8] != "process_"}
    assert {key: said for key, said in samples(open_).items() if key[0][:8] != "process_"} == steady


async def test_trueup_tells_of_itself() -> None:
    punctual = Punctuality(late=1, missed=2, crowded=3)
    for lag_s in (0.0004, 0.004, 0.3):
        punctual.began(lag_s)
    page = await Seen([WEB]).page(
        punctuality=punctual,
        overdue=timedelta(seconds=4),
        store=StoreFigures(letters=5, oldest_letter=timedelta(minutes=1), incidents=6),
    )
    found = {name: said for (name, labels), said in samples(page).items() if not labels}
    assert found["trueup_runs_late_total"] == 1
    assert found["trueup_slots_missed_total"] == 2
    assert found["trueup_slots_crowded_total"] == 3
    assert found["trueup_schedule_overdue_seconds"] == 4
    assert found["trueup_notices_waiting"] == 5
    assert found["trueup_notices_waiting_seconds"] == 60
    assert found["trueup_incidents_open"] == 6
    assert found["trueup_store_commits_total"] == 7
    assert found["trueup_run_lag_seconds_count"] == 3
    assert found["trueup_run_lag_seconds_sum"] == pytest.approx(0.3044)
    assert found["process_open_fds"] > 0
    within = {
        dict(labels)["le"]: said
        for (name, labels), said in samples(page).items()
        if name == "trueup_run_lag_seconds_bucket"
    }
    assert (within["0.001"], within["0.005"], within["+Inf"]) == (1, 2, 3)


async def test_a_store_that_cannot_be_read_leaves_out_what_only_it_knows() -> None:
    found = {name for name, _ in samples(await Seen([WEB]).page(store=None, built=None))}
    assert "trueup_store_readable" in found
    assert not found & {"trueup_notices_waiting", "trueup_incidents_open", "trueup_probe_health"}
    assert not {name for name in found if "coverage" in name or "unannounced" in name}


async def test_the_documentation_names_every_figure_and_no_other() -> None:
    page = (ROOT / "docs" / "operating.md").read_text("utf-8")
    section = page.partition("\n## Figures for Prometheus\n")[2].partition("\n## ")[0]
    documented = set(re.findall(r"^\| `(\w+)`", section, re.MULTILINE))
    served = re.findall(r"^# TYPE (\w+) ", await Seen([WEB]).page(), re.MULTILINE)
    assert documented == set(served)
    assert len(served) == len(set(served))


async def test_nothing_is_kept_until_somebody_asks_or_has_a_token_to_ask_with() -> None:
    seen = Seen([WEB], token="")
    seen.ran(WEB)
    assert set(of(await seen.page(), "web").values()) == {0}
    seen.configure(WEB)
    seen.ran(WEB)
    assert of(await seen.page(), "web")["probe_success"] == 1
