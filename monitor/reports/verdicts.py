"""What went well and what went badly in one incident, from nothing but facts. Pure."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import timedelta
from typing import Final

from monitor.notices import EventKind
from monitor.reports import shipped
from monitor.reports.account import Account, Seen
from monitor.reports.markdown import brief, text
from monitor.reports.prose import listed
from monitor.reports.times import Times, letters
from monitor.store.action_words import State, Verdict
from monitor.why import Why, in_words

LONG: Final = timedelta(minutes=5)
"""Nobody likes to wait that long."""
_NONE: Final = timedelta()


@dataclass(frozen=True, slots=True)
class Said:
    """A sentence, as Markdown."""

    good: bool
    words: str


def said(found: Account, when: Times) -> tuple[Said, ...]:
    """Good ones and bad ones, each in the order it happened."""
    if not found.seen:
        return (Said(False, "No probe saw it: it is known only because people wrote it down."),)
    return tuple(
        each
        for part in (_seen(found, when), _told(found, when), _answered(found, when),
                     _public(found, when), _helped(found), _spent(found))
        for each in part
    )  # fmt: skip


def _seen(found: Account, when: Times) -> Iterator[Said]:
    if found.was_up or when.detect is None:
        return
    took, worst = when.detect.most, _worst(found)
    if took is not None and worst is not None and worst > _NONE:
        kept = took <= worst
        against = "within" if kept else "and not within"
        yield Said(
            kept,
            f"It was noticed at most {brief(took)} after it broke, {against} the {brief(worst)}"
            " that the configuration allows.",
        )
    good = found.last_good_at
    if good is not None and found.began_at - good > LONG:
        gap = brief(found.began_at - good)
        yield Said(False, f"Nothing was known for {gap} before the first failing run.")


def _worst(found: Account) -> timedelta | None:
    first = min(found.seen, key=lambda each: each.known.opened_at, default=None)
    return first.at_worst if first else None


def _told(found: Account, when: Times) -> Iterator[Said]:
    if _is_aside(found):
        return
    for seen in found.seen:
        yield from _withheld(seen)
    if when.opened_at is not None and when.told_at is not None:
        gap = when.told_at - when.opened_at
        if gap <= timedelta(minutes=1):
            yield Said(True, f"The first channel took it {brief(gap)} after it opened.")
        else:
            yield Said(False, f"It took {brief(gap)} from opening until a channel took it.")
    elif when.opened_at is not None:
        yet = "has taken the news that it opened yet" if found.ended_at is None else ""
        yield Said(False, f"No channel {yet or 'ever took the news that it opened'}.")
    refused = [each for each in letters(found) if each.refused]
    for channel in dict.fromkeys(each.channel for each in refused):
        why = next(text(in_words(each.why)) for each in refused if each.channel == channel)
        yield Said(False, f"{text(channel)} refused what it was to be told: {why}.")


def _withheld(seen: Seen) -> Iterator[Said]:
    known = seen.known
    for event in seen.events:
        if event.kind == "withheld" and event.why not in {Why.IN_A_SUMMARY, Why.GATHERING}:
            end = known.told_at or known.ended_at
            gap = f" for {brief(end - event.at)}" if end is not None and end > event.at else ""
            yield Said(False, f"Nobody was told{gap}: {in_words(event.why)}.")


def _is_aside(found: Account) -> bool:
    """Whether people were told of the outage instead."""
    return (
        found.is_budget
        and found.first is not None
        and found.first.known.withheld == (Why.CAUSE_KNOWN)
    )


def _answered(found: Account, when: Times) -> Iterator[Said]:
    if _is_aside(found):
        return
    escalated = [e for s in found.seen for e in s.events if e.kind == EventKind.ESCALATED]
    since = when.told_at or when.opened_at
    if when.acknowledged_at is not None and since is not None:
        gap = when.acknowledged_at - since
        if gap > LONG:
            more = _times("; it was escalated", len(escalated))
            yield Said(False, f"Nobody acknowledged it for {brief(gap)}{more}.")
        else:
            yield Said(True, f"It was acknowledged {brief(gap)} after the first word of it.")
    elif found.ended_at is None or found.lasted > LONG:
        more = _times("; it was escalated", len(escalated))
        yield Said(False, f"Nobody acknowledged it{more}.")


def _times(words: str, count: int) -> str:
    if count == 0:
        return ""
    return f"{words} {'once' if count == 1 else f'{count} times'}"


def _public(found: Account, when: Times) -> Iterator[Said]:
    if found.page is None:
        if found.told.hidden:
            yield Said(False, "It is hidden from the public page.")
        return
    if found.public_at is not None and when.opened_at is not None:
        gap = found.public_at - when.opened_at
        words = f"The public page was to say so {brief(gap)} after it opened."
        if gap < timedelta(seconds=1):
            words = "The public page was to say so as soon as it opened."
        yield Said(gap <= LONG, words)
    said_ = [each for each in found.told.updates if not each.withdrawn]
    if not said_ and found.lasted >= 2 * LONG:
        yield Said(False, "Nobody wrote a word of their own on the public page.")
    elif said_ and when.opened_at is not None:
        gap = max(said_[0].at - when.opened_at, _NONE)
        words = f"The first words of a person stood there {brief(gap)} after it opened."
        yield Said(gap <= 3 * LONG, words)


def _helped(found: Account) -> Iterator[Said]:
    for seen in found.seen:
        yield from _fetched(seen)
        for deed in seen.deeds:
            if deed.state == State.DONE and deed.verdict:
                yield Said(deed.verdict == Verdict.HELPED, text(deed.said))
    without = [s.known for s in found.seen if s.notice is not None and not s.notice.playbook]
    if names := [text(known.probe) for known in without if not known.own]:
        yield Said(False, f"There is no playbook for {listed(names)}.")
    for deploy in shipped.shown(found).singly:
        late = deploy.recorded_at - deploy.at
        if late > LONG:
            what = text(shipped.deployed(deploy))
            words = f"trueup heard of {what} only {brief(late)} after it went out."
            yield Said(False, words)


def _fetched(seen: Seen) -> Iterator[Said]:
    for capture in seen.captures:
        name, fetched = text(capture.name), capture.fetched
        if fetched.lines and capture.ended_at is not None:
            gap = brief(max(capture.ended_at - seen.known.opened_at, _NONE))
            many = "1 line" if fetched.lines == 1 else f"{fetched.lines:,} lines"
            were = "was" if fetched.lines == 1 else "were"
            yield Said(True, f"{many} of {name} {were} there {gap} after it opened.")
        elif not capture.is_under_way:
            why = text(fetched.why) or "nothing was found"
            yield Said(False, f"{name} brought nothing: {why}.")


def _spent(found: Account) -> Iterator[Said]:
    for each in found.spent:
        if each.left < _NONE:
            name = text(each.objective)
            yield Said(False, f"The budget of {name} is overspent by {brief(-each.left)}.")
