"""A letter to a subscriber, in words: a subject, plain text, and the same as simple HTML.

The HTML names no colour of a ground or of text, so that every reader's own dark mode is right.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from html import escape
from typing import Final

from status_page.markdown import to_html, to_text
from status_page.subscribing.news import About, News, Said, What
from status_page.text import shorten, tidy
from status_page.tongue import Tongue
from status_page.verdicts import stage_name

SUBJECT_MAX: Final = 160
_TITLE_MAX: Final = 300
_FONT: Final = "font:16px/1.5 system-ui,-apple-system,'Segoe UI',Roboto,Arial,sans-serif"
_QUIET: Final = "font-size:14px;opacity:.75"
_PRESS: Final = (
    "display:inline-block;padding:10px 18px;border:2px solid currentColor;border-radius:8px;"
    "font-weight:600;text-decoration:none"
)


@dataclass(frozen=True, slots=True)
class Letter:
    """Ready to be sent."""

    subject: str
    text: str
    html: str


@dataclass(frozen=True, slots=True)
class Links:
    """Absolute addresses for one subscriber."""

    manage: str
    unsubscribe: str
    confirm: str = ""


@dataclass(frozen=True, slots=True)
class _Part:
    """One piece of a letter: a heading, Markdown, plain lines, or a link."""

    text: str
    html: str


def telling(news: News, tongue: Tongue, links: Links) -> Letter:
    """What is new, the newest first."""
    title = shorten(tidy(news.title), _TITLE_MAX)
    address = _address(news, tongue)
    parts = [
        _heading(title),
        *_concerned(news, tongue),
        *(part for said in reversed(news.said) for part in _told(said, news, tongue)),
        _link(tongue.say("Read it on the status page"), address),
    ]
    label = label_of(news.said[-1], tongue)
    subject = tongue.say(
        "[{page}] {stage}: {title}", page=_name(news.page), stage=label, title=title
    )
    return _letter(subject, parts, tongue, _foot(news.page, tongue, links))


def confirming(page: About, tongue: Tongue, links: Links) -> Letter:
    """Asks whether the address's owner wants letters at all."""
    name = _name(page)
    parts = [
        _heading(tongue.say("Please confirm your subscription")),
        _lines(
            tongue.say(
                "Somebody, hopefully you, asked to hear of incidents and maintenance on {page} at"
                " this address.",
                page=name,
            )
        ),
        _press(tongue.say("Confirm"), links.confirm),
        _lines(
            tongue.say(
                "If it was not you, do nothing: you will not hear from us again, and the address is"
                " deleted within a day."
            )
        ),
    ]
    subject = tongue.say("[{page}] Please confirm your subscription", page=name)
    return _letter(subject, parts, tongue, [])


def known_already(page: About, tongue: Tongue, links: Links) -> Letter:
    """For somebody who asked again."""
    name = _name(page)
    parts = [
        _heading(tongue.say("You are subscribed already")),
        _lines(
            tongue.say(
                "Somebody, hopefully you, asked to hear of incidents and maintenance on {page} at"
                " this address, as it does already. Nothing has changed.",
                page=name,
            )
        ),
    ]
    subject = tongue.say("[{page}] You are subscribed already", page=name)
    return _letter(subject, parts, tongue, _foot(page, tongue, links))


def label_of(said: Said, tongue: Tongue) -> str:
    """A word or two for what happened."""
    if said.stage is not None:
        return stage_name(tongue, said.stage)
    match said.what:
        case What.ANNOUNCED:
            return tongue.say("Maintenance announced")
        case What.STARTED:
            return tongue.say("Maintenance under way")
        case _:
            return tongue.say("Maintenance completed")


def sentence_of(said: Said, news: News, tongue: Tongue) -> str:
    """What is told where nobody wrote anything, and beside what somebody wrote of work."""
    match said.what:
        case What.OPENED:
            return tongue.say("It began on {moment}.", moment=_moment(news.began_at, tongue))
        case What.REOPENED:
            return tongue.say("It is happening again.")
        case What.RESOLVED:
            lasted = (news.ends_at or said.at) - news.began_at
            return tongue.say("It is over. It lasted {duration}.", duration=tongue.duration(lasted))
        case What.ANNOUNCED | What.STARTED:
            return tongue.say(
                "From {start} until {end}.",
                start=_moment(news.began_at, tongue),
                end=_moment(news.ends_at or news.began_at, tongue),
            )
        case What.COMPLETED:
            return tongue.say("The announced time is over.")
        case What.UPDATED:
            return ""


