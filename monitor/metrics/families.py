"""The figures of probes, written as Prometheus and OpenMetrics have them.

By hand, while those of trueup itself go through prometheus_client: that takes ten times as long for
a line, there are twenty lines and more for a probe, and while a page for ten thousand probes is
being written the event loop has to start their runs.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Final

from monitor.health import Health
from monitor.metrics.latest import CLS, OUTCOMES, PHASES, Latest, Row, label
from probes import Outcome

Healths = Mapping[str, Health]
Lines = Callable[[Row, Healths], str]
Value = Callable[[Latest], float | None]


@dataclass(frozen=True, slots=True)
class Family:
    """One figure of every probe. `name` is as in the text format, so that a counter's ends in
    `_total`.
    """

    name: str
    says: str
    lines: Lines
    counts: bool = False
    """Only ever grows."""

    def head(self, *, openmetrics: bool) -> str:
        name = self.name.removesuffix("_total") if openmetrics and self.counts else self.name
        kind = "counter" if self.counts else "gauge"
        return f"# HELP {name} {self.says}\n# TYPE {name} {kind}\n"


def _told(name: str, says: str, value: Value) -> Family:
    """Of the newest run, where that is evidence and *value* knows it."""

    def lines(row: Row, _: Healths) -> str:
        found = value(row.told) if row.told else None
        return "" if found is None else f"{name}{{{row.labels}}} {found}\n"

    return Family(name, says, lines)


def _named(name: str, says: str, key: str, value: Callable[[Latest], str]) -> Family:
    """A text that the newest run knows, as the label *key* of a 1."""

    def lines(row: Row, _: Healths) -> str:
        found = value(row.told) if row.told else ""
        return f'{name}{{{row.labels},{key}="{label(found)}"}} 1\n' if found else ""

    return Family(name, says, lines)


def _web(value: Value) -> Value:
    """0 when it was not got to, as exporters do; nothing for a kind that goes over no wire."""
    return lambda latest: value(latest) if latest.phases_s else None


def _phases(row: Row, _: Healths) -> str:
    if not row.told:
        return ""
    return "".join(
        f'probe_http_duration_seconds{{{row.labels},phase="{phase}"}} {took}\n'
        for phase, took in zip(PHASES, row.told.phases_s, strict=False)
    )


def _steps(row: Row, _: Healths) -> str:
    if not row.told:
        return ""
    return "".join(
        f'probe_step_duration_seconds{{{row.labels},step="{label(step)}"}} {took_s}\n'
        for step, took_s in row.told.steps
    )


def _vitals(row: Row, _: Healths) -> str:
    if not row.told:
        return ""
    return "".join(
        f'probe_web_vital_seconds{{{row.labels},page="{label(page)}",vital="{vital}"}} {took_s}\n'
        for page, vital, took_s in row.told.vitals
        if vital != CLS
    )


def _shifts(row: Row, _: Healths) -> str:
    if not row.told:
        return ""
    return "".join(
        f'probe_web_layout_shift{{{row.labels},page="{label(page)}"}} {shift}\n'
        for page, vital, shift in row.told.vitals
        if vital == CLS
    )


def _runs(row: Row, _: Healths) -> str:
    return "".join(
        f'trueup_runs_total{{{row.labels},outcome="{outcome}"}} {runs}\n'
        for outcome, runs in zip(OUTCOMES, row.runs, strict=True)
    )


def _last_run(row: Row, _: Healths) -> str:
    if row.latest is None:
        return ""
    return f"trueup_probe_last_run_timestamp_seconds{{{row.labels}}} {row.latest.began_s}\n"


def _reason(row: Row, _: Healths) -> str:
    if row.latest is None or not row.latest.reason:
        return ""
    return f'trueup_probe_reason_info{{{row.labels},reason="{row.latest.reason}"}} 1\n'


def _health(row: Row, healths: Healths) -> str:
    found = healths.get(row.probe)
    if found is None:
        return ""
    return "".join(
        f'trueup_probe_health{{{row.labels},health="{health}"}} {int(health is found)}\n'
        for health in Health
    )


FAMILIES: Final = (
    _told(
        "probe_success",
        "1 when the newest run passed, slowly or not, 0 when the target failed it. Absent when it"
        " was trueup's own trouble or is too old: that is no evidence.",
        lambda latest: int(latest.outcome is not Outcome.FAIL),
    ),
    _told(
        "probe_duration_seconds",
        "How long the newest try took.",
        lambda latest: latest.took_s,
    ),
    Family(
        "probe_http_duration_seconds",
        "How long each phase of the newest try took, over all redirects; processing is from the"
        " request's first byte to the answer's first.",
        _phases,
    ),
    _told(
        "probe_dns_lookup_time_seconds",
        "How long looking up the name took.",
        _web(lambda latest: latest.phases_s[0]),
    ),
    _told(
        "probe_http_status_code",
        "Status of the last answer; 0 without one.",
        _web(lambda latest: latest.status),
    ),
    _told(
        "probe_http_version",
        "Version of HTTP of the last answer; 0 without one.",
        _web(lambda latest: latest.http_version),
    ),
    _told(
        "probe_http_redirects",
        "Redirects that were followed.",
        _web(lambda latest: latest.redirects),
    ),
    _told(
        "probe_http_uncompressed_body_length",
        "Bytes of the last answer's body, unpacked.",
        _web(lambda latest: latest.body_bytes),
    ),
    _told(
        "probe_http_ssl",
        "1 when the last answer came over TLS.",
        _web(lambda latest: int(bool(latest.tls_version))),
    ),
    _told(
        "probe_ssl_earliest_cert_expiry",
        "When the first certificate of the chain that was shown ends, in Unix time; also when it"
        " was refused.",
        lambda latest: latest.certificate_ends_s,
    ),
    _named(
        "probe_tls_version_info",
        "The version of TLS that was agreed on.",
        "version",
        lambda latest: latest.tls_version.replace("TLSv", "TLS "),
    ),
    _named(
        "probe_tls_cipher_info",
        "The cipher suite that was agreed on, under OpenSSL's name.",
        "cipher",
        lambda latest: latest.tls_cipher,
    ),
    _told(
        "probe_ip_protocol",
        "4 or 6: the kind of address that was connected to.",
        lambda latest: latest.ip,
    ),
    Family(
        "probe_step_duration_seconds",
        "How long each step of the newest journey took; one that was not got to is absent.",
        _steps,
    ),
    Family(
        "probe_web_vital_seconds",
        "Web vitals of each page of the newest journey, by the step that opened it.",
        _vitals,
    ),
    Family(
        "probe_web_layout_shift",
        "How much moved about by itself on each page of the newest journey (CLS).",
        _shifts,
    ),
    Family(
        "trueup_runs_total",
        "Runs since the daemon was started, by outcome; ERROR is trueup's own trouble.",
        _runs,
        counts=True,
    ),
    Family(
        "trueup_probe_health",
        "1 for the verdict on the probe, 0 for the others. Unknown is never up.",
        _health,
    ),
    Family(
        "trueup_probe_last_run_timestamp_seconds",
        "When the newest run began, in Unix time, whatever it found.",
        _last_run,
    ),
    Family(
        "trueup_probe_reason_info",
        "Why the newest run did not simply pass.",
        _reason,
    ),
)
