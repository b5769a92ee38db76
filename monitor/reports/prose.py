"""What an incident was, in sentences for somebody who was not there. Pure."""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence
from datetime import timedelta
from typing import Final

from monitor.notices import About
from monitor.reports import burnt, shipped
from monitor.reports.account import Account, Spent
from monitor.reports.markdown import Hours, brief, text
from monitor.reports.times import Times
from monitor.store.action_words import State
from monitor.store.deploys import Deploy

_MINUTE: Final = timedelta(minutes=1)
SLOW: Final = "too_slow"


def headline(found: Account) -> str:
    """What people could not do, as plain text without a full stop."""
    said = found.told.title or (found.page.sentence if found.page else "")
    if not said and found.first is not None and found.first.known.own:
        said = _own(found, found.first.known.summary)
    said = said or next((c.says for c in found.components if c.says and not is_slow(found)), "")
    if not said and found.components and not found.is_budget:
        state = "was slow" if is_slow(found) else "was down"
        said = f"{' and '.join(c.name for c in found.components)} {state}"
    notice = found.first.notice if found.first else None
    if not said and notice is not None and notice.says and not is_slow(found):
        said = notice.says[0]  # as it was called then
    if not said and found.first is not None:
        said = found.first.known.summary or found.first.known.probe_name
    return (said or "something was down").strip().rstrip(".")


def _own(found: Account, summary: str) -> str:
    names = listed([c.name for c in found.components])
    if found.is_budget:
        return f"The budget of {names} burns too fast" if names else summary
    return f"{summary.rstrip('.')}: {names}" if len(found.seen) > 1 and names else summary


def listed(names: Sequence[str]) -> str:
    """`one, two and three`."""
    *others, last = [*names] or [""]
    return f"{', '.join(others)} and {last}" if others else last


def is_slow(found: Account) -> bool:
    """Whether nothing of it was down."""
    known = [each.known for each in found.seen]
    return bool(known) and all(k.reason == SLOW and k.severity == "warning" for k in known)


def is_ours(found: Account) -> bool:
    """Whether the watching itself was in trouble, of which the service knows nothing."""
    notice = found.first.notice if found.first else None
    return notice is not None and notice.about is About.OURSELVES


def audience(found: Account) -> str:
    """Whom it concerned; empty where nobody said."""
    said = found.page.audience if found.page else found.told.audience
    return said or ", ".join(dict.fromkeys(c.audience for c in found.components if c.audience))


def people(found: Account) -> int | None:
    """How many they are at any time; None where nobody counts them."""
    if found.is_change:
        return None
    counted = [c.people for c in found.components if c.people is not None]
    return sum(counted) if counted else None


def user_minutes(found: Account) -> int | None:
    """To two digits, as the page says it; so far, while it is open."""
    if found.page is not None and found.page.user_minutes is not None:
        return found.page.user_minutes
    many = people(found)
    if many is None:
        return None
    exact = many * (found.lasted / _MINUTE)
    grain: int = 10 ** max(math.floor(math.log10(exact)) - 1, 0) if exact >= 1 else 1
    return round(exact / grain) * grain


def summary(found: Account, when: Times, hours: Hours) -> list[str]:
    """Paragraphs: what it was, how it began, what followed, and how it ended."""
    paragraphs = (
        _what(found, hours),
        [*_bounded(found, hours), *_after_deploys(found)],
        _followed(found, when),
        [*_over(found, hours), *(spent(each, found) for each in found.spent)],
    )
    return [" ".join(sentences) for sentences in map(list, paragraphs) if sentences]


def _what(found: Account, hours: Hours) -> Iterator[str]:
    began, ended = found.began_at, found.ended_at
    said = text(headline(found))
    who = audience(found)
    if found.is_budget:
        when = f"On {hours.day(began)}, at {hours.time(began)} {hours.name(began)}"
        counted = found.first.known.summary.partition(": the budget")[0] if found.first else ""
        seen = text(counted).rstrip(".") or said
        yield f"{when}, a budget began to burn too fast: {seen}."
        return
    if found.is_change:
        when = f"On {hours.day(began)}, at {hours.time(began)} {hours.name(began)}"
        whose = text(found.first.known.probe_name) if found.first else "a target"
        yield f"{when}, {whose} was seen to have changed, and no deploy was recorded: {said}."
        return
    whom = text(who) if who else "people"
    if is_ours(found):
        whom = "trueup itself"
    zone = hours.name(began)
    if ended is None:
        since = f"Since {hours.day(began)}, {hours.time(began)} {zone}"
        yield f"{since}, for {brief(found.lasted)} so far, this is so for {whom}: “{said}.”"
    else:
        span = f"from {hours.time(began)} to {hours.near(ended, began)} {zone}"
        lasted = f"for {brief(found.lasted)}, {span}"
        yield f"On {hours.day(began)}, {whom} met this {lasted}: “{said}.”"
    many, minutes = people(found), user_minutes(found)
    if many is not None and minutes is not None:
        far = " so far" if ended is None else ""
        cost = f"about {minutes:,} user-minutes{far}"
        yield f"They are {many:,} people at any time, so that is {cost}."
    if found.told.number is None:
        yield "No probe saw it: people wrote it down."


