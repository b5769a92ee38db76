"""A page with a form, ready to be shown."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Choice:
    """Something to tick or to pick."""

    value: str
    label: str
    chosen: bool = False


@dataclass(frozen=True, slots=True)
class Group:
    """Choices under a heading, which may be empty."""

    heading: str
    choices: tuple[Choice, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Field:
    """A line to type into."""

    name: str
    label: str
    kind: str
    """Of the input: `email` or `url`."""
    hint: str
    value: str = ""
    problem: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Form:
    """What can be sent."""

    press: str
    """On the button."""
    action: str = ""
    """Where to, relative; empty: here."""
    hidden: tuple[tuple[str, str], ...] = ()
    field: Field | None = None
    scopes: tuple[Choice, ...] = ()
    """Everything, or some."""
    scope_label: str = ""
    groups: tuple[Group, ...] = ()
    languages: tuple[Choice, ...] = ()
    language_label: str = ""
    summary: str = ""
    """Behind which it is folded away; empty: it is not."""
    is_open: bool = False
    note: str = ""
    quiet: bool = False
    """Not what most people came for."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Sheet:
    """One page."""

    language: str
    direction: str
    status: int = 200
    tone: str = "plain"
    """`plain`, `good` or `bad`: a class of the style sheet."""
    title: str
    """Of the tab."""
    page: str
    """The name of the status page."""
    home: str
    """Its address."""
    home_label: str
    environment: str = ""
    """Named where it is not production."""
    warning: str = ""
    """That it is not."""
    heading: str
    lines: tuple[str, ...] = ()
    facts: tuple[tuple[str, str], ...] = ()
    """Names and values, to be copied."""
    forms: tuple[Form, ...] = ()
    others: tuple[tuple[str, str, str], ...] = ()
    """The same in other languages: code, name, address."""
