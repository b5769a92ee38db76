"""Words that mean mischief, or are merely odd, in every place of a page that people write."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import replace
from typing import Final

from status_page import (
    Capture,
    Component,
    Condition,
    Deed,
    Deploy,
    Incident,
    Look,
    Page,
    Stage,
    Update,
)
from tests.status_page.inside.worlds import objective
from tests.status_page.pages import lives
from tests.status_page.proof.worlds import shortened

SCRIPT: Final = "<script>window.owned=1</script>"
IMAGE: Final = "</title></script></style><img src=x onerror=window.owned=1>"
DRAWING: Final = "\"'><svg/onload=window.owned=1>"
SECTION: Final = "]]><script>window.owned=1</script><![CDATA["
LINK: Final = "[x](javascript:window.owned=1) <a href='data:text/html,x'>x</a>"
TEMPLATE: Final = "@main@ @id@ @content@ {{ 7*7 }} {number} %(x)s %s \\u003c"
OVERRIDES: Final = "\u202egnp.\u2066evil\u2069 \u200f\x00\x1b[31m\x7f\ufeff\u2028\ud800"
LINES: Final = "one\r\nATTENDEE:mailto:x@example.org\r\nBEGIN:VALARM\n\tEND:VCALENDAR"
FORMULA: Final = '=HYPERLINK("https://example.net","x"),@SUM(1)\t-1+1'
LETTERS: Final = "👩‍👩‍👧‍👦 🏳️‍🌈 تسجيل الدخول والخروج ひらがな a\u0301\u0302\u0303\u0304"
LONG: Final = "W" * 10_000
WIDE_FORMULA: Final = "＝1＋1"
NOTHING: Final = ""

WORDS: Final = {
    "script": SCRIPT,
    "image": IMAGE,
    "drawing": DRAWING,
    "section": SECTION,
    "link": LINK,
    "template": TEMPLATE,
    "overrides": OVERRIDES,
    "lines": LINES,
    "formula": FORMULA,
    "wide-formula": WIDE_FORMULA,
    "letters": LETTERS,
    "long": LONG,
    "nothing": NOTHING,
}
LONGEST_ID: Final = "a" * 64


def shouting(words: str, **facts: object) -> Page:
    """*words* wherever somebody writes something; ids as long as they may be."""
    return _page(words, {"uploads": words, LONGEST_ID: words}, **facts)


def together(**facts: object) -> Page:
    """All of them at once, each on things of its own."""
    short = " ".join(words for words in WORDS.values() if words != LONG)
    return _page(short, WORDS, **facts)


def _page(words: str, named: Mapping[str, str], **facts: object) -> Page:
    """*words* for the page itself; the others by the ids of components that are called so."""
    made = lives.page(
        *(
            _component(key, said, Condition.UP if at else Condition.DOWN)
            for at, (key, said) in enumerate(named.items())
        ),
        title=words,
        description=words,
        environment=words,
        look=Look(footer=words, links=((words, "https://example.org/"),)),
        internal=True,
        incidents=tuple(_incidents(named)),
        maintenance=tuple(
            lives.work(at, title=said, words=said, components=(key,), starts=(at - 1) * lives.DAY)
            for at, (key, said) in enumerate(named.items())
        ),
        deploys=tuple(map(_deploy, named.values())),
        deeds=tuple(map(_deed, named.values())),
    )
    return replace(made, **facts)  # type: ignore[arg-type]  # any of its fields


def _component(key: str, words: str, condition: Condition) -> Component:
    made = lives.component(
        id=key,
        name=words,
        group=words,
        description=words,
        says=words,
        condition=condition,
        chart=(lives.chart(words, number=24),),
        notes=(replace(lives.NOTE, name=words, summary=words),),
        deploys=(_deploy(words),),
        objectives=(objective(component=key, promise=words),),
    )
    return shortened(made)


def _deploy(words: str) -> Deploy:
    return Deploy(
        at=lives.NOW - lives.HOUR * 5,
        service=words,
        version=words,
        before=f"not {words}",
        by=words,
        environment=words,
        link=words,
    )


def _deed(words: str) -> Deed:
    return Deed(at=lives.NOW, name=words, said=words, incident="i1")


def _incidents(named: Mapping[str, str]) -> Iterator[Incident]:
    """The first is open."""
    for at, (key, words) in enumerate(named.items()):
        over = lives.incident(at, minutes=23 if at else None)
        told = (
            Update(over.began_at + lives.MINUTE, stage, words, f"u{at}-{stage}") for stage in Stage
        )
        yield replace(
            over,
            sentence=words,
            audience=words,
            components=(key, "gone"),
            updates=tuple(told) if at else (),
            deploys=(_deploy(words),),
            captures=(Capture(name=words, first=words, lines=3, why=words),),
            deeds=(_deed(words),),
        )