def _bounded(found: Account, hours: Hours) -> Iterator[str]:
    good, began = found.last_good_at, found.began_at
    if found.is_budget and (spenders := list(burnt.in_brief(found))):
        yield f"What made it burn: {text(listed(spenders))}."
    if found.was_up or is_ours(found) or not found.seen:
        return
    if good is None:
        yield "When it worked for the last time is not known."
        return
    yield (
        f"It broke between {hours.near(good, began)}, the last good run, and"
        f" {hours.time(began)}, the first failing one."
    )


def _after_deploys(found: Account) -> Iterator[str]:
    suspects = shipped.suspected(found)
    if suspects:
        likeliest, *others = suspects
        was = "had been" if likeliest.at <= found.began_at else "was"
        what = f"{text(shipped.deployed(likeliest))} {was} deployed{_by(likeliest)}"
        near = shipped.distance(found, likeliest)
        yield f"{what}{f' {near}' if near else ' while it lasted'}{_more(found, others)}."
    elif found.seen and not (found.was_up or is_ours(found)):
        yield "No deploy that it could follow was recorded."


def _more(found: Account, others: Sequence[Deploy]) -> str:
    before = sum(each.at <= found.began_at for each in others)
    counts = ((before, "shortly before"), (len(others) - before, "shortly after"))
    said = " and ".join(f"{count} more {when}" for count, when in counts if count)
    return f", and {said}" if said else ""


def _by(deploy: Deploy) -> str:
    return f" by {text(deploy.by)}" if deploy.by else ""


def _followed(found: Account, when: Times) -> Iterator[str]:
    if when.opened_at is None:
        return
    opened = brief(when.opened_at - found.began_at)
    beginning = "that" if found.was_up else "the first failing run"
    yield f"trueup opened incident {found.name} {opened} after {beginning}."
    if when.told_at is not None:
        yield f"People were first told {_after(when.told_at - when.opened_at)}."
    else:
        yield "No channel was told that it opened."
    if when.acknowledged_at is not None:
        since = when.told_at or when.opened_at
        who = next((e.known.acknowledged_by for e in found.seen if e.known.acknowledged_by), "")
        name = text(who) if who else "Somebody"
        yield f"{name} acknowledged it {_after(when.acknowledged_at - since)}."
    for seen in found.seen:
        live = (deed for deed in seen.deeds if deed.said and deed.state != State.DRY)
        yield from (text(deed.said) for deed in live)


def _after(gap: timedelta) -> str:
    return "in the same second" if gap < timedelta(seconds=1) else f"{brief(gap)} later"


def _over(found: Account, hours: Hours) -> Iterator[str]:
    ended = found.ended_at
    if ended is None:
        yield "It is still open; this is what is known so far."
    elif found.is_budget:
        yield f"From {hours.near(ended, found.began_at)} on it burnt no faster than it may."
    elif found.is_change:
        yield f"It was settled at {hours.near(ended, found.began_at)}."
    elif found.seen:
        yield f"It worked again at {hours.near(ended, found.began_at)}."


def spent(each: Spent, found: Account) -> str:
    """What it cost of one budget."""
    so_far = " so far" if found.ended_at is None else ""
    budget = f"the budget of {text(each.objective)} ({text(each.written)})"
    left = f"{brief(each.left)} is left"
    if each.left < timedelta():
        left = f"it is overspent by {brief(each.left)}"
    if found.is_budget:
        cost = f"{brief(each.by_it)} is spent" if each.by_it else "nothing is spent yet"
        why = "" if each.by_it else ", for nothing was down"
        return f"Of {budget}, {cost}{why}; {left}."
    return f"It took {brief(each.by_it)}{so_far} of {budget}; {left}."
