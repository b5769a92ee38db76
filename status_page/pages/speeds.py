"""How long a component takes: percentiles by window, and charts. HTML, joined from pieces."""

from __future__ import annotations

from status_page.changes import Deploy
from status_page.component import Component
from status_page.drawing.chart import chart, took
from status_page.drawing.escaped import escape
from status_page.drawing.plot import Plot
from status_page.pages.figures import window
from status_page.pages.pieces import section, table
from status_page.text import shorten, tidy
from status_page.tongue import Tongue

_OF_A_STEP = 84
_MOST_STEPS = 24
_DRAWN = 'class="deploy"'


def speeds(component: Component, plots: tuple[Plot | None, ...], tongue: Tongue) -> str:
    """*plots* are those of the component's chart. Nothing where nothing was measured."""
    drawn = [
        (series.name, plot)
        for series, plot in zip(component.chart, plots, strict=True)
        if plot is not None
    ]
    deploys = component.deploys
    whole = "".join(_whole(plot, tongue, deploys) for name, plot in drawn if not name)
    steps = [(name, plot) for name, plot in drawn if name][:_MOST_STEPS]
    content = whole + _percentiles(component, tongue) + _steps(steps, tongue, deploys)
    return section("speed", tongue.say("How long it takes"), content) if content else ""


def _whole(plot: Plot, tongue: Tongue, deploys: tuple[Deploy, ...]) -> str:
    said = escape(
        tongue.say(
            "The line: half of the runs were quicker. The band above it: 95 % of the runs were."
        )
    )
    drawn = chart(plot, tongue, "whole", tongue.say("How long it takes"), deploys=deploys)
    flags = f" {escape(tongue.say('A flag: something was deployed.'))}" if _DRAWN in drawn else ""
    return f'<div class="chart">{drawn}</div><p class="note legend">{said}{flags}</p>'


def _percentiles(component: Component, tongue: Tongue) -> str:
    if not component.speed:
        return ""
    heads = (
        tongue.say("Span"),
        tongue.say("Median"),
        tongue.say("95 % within"),
        tongue.say("99 % within"),
        tongue.say("Runs"),
    )
    rows = "".join(
        f'<tr><th scope="row">{escape(window(name, tongue))}</th>'
        f"<td>{escape(took(tongue, speed.p50))}</td><td>{escape(took(tongue, speed.p95))}</td>"
        f"<td>{escape(took(tongue, speed.p99))}</td>"
        f"<td>{escape(tongue.number(speed.runs))}</td></tr>"
        for name, speed in component.speed
    )
    return table(tongue.say("How long it takes, by span"), heads, rows)


def _steps(steps: list[tuple[str, Plot]], tongue: Tongue, deploys: tuple[Deploy, ...]) -> str:
    """Each on a scale of its own: what is slow for a click is nothing for an upload."""
    if not steps:
        return ""
    figures = "".join(
        f'<div class="chart step"><h4 dir="auto">{escape(name)}</h4>'
        f"{chart(plot, tongue, f'step-{at}', name, _OF_A_STEP, deploys)}</div>"
        for at, (name, plot) in enumerate(
            ((shorten(tidy(name), 80), plot) for name, plot in steps), 1
        )
    )
    title = escape(tongue.say("Step by step"))
    return f'<h3>{title}</h3><div class="steps">{figures}</div>'
