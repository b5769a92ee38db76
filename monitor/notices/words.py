"""The text of a notice comes from a template, ours or the user's. A template that stumbles at
night costs its own words, never the page: then ours are told.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import replace
from functools import cache
from importlib import resources
from pathlib import Path
from typing import Final

from jinja2 import Environment, StrictUndefined, Template, TemplateError, TemplateSyntaxError
from jinja2.sandbox import ImmutableSandboxedEnvironment

from monitor.log import get_logger
from monitor.notices import wording
from monitor.notices.facts import message_of
from monitor.notices.lines import one_line
from monitor.notices.message import COLOURS, Message
from monitor.notices.notice import Notice
from monitor.notices.samples import SAMPLES

TEXT_MAX: Final = 10_000
TEMPLATE_MAX: Final = 64 * 1024  # bytes
_NAME: Final = "notice.txt.j2"
# What reading and compiling may raise; nested too deep, the last two.
_UNUSABLE: Final = (OSError, ValueError, TemplateError, RecursionError, SyntaxError)

log = get_logger()

_SANDBOX: Final = ImmutableSandboxedEnvironment(
    undefined=StrictUndefined,
    autoescape=False,
    trim_blocks=True,
    lstrip_blocks=True,
    keep_trailing_newline=True,
)
_HTML: Final = Environment(
    autoescape=True, undefined=StrictUndefined, trim_blocks=True, lstrip_blocks=True
)


def _packaged(name: str) -> str:
    return resources.files(__package__).joinpath("templates", name).read_text("utf-8")


# Read here and kept, so that telling touches no file; compiled when somebody is told.
_OURS: Final = _packaged(_NAME)
_LETTER: Final = _packaged("notice.html.j2")


@cache
def _ours() -> Template:
    return _SANDBOX.from_string(_OURS)


@cache
def _letter() -> Template:
    return _HTML.from_string(_LETTER)


class Words:
    """How notices are said: `Words()` with our own text, `Words.load(path)` with a user's."""

    def __init__(self, template: Template | None = None) -> None:
        self._template = template

    @classmethod
    def load(cls, path: Path | None) -> Words:
        """With the text of the template at *path*; with ours when there is none, or when it cannot
        be read any more. Raises nothing.
        """
        if path is None:
            return cls()
        try:
            return cls(_compiled(path))
        except _UNUSABLE as trouble:
            log.error("our own words are told, for the template cannot be used", why=_why(trouble))
            return cls()

    def message(self, notice: Notice) -> Message:
        """For channels that lay it out by themselves. A user's text takes the place of the opening
        and of all the facts but the links.
        """
        message = message_of(notice)
        told = self._told(message)
        if told is None:
            return message
        return replace(message, opening=told.rstrip("\n"), facts=message.links)

    def text(self, notice: Notice) -> str:
        """Plain text of at most 10,000 characters that ends with a line break."""
        message = message_of(notice)
        return self._told(message) or _render(_ours(), message)

    def html(self, notice: Notice, *, picture: str = "") -> str:
        """A whole document for a mail; *picture* is the Content-ID of one that goes with it."""
        message = self.message(notice)
        return _letter().render(message=message, colour=COLOURS[message.tone], picture=picture)

    def subject(self, notice: Notice) -> str:
        """One line of at most 120 characters."""
        return wording.subject(notice)

    def short(self, notice: Notice) -> str:
        """At most 320 characters, for a text message."""
        return wording.short(notice)

    def _told(self, message: Message) -> str | None:
        """What the user's template says; None without one, or when it stumbles."""
        if self._template is None:
            return None
        try:
            return _render(self._template, message)
        except Exception as trouble:  # noqa: BLE001 - whatever it raises, somebody must be woken
            log.error(
                "our own words are told, for the template stumbled",
                incident=message.notice.incident,
                why=_why(trouble),
            )
            return None


def text(notice: Notice) -> str:
    """Plain text in our own words, the most urgent first."""
    return _render(_ours(), message_of(notice))


def problems(template: Path) -> list[str]:
    """What is wrong with a user's template, in sentences: it is tried on a notice of every kind.
    Empty when it can be used. Raises nothing.
    """
    try:
        compiled = _compiled(template)
    except _UNUSABLE as trouble:
        return [_why(trouble)]
    return list(dict.fromkeys(_stumbles(compiled)))


def _stumbles(template: Template) -> Iterator[str]:
    for name, notice in SAMPLES.items():
        try:
            _render(template, message_of(notice))
        except Exception as trouble:  # noqa: BLE001 - a template may raise anything
            yield f"{_why(trouble)} (for a notice that is {name})"
            return


def _compiled(path: Path) -> Template:
    """Raises one of _UNUSABLE."""
    with path.open("rb") as file:
        content = file.read(TEMPLATE_MAX + 1)
    if len(content) > TEMPLATE_MAX:
        raise ValueError("a template may have 64 KiB")
    try:
        source = content.decode("utf-8")
    except UnicodeDecodeError:
        raise ValueError("a template must be UTF-8 text") from None
    return _SANDBOX.from_string(source)


def _render(template: Template, message: Message) -> str:
    """Bounded, and without anything that a terminal obeys. Raises what the template raises, and
    ValueError when it says nothing.
    """
    parts, left = [], TEXT_MAX
    for part in template.generate(message=message):
        parts.append(part[:left])
        left -= len(part)
        if left <= 0:
            break
    said = "".join(parts)[: TEXT_MAX - 1]
    lines = ("".join(c if c.isprintable() else " " for c in line) for line in said.split("\n"))
    clean = "\n".join(line.rstrip() for line in lines).strip("\n")
    if not clean.strip():
        raise ValueError("the template says nothing")
    return clean + "\n"


def _why(trouble: BaseException) -> str:
    if isinstance(trouble, RecursionError | SyntaxError):
        return "it is nested too deep; write it flatter"
    if isinstance(trouble, OSError):
        return one_line(f"it cannot be read: {trouble.strerror or type(trouble).__name__}".lower())
    if isinstance(trouble, TemplateSyntaxError):
        return one_line(f"line {trouble.lineno}: {trouble.message}")
    line = _line_of(trouble)
    said = re.sub(r"'monitor[\w.]*\.(\w+) object'", r"a \1", str(trouble)) or type(trouble).__name__
    return one_line(f"line {line}: {said}" if line else said)


def _line_of(trouble: BaseException) -> int | None:
    line, step = None, trouble.__traceback__
    while step is not None:
        if step.tb_frame.f_code.co_filename == "<template>":
            line = step.tb_lineno
        step = step.tb_next
    return line
