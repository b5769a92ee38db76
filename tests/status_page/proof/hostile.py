"""Words that mean mischief, or are merely odd, in every place of a page that people write."""

from __future__ import annotations

from dataclasses import replace
from typing import Final

from status_page import Condition, Look, Page, Stage, Update
from tests.status_page.pages import lives

SCRIPT: Final = "<script>window.owned=1</script>"
IMAGE: Final = "</title></script></style><img src=x onerror=window.owned=1>"
DRAWING: Final = "\"'><svg/onload=window.owned=1>"
SECTION: Final = "]]><script>window.owned=1</script><![CDATA["
LINK: Final = "[x](javascript:window.owned=1) <a href='data:text/html,x'>x</a>"
TEMPLATE: Final = "@main@ @id@ @content@ {{ 7*7 }} {number} %(x)s %s \\u003c"
OVERRIDES: Final = "\u202egnp.\u2066evil\u2069 \u200f\x00\x1b[31m\x7f\ufeff\u2028\ud800"
LINES: Final = "one\r\nATTENDEE:mailto:x@example.org\r\nBEGIN:VALARM\n\tEND:VCALENDAR"
FORMULA: Final = "=HYPERLINK(\"https://example.net\",\"x\"),@SUM(1)\t-1+1"
LETTERS: Final = "👩‍👩‍👧‍👦 🏳️‍🌈 تسجيل الدخول والخروج ひらがな a\u0301\u0302\u0303\u0304"
LONG: Final = "W" * 10_000
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
    "letters": LETTERS,
    "long": LONG,
    "nothing": NOTHING,
}
LONGEST_ID: Final = "a" * 64


def shouting(words: str, **facts: object) -> Page:
    """*words* wherever somebody writes something; ids as long as they may be."""
    over = lives.incident(2, sentence=words, audience=words, components=("uploads", LONGEST_ID))
    said = (Update(over.began_at, stage, words, f"u-{stage}") for stage in Stage)
    things = [
        lives.component(
            id=key,
            name=words,
            group=words,
            description=words,
            says=words,
            condition=condition,
            chart=(lives.chart(words),),
            notes=(replace(lives.NOTE, name=words, summary=words),),
        )
        for key, condition in (("uploads", Condition.DOWN), (LONGEST_ID, Condition.UP))
    ]
    made = lives.page(
        *things,
        title=words,
        description=words,
        environment=words,
        look=Look(footer=words, links=((words, "https://example.org/"),)),
        internal=True,
        incidents=(
            replace(lives.incident(1, minutes=None), sentence=words, audience=words),
            replace(over, updates=tuple(said)),
        ),
        maintenance=(
            lives.work(1, title=words, words=words, starts=-30 * lives.MINUTE),
            lives.work(2, title=words, words=words),
        ),
    )
    return replace(made, **facts)  # type: ignore[arg-type]  # any of its fields
