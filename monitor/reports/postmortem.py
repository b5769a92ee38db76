"""The post-mortem of an incident as Markdown: what is known is written, what only people know is
left to fill in. Pure.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from datetime import timedelta
from typing import Final
from zoneinfo import ZoneInfo

from monitor.reports import burnt, evidence, prose, shipped, verdicts
from monitor.reports.account import Account
from monitor.reports.markdown import Hours, brief, elapsed, table, text
from monitor.reports.public_part import public_part
from monitor.reports.timeline import timeline
from monitor.reports.times import Bounds, Times, times
from monitor.reports.verdicts import Said
from monitor.store.acts import Span
from monitor.store.deploys import Deploy

WHYS: Final = 5
OTHERS: Final = 20
_COUNTED: Final = (
    "Nobody knows when exactly it broke. So each time is counted from the first failing run, at"
    " least, and from the last good one, at most."
)
_NONE: Final = timedelta()


def postmortem(found: Account, zone: ZoneInfo) -> str:
    """The whole document, with a line break at its end."""
    hours, when = Hours(zone), times(found)
    sections = [
        ("Summary", _apart(prose.summary(found, when, hours))),
        ("Impact", _impact(found)),
        ("Time line", _timeline(found, hours)),
        ("How long it took", _times(found, when)),
        ("Budget", _budget(found)),
        ("What made it burn", burnt.section(found, hours)),
        ("Deploys", _deploys(found, hours)),
        ("Evidence", evidence.section(found)),
        ("What was done", _done(found, hours)),
        ("What went well", _said(verdicts.said(found, when), good=True)),
        ("What went badly", _said(verdicts.said(found, when), good=False)),
        ("Causes", _causes(found)),
        ("Actions", _actions()),
        ("For the public", () if found.was_up else public_part(found, hours)),
    ]
    lines = [f"# Post-mortem of incident {found.name}: {text(prose.headline(found))}", ""]
    lines += [_written(found, hours)]
    for title, body in sections:
        made = list(body)
        if made:
            lines += ["", f"## {title}", "", *made]
    return "\n".join(lines) + "\n"


def _written(found: Account, hours: Hours) -> str:
    far = " so far" if found.ended_at is None else ""
    said = f"trueup wrote this on {hours.full(found.at)} from what it recorded{far}"
    return f"{said}; what only people know stands between square brackets and is yours to write."


def _apart(paragraphs: Iterable[str]) -> list[str]:
    lines = [line for each in paragraphs for line in ("", each)]
    return lines[1:]


def _impact(found: Account) -> Iterator[str]:
    components = ", ".join(text(c.name) for c in found.components)
    if components:
        yield f"- What it concerned: {components}."
    if who := prose.audience(found):
        yield f"- Whom it concerned: {text(who)}."
    if not found.was_up:
        yield from _how_much(found)
    if found.seen:
        yield f"- What else was open at the time: {_others(found)}."
    if found.address:
        yield f"- What the public read: <{found.address}>."
    yield from _above(found)


def _how_much(found: Account) -> Iterator[str]:
    minutes = prose.user_minutes(found)
    if minutes is not None:
        far = " so far" if found.ended_at is None else ""
        yield f"- How much: about {minutes:,} user-minutes{far} in {brief(found.lasted)}."
    elif found.components:
        yield (
            "- How much: nobody has counted the people; `people` in the component's table makes"
            " user-minutes of it."
        )


def _above(found: Account) -> Iterator[str]:
    if found.summary is not None:
        yield f"- People were told of it in the summary, incident {found.summary.known.number}."
    elif found.above is not None:
        above = found.above.known
        yield f"- It was explained by incident {above.number} ({text(above.probe)})."


def _others(found: Account) -> str:
    if not found.others:
        return "nothing; everything else that is watched had no incident"
    named = [f"incident {each.number} ({text(burnt.whose(each))})" for each in found.others]
    more = [f"{len(named) - OTHERS} more"] if len(named) > OTHERS + 1 else []
    return prose.listed([*named[:OTHERS], *more] if more else named)


def _timeline(found: Account, hours: Hours) -> list[str]:
    began = found.began_at
    many = len({each.known.probe for each in found.seen}) > 1
    rows = []
    for moment in timeline(found):
        whose = f"{text(moment.probe)}: " if many and moment.probe else ""
        at = hours.near(moment.at, began)
        rows.append((at, elapsed(moment.at - began), f"{whose}{text(moment.words)}"))
    zone = hours.name(began)
    since = "Since it began" if found.was_up else "Since it broke"
    head = (f"Time, {zone}", since, "What happened")
    return [f"It began on {hours.day(began)}.", "", *table(head, rows, right=1)]


def _times(found: Account, when: Times) -> list[str]:
    if not found.seen or found.was_up:
        return []
    worst = max((s.at_worst for s in found.seen if s.at_worst), default=None)
    promised = f"at the worst {brief(worst)}, as it is configured now" if worst else ""
    allowed = "; ".join(f"{text(each.written)} for {text(each.objective)}" for each in found.spent)
    rows = [
        ("noticed", *_bounds(when.detect), promised),
        ("told to the first channel", *_bounds(when.tell), ""),
        ("acknowledged", *_bounds(when.acknowledge), ""),
        ("working again", *_bounds(when.recover), allowed),
    ]
    head = ("Until it was", "at least", "at most", "what was promised")
    return [_COUNTED, "", *table(head, rows)]


def _bounds(of: Bounds | None) -> tuple[str, str]:
    if of is None:
        return "it was not", ""
    return brief(of.least), brief(of.most) if of.most is not None else "not known"


def _budget(found: Account) -> list[str]:
    if not found.spent:
        return []
    rows = [
        (text(each.objective), text(each.written), brief(each.allowed),
         brief(each.by_it) if each.by_it else "nothing",
         brief(each.left) if each.left >= _NONE else f"−{brief(each.left)}")
        for each in found.spent
    ]  # fmt: skip
    spent = "Spent" if found.is_budget else "Spent by this"
    head = ("Objective", "Promised", "Allowed", spent, "Left after it")
    return table(head, rows)


def _deploys(found: Account, hours: Hours) -> list[str]:
    if not found.deploys:
        return []
    rows = []
    shown = shipped.shown(found)
    for each in shown.singly:
        version = text(each.version)
        rows.append(
            (
                hours.near(each.at, found.began_at),
                text(each.service),
                f"[{version}](<{each.url}>)" if _is_link(each.url) else version,
                text(each.previous),
                text(each.by),
                _may_follow(found, each),
            )
        )
    head = ("Time", "Service", "Version", "Before", "By", "It may follow this")
    more = [(len(shown.before), "shortly before"), (len(shown.meanwhile), "while it lasted")]
    said = [f"{count} more {when}" for count, when in more if count]
    return [*table(head, rows), *(["", f"And {', and '.join(said)}."] if said else [])]


def _may_follow(found: Account, deploy: Deploy) -> str:
    if deploy.id not in found.suspects:
        return ""
    return "yes" if deploy.at <= found.began_at else "if it was recorded late"


def _is_link(url: str) -> bool:
    return url.startswith(("https://", "http://")) and not set(url) & set(" <>\n\r|")


def _done(found: Account, hours: Hours) -> list[str]:
    by_hand = list(_by_people(found, hours))
    by_us = [text(deed.said) for seen in found.seen for deed in seen.deeds if deed.said]
    by_us += [
        f"Fetched {text(capture.name)}."
        for seen in found.seen
        for capture in seen.captures
        if capture.fetched.lines
    ]
    lines = ["By people:", "", *_list(by_hand), "- [FILL IN: what people did to end it, and when]"]
    if found.seen:
        lines += ["", "By trueup:", "", *_list(by_us or ["Nothing but watching and telling."])]
        books = {s.notice.playbook for s in found.seen if s.notice and s.notice.playbook}
        lines += [line for book in sorted(books) for line in ("", f"The playbook: <{book}>")]
    return lines


def _by_people(found: Account, hours: Hours) -> Iterator[str]:
    for seen in found.seen:
        if seen.known.acknowledged_by and seen.known.acknowledged_at:
            at = hours.near(seen.known.acknowledged_at, found.began_at)
            yield f"{at}: {text(seen.known.acknowledged_by)} acknowledged it."
    for deploy in shipped.shown(found).singly:
        if deploy.at > found.began_at and not found.is_budget:
            at, what = hours.near(deploy.at, found.began_at), text(shipped.deployed(deploy))
            yield f"{at}: {what} was deployed{f' by {text(deploy.by)}' if deploy.by else ''}."
    for span in found.silences:
        at = hours.near(span.starts_at, found.began_at)
        yield f"{at}: {text(span.by) or 'Somebody'} silenced it for {_long(span)}."
    for words in found.told.updates:
        if not words.withdrawn:
            at = hours.near(words.at, found.began_at)
            yield f"{at}: {text(words.by)} wrote to the public ({text(words.status)})."


def _long(span: Span) -> str:
    return brief(span.ends_at - span.starts_at)


def _said(every: Sequence[Said], *, good: bool) -> list[str]:
    own = "[FILL IN: what else went well]" if good else "[FILL IN: what else went badly]"
    return [*_list(each.words for each in every if each.good is good), f"- {own}"]


def _list(lines: Iterable[str]) -> list[str]:
    return [f"- {line}" for line in lines]


def _causes(found: Account) -> list[str]:
    what = text(prose.headline(found))
    lines = [f"1. Why was it so that “{what}”? [FILL IN: because …]"]
    lines += [f"{number}. And why was that? [FILL IN: because …]" for number in range(2, WHYS + 1)]
    return lines


def _actions() -> list[str]:
    rows = [("[FILL IN: what is done so that it cannot happen again]", "[FILL IN: who]",
             "[FILL IN: date]", "no")]  # fmt: skip
    rows += [("[FILL IN: what is done so that it is noticed sooner]", "[FILL IN: who]",
              "[FILL IN: date]", "no")]  # fmt: skip
    return table(("Action", "Owner", "Until", "Done"), rows)
