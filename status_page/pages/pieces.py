"""Shapes of HTML that several pages have. What is called content is HTML already."""

from __future__ import annotations

import re
from collections.abc import Iterable
from typing import Final

from markupsafe import Markup

from status_page.drawing.escaped import escape
from status_page.tongue import Timed

_HEADING: Final = re.compile(r"</?h([3-6])(?=[ >])")


def section(key: str, title: str, content: str) -> str:
    """*key* is unique on its page."""
    return (
        f'<section class="part" aria-labelledby="page-{key}"><h2 id="page-{key}">{escape(title)}'
        f"</h2>{content}</section>"
    )


def table(title: str, heads: Iterable[str], rows: str) -> str:
    """It scrolls by itself where it is too wide, also by keyboard."""
    head = "".join(f'<th scope="col">{escape(word)}</th>' for word in heads)
    return (
        f'<div class="scrolled" tabindex="0" role="group" aria-label="{escape(title)}"><table>'
        f"<thead><tr>{head}</tr></thead><tbody>{rows}</tbody></table></div>"
    )


def fold(title: str, content: str) -> str:
    return f"<details><summary><span>{escape(title)}</span></summary>{content}</details>"


def timed(sentence: Timed) -> str:
    """With its instant for machines."""
    if sentence.at is None:
        return escape(str(sentence))
    until = f' data-until="{sentence.iso_until}"' if sentence.until else ""
    return (
        f'{escape(sentence.before)}<time datetime="{sentence.iso}"{until}>{escape(sentence.said)}'
        "</time>"
        f"{escape(sentence.after)}"
    )


def lifted(html: str) -> str:
    """Headings of somebody's words so that the highest is one below an `h2`."""
    found = [int(level) for level in _HEADING.findall(html)]
    if not found:
        return html
    by = min(found) - 3
    return _HEADING.sub(lambda each: f"{each[0][:-1]}{int(each[1]) - by}", html)


def scrolling(html: str, title: str) -> str:
    """Somebody's words with tables and code that scroll by themselves, also by keyboard, so that
    nothing else does. *title* is what tables are called where they are not seen.
    """
    begins = f'<div class="scrolled" tabindex="0" role="group" aria-label="{escape(title)}"><table>'
    whole = html.replace("<table>", begins).replace("</table>", "</table></div>")
    return whole.replace("<pre>", '<pre tabindex="0">')


def safe(html: str) -> Markup:
    """For a template: *html* was escaped where it was made."""
    return Markup(html)  # noqa: S704 - said above