def _moment(at: datetime, tongue: Tongue) -> str:
    """With its day and year, for nobody knows when a letter is read."""
    return tongue.say("{day}, {time}", day=tongue.long_day(at.date()), time=tongue.clock(at))


def _name(page: About) -> str:
    """With the environment where it is not production."""
    title = shorten(tidy(page.title), 80)
    return title if page.environment == "production" else f"{tidy(page.environment)} · {title}"


def _address(news: News, tongue: Tongue) -> str:
    own = news.page.languages[0]
    spoken = tongue.code in news.page.languages and tongue.code != own
    return f"{news.page.url}{f'{tongue.code}/' if spoken else ''}{news.folder}/"


def _concerned(news: News, tongue: Tongue) -> list[_Part]:
    said = []
    if news.components:
        names = [tidy(name) for _, name in news.components]
        said.append(tongue.say("Affected: {components}", components=tongue.listed(names)))
    if news.audience:
        said.append(tongue.say("Whom it concerns: {audience}", audience=tidy(news.audience)))
    return [_lines(*said)] if said else []


def _told(said: Said, news: News, tongue: Tongue) -> list[_Part]:
    label = label_of(said, tongue)
    when = "" if said.what is What.REOPENED else _moment(said.at, tongue)
    head = tongue.say("{label} · {moment}", label=label, moment=when) if when else label
    parts = [_Part(head, f"<p><strong>{escape(head)}</strong></p>")]
    if sentence := sentence_of(said, news, tongue):
        parts.append(_lines(sentence))
    if said.words:
        parts.append(_Part(to_text(said.words), to_html(said.words)))
    return parts


def _foot(page: About, tongue: Tongue, links: Links) -> list[_Part]:
    why = tongue.say("You get this because you subscribed to {page}.", page=_name(page))
    manage, leave = tongue.say("Choose what you get"), tongue.say("Unsubscribe")
    return [
        _Part(
            f"-- \n{why}\n{manage}: {links.manage}\n{leave}: {links.unsubscribe}",
            f'<hr><p style="{_QUIET}">{escape(why)}<br>'
            f'<a href="{escape(links.manage)}">{escape(manage)}</a> · '
            f'<a href="{escape(links.unsubscribe)}">{escape(leave)}</a></p>',
        )
    ]


def _heading(text: str) -> _Part:
    return _Part(
        text, f'<h1 dir="auto" style="font-size:22px;line-height:1.25">{escape(text)}</h1>'
    )


def _lines(*lines: str) -> _Part:
    html = "<br>".join(f"<bdi>{escape(line)}</bdi>" for line in lines)
    return _Part("\n".join(lines), f"<p>{html}</p>")


def _link(words: str, address: str) -> _Part:
    return _Part(f"{words}: {address}", f'<p><a href="{escape(address)}">{escape(words)}</a></p>')


def _press(words: str, address: str) -> _Part:
    return _Part(
        f"{words}: {address}",
        f'<p><a href="{escape(address)}" style="{_PRESS}">{escape(words)}</a></p>',
    )


def _letter(subject: str, parts: Sequence[_Part], tongue: Tongue, foot: Sequence[_Part]) -> Letter:
    subject = shorten(tidy(subject), SUBJECT_MAX)
    whole = [*parts, *foot]
    html = (
        f'<!doctype html>\n<html lang="{tongue.code}" dir="{tongue.direction}">\n<head>\n'
        '<meta charset="utf-8">\n'
        '<meta name="viewport" content="width=device-width, initial-scale=1">\n'
        '<meta name="color-scheme" content="light dark">\n'
        '<meta name="supported-color-schemes" content="light dark">\n'
        f"<title>{escape(subject)}</title>\n</head>\n"
        f'<body>\n<main style="{_FONT};max-width:36em;margin:0 auto;padding:8px">\n'
        + "\n".join(part.html for part in whole)
        + "\n</main>\n</body>\n</html>\n"
    )
    return Letter(subject, "\n\n".join(part.text for part in whole) + "\n", html)
