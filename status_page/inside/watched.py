"""What watches each component, and where the watching has holes."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from itertools import groupby
from typing import Final

from status_page.drawing.escaped import escape
from status_page.inside.pieces import section, word
from status_page.text import anchor, shorten, tidy
from status_page.tongue import Tongue
from status_page.watching import Coverage, Hole, Watching

_MOST: Final = 200
_SENTENCE: Final = 400
_LINES: Final = 20
_LINE: Final = 300


def watched(coverage: Coverage | None, names: Mapping[str, str], tongue: Tongue) -> str:
    """*names* are those of the components of the page; others are left out."""
    if coverage is None:
        return ""
    here = [each for each in coverage.components if each.component in names]
    rows = "".join(_row(each, names[each.component]) for each in here[:_MOST])
    listed = f'<ul class="promises" role="list">{rows}</ul>' if rows else ""
    said = _english(coverage.said, "score") if coverage.said and rows else ""
    kinds = groupby(coverage.holes, lambda each: each.kind)
    holes = "".join(_kind(kind, list(holes)) for kind, holes in kinds)
    title = tongue.say("What is watched, and how")
    return section("watched", title, said + listed + holes + _more(coverage))


def _row(given: Watching, name: str) -> str:
    path = f"components/{anchor(given.component)}/index.html"
    return (
        f'<li class="promise"><div><h3 dir="auto"><a href="{path}">{word(name)}</a></h3>'
        f"{_english(given.watched_by, 'quiet')}</div>"
        f'<p class="left"><strong>{given.score}</strong> <span class="quiet">/ 100</span></p></li>'
    )


def _kind(kind: str, holes: Sequence[Hole]) -> str:
    heading = f'<h3 lang="en" dir="ltr">{escape(tidy(kind))}</h3>'
    return f'<div class="holes">{heading}{"".join(map(_hole, holes))}</div>'


def _hole(given: Hole) -> str:
    lines = "\n".join(shorten(line, _LINE) for line in given.toml.splitlines()[:_LINES])
    quoted = f'<pre class="wraps" dir="ltr" translate="no">{escape(lines)}</pre>' if lines else ""
    return f'<div class="capture">{_english(f"{given.says} {given.remedy}")}{quoted}</div>'


def _more(given: Coverage) -> str:
    if not given.more:
        return ""
    return _english(f"And {given.more} more: trueup coverage tells them all.", "quiet")


def _english(said: str, kind: str = "") -> str:
    named = f' class="{kind}"' if kind else ""
    return f'<p{named} lang="en" dir="ltr">{escape(shorten(tidy(said), _SENTENCE))}</p>'
