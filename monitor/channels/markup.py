"""How a message is laid out for a service with a markup of its own, inside the room that it has.

Libraries that know all of these services answer no more than whether it worked. The channels built
on this speak to each service themselves, so that a refusal can be told from a bad moment.
"""

from __future__ import annotations

import html
import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace

from monitor.notices import Fact, Message


@dataclass(frozen=True, slots=True)
class Markup:
    """How one service writes. `text` takes the meaning out of whatever a target may say; what the
    others are given has been through it, but for an address.
    """

    text: Callable[[str], str]
    bold: Callable[[str], str]
    quote: Callable[[Sequence[str]], str]
    """Several lines as one block that ends without a line break."""
    link: Callable[[str, str], str]
    """A label and an address."""


def lay_out(message: Message, markup: Markup, room: int, *, links: bool = True) -> str:
    """The opening, the facts, the links, in at most *room* characters of markup. What has no room
    is left out: the last lines of a quote first, then a fact whole, and the links never.
    """
    ends = [_link(each, markup) for each in message.links] if links else []
    end = "\n".join(each for each in ends if len(each) < room // 4)
    left = room - len(end) - 2
    said = escaped(message.opening, markup.text, left)
    facts: list[str] = []
    for fact in message.details:
        used = len(said) + sum(len(each) + 1 for each in facts) + 2
        if shown := _fitting(fact, markup, left - used):
            facts.append(shown)
    return "\n\n".join(part for part in (said, "\n".join(facts), end) if part)


def _fitting(fact: Fact, markup: Markup, room: int) -> str:
    """With as many of its quoted lines as have room, and leave some to the facts that follow; empty
    when not even its own line has.
    """
    for quoted in range(len(fact.quote), 0, -1):
        shown = _fact(replace(fact, quote=fact.quote[:quoted]), markup)
        if len(shown) <= room * 2 // 3:
            return shown
    bare = _fact(replace(fact, quote=()), markup)
    return bare if len(bare) <= room else ""


def _fact(fact: Fact, markup: Markup) -> str:
    line = f"{markup.bold(markup.text(fact.label + ':'))} {markup.text(fact.value)}".rstrip()
    if not fact.quote:
        return line
    return f"{line}\n{markup.quote([markup.text(each) for each in fact.quote])}"


def _link(fact: Fact, markup: Markup) -> str:
    return markup.link(markup.text(fact.label), fact.value)


def escaped(words: str, text: Callable[[str], str], room: int) -> str:
    """*words* through *text*, cut before that, so that no mark is torn in two."""
    length = room
    while len(said := text(cut(words, length))) > room:
        length = length * 3 // 4
    return said


def cut(words: str, room: int) -> str:
    return words if len(words) <= room else words[: max(room - 1, 0)].rstrip() + "…"


def cut_bytes(words: str, room: int) -> str:
    """At most *room* bytes of UTF-8."""
    content = words.encode("utf-8", "replace")
    if len(content) <= room:
        return words
    return content[: max(room - 3, 0)].decode("utf-8", "ignore").rstrip() + "…"


def without_marks(words: str) -> str:
    """For Markdown: a backslash before what would mark, and nobody is called by a name."""
    return unnamed(re.sub(r"([\\`*_~|<>\[\]()#])", r"\\\1", words))


def unnamed(words: str) -> str:
    """With a character of no width after every @, so that it calls nobody."""
    return words.replace("@", "@\u200b")


def _lines(lead: str) -> Callable[[Sequence[str]], str]:
    return lambda lines: "\n".join(f"{lead}{line}" for line in lines)


def _address(label: str, url: str) -> str:
    return f"{label}: {url}"


PLAIN = Markup(str, str, _lines("| "), _address)
MARKDOWN = Markup(
    without_marks,
    lambda words: f"**{words}**",
    _lines("> "),
    lambda label, url: f"[{label}]({url.replace(')', '%29').replace('(', '%28')})",
)
HTML = Markup(
    html.escape,
    lambda words: f"<b>{words}</b>",
    lambda lines: "<pre>" + "\n".join(lines) + "</pre>",
    lambda label, url: f'<a href="{html.escape(url)}">{label}</a>',
)
