"""The templates, compiled once for each language, with its words at hand.

They may say `say("…")`, `count("…", "…", number)`, and what is here besides: `marked` for a time
in a sentence, `sign` for a condition, `asset` for the address of a file of ours.
"""

from __future__ import annotations

from functools import cache
from importlib import resources
from typing import Final

from jinja2 import DictLoader, Environment, StrictUndefined, Template
from markupsafe import Markup, escape

from status_page.looks import versioned
from status_page.tongue import Timed, Tongue

AT_HAND: Final = frozenset({"asset", "count", "marked", "say", "sign"})
"""What a template may use besides what it is given."""


def template(name: str, tongue: Tongue) -> Template:
    """That of a file in `templates/`. Opens nothing."""
    return _environment(tongue).get_template(name)


def marked(sentence: Timed) -> Markup:
    """A sentence whose instant can be read by machines, and put into the reader's own time."""
    if sentence.at is None:
        return escape(str(sentence))
    until = Markup(' data-until="{}"').format(sentence.iso_until) if sentence.until else Markup()
    return Markup('{}<time datetime="{}"{}>{}</time>{}').format(
        sentence.before, sentence.iso, until, sentence.said, sentence.after
    )


@cache
def sign(condition: str) -> Markup:
    """The silhouette of a `Condition`; says nothing to a screen reader."""
    return Markup(
        '<svg class="mark mark-{0}" width="24" height="24" aria-hidden="true">'
        '<use href="#sign-{0}"/></svg>'
    ).format(str(condition))


def _texts() -> dict[str, str]:
    found = resources.files("status_page").joinpath("templates")
    return {entry.name: entry.read_text("utf-8") for entry in found.iterdir() if entry.is_file()}


_TEXTS = _texts()


@cache
def _environment(tongue: Tongue) -> Environment:
    made = Environment(
        loader=DictLoader(_TEXTS),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
        auto_reload=False,
    )
    made.globals.update(say=tongue.say, count=tongue.count)
    made.globals.update(marked=marked, sign=sign, asset=versioned)
    return made
