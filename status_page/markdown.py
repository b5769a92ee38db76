"""Markdown as people write it, into HTML that can do no harm and into plain text. Pure.

CommonMark with tables, struck-out text and bare web addresses. HTML is shown as it was typed,
images become their description, so that nobody's reader asks a third party for anything. What the
parser makes is cleaned once more, against a list of what is allowed.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from functools import lru_cache
from typing import Any, Final

import nh3
from markdown_it import MarkdownIt
from markdown_it.common.utils import escapeHtml
from markdown_it.renderer import RendererHTML
from markdown_it.rules_core import StateCore
from markdown_it.token import Token

from status_page.text import shorten, tidy

LONGEST: Final = 10_000
"""Characters; the rest is left out."""
_KEPT: Final = 1024
_LINES: Final = 600
_MARKS: Final = 1500
"""Signs that may begin or end something. Far more than prose has: what has more is no prose, and
reading it would take long.
"""
_NESTED: Final = 8
_HEADINGS: Final = {"h1": "h4", "h2": "h5"}
"""Below those of the page it stands on."""
_LINKED: Final = re.compile(r"(?:https?://|mailto:)[^\s]", re.IGNORECASE)
_BARE: Final = re.compile(r"\bhttps?://[^\s<>\"]*[\w/#=&~-]")
_MARK: Final = re.compile(r"[][*_`~<>|&!(\\]")
_WITH_WORDS: Final = ("p", "li", "h4", "h5", "h6", "th", "td")
_CLEANER: Final = nh3.Cleaner(
    tags={
        *("a", "p", "br", "hr", "em", "strong", "s", "code", "pre", "blockquote"),
        *("ul", "ol", "li", "h4", "h5", "h6", "table", "thead", "tbody", "tr", "th", "td"),
    },
    attributes={"*": set(), "a": {"href"}, "ol": {"start"}},
    set_tag_attribute_values={tag: {"dir": "auto"} for tag in _WITH_WORDS},
    url_schemes={"http", "https", "mailto"},
    link_rel="nofollow noopener noreferrer",
)


@lru_cache(maxsize=_KEPT)
def to_html(text: str) -> str:
    """*text* for a page or a feed: well-formed, harmless, headings from `h4` down."""
    source = _source(text)
    if _no_prose(source):
        return f"<pre><code>{escapeHtml(source)}</code></pre>\n" if source else ""
    return _clean(_CLEANER.clean(_PARSER.render(source)))


@lru_cache(maxsize=_KEPT)
def to_text(text: str) -> str:
    """*text* for where no markup is: one empty line between paragraphs, addresses in brackets."""
    source = _source(text)
    if _no_prose(source):
        return source.strip()
    written = "".join(_plain(_PARSER.parse(source)))
    return re.sub("\n{3,}", "\n\n", _clean(written)).strip()


def _source(text: str) -> str:
    return _clean(shorten(text, LONGEST)).strip("\n")


def _clean(text: str) -> str:
    """Indents and gaps stay: they mean something in lists and in code."""
    lines = text.replace("\r\n", "\n").split("\n")
    return "\n".join(" ".join(map(tidy, line.expandtabs(4).rstrip().split(" "))) for line in lines)


def _no_prose(source: str) -> bool:
    return len(_MARK.findall(source)) > _MARKS or source.count("\n") > _LINES


class _Renderer(RendererHTML):
    def image(self, tokens: Sequence[Token], idx: int, options: Any, env: Any) -> str:
        return escapeHtml(self.renderInlineAsText(tokens[idx].children, options, env))


def _parser() -> MarkdownIt:
    options = {"html": False, "breaks": True, "maxNesting": _NESTED}
    made = MarkdownIt("commonmark", options, renderer_cls=_Renderer)
    made.enable(["table", "strikethrough"])
    made.validateLink = lambda url: bool(_LINKED.match(url))  # type: ignore[method-assign]  # how its authors say to do it
    made.core.ruler.push("ours", _ours)
    return made


def _ours(state: StateCore) -> None:
    for token in state.tokens:
        if token.type.startswith("heading"):
            token.tag = _HEADINGS.get(token.tag, "h6")
        if token.children:
            token.children = list(_linked(token.children))


def _linked(tokens: Sequence[Token]) -> Iterator[Token]:
    """The same, with links around bare addresses, and no link without an address or words."""
    link: Token | None = None
    words = ""
    for token in tokens:
        if token.type == "link_open":
            link, words = token, ""
            yield from [token] if token.attrs["href"] else []
        elif token.type == "link_close" and link is not None:
            address = str(link.attrs["href"])
            yield from [] if words.strip() else [_text(address)]
            yield from [token] if address else []
            link = None
        elif token.type == "text" and link is None and "://" in token.content:
            yield from _split(token.content)
        else:
            words += _said(token)
            yield token


def _text(content: str) -> Token:
    return Token("text", "", 0, content=content)


def _split(text: str) -> Iterator[Token]:
    done = 0
    for found in _BARE.finditer(text):
        yield _text(text[done : found.start()])
        yield Token("link_open", "a", 1, attrs={"href": found[0]})
        yield _text(found[0])
        yield Token("link_close", "a", -1)
        done = found.end()
    yield _text(text[done:])


_PARSER: Final = _parser()


def _plain(tokens: Sequence[Token]) -> Iterator[str]:
    numbers: list[int | None] = []
    for token in tokens:
        match token.type:
            case "inline":
                yield from _words(token.children or [])
            case "code_block" | "fence":
                yield f"{token.content}\n"
            case "bullet_list_open" | "ordered_list_open":
                ordered = token.type.startswith("ordered")
                numbers.append(int(token.attrs.get("start", 1)) if ordered else None)
            case "bullet_list_close" | "ordered_list_close":
                numbers.pop()
                yield "" if numbers else "\n"
            case "list_item_open":
                yield _bullet(numbers)
            case _:
                yield _ending(token)


def _bullet(numbers: list[int | None]) -> str:
    number = numbers[-1]
    if number is not None:
        numbers[-1] = number + 1
    return "  " * (len(numbers) - 1) + ("- " if number is None else f"{number}. ")


def _ending(token: Token) -> str:
    if token.type in {"th_close", "td_close"}:
        return "  "
    if token.type in {"paragraph_close", "heading_close"}:
        return "\n" if token.hidden else "\n\n"
    return "\n" if token.type in {"tr_close", "table_close"} else ""


def _words(tokens: Sequence[Token]) -> Iterator[str]:
    since: list[str] = []
    address = ""
    for token in tokens:
        if token.type == "link_open":
            address, since = str(token.attrs.get("href", "")), []
        elif token.type == "link_close":
            told = "".join(since)
            yield "" if address.removeprefix("mailto:") == told else f" ({address})"
        else:
            said = _said(token)
            since.append(said)
            yield said


def _said(token: Token) -> str:
    if token.type in {"softbreak", "hardbreak"}:
        return "\n"
    return "".join(map(_said, token.children)) if token.children else token.content
