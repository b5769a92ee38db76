"""The translations of one language, without those that would break a sentence."""

from __future__ import annotations

import io
import string
from collections.abc import Iterable
from gettext import NullTranslations
from importlib import resources

from babel.messages.catalog import Catalog, Message
from babel.messages.mofile import write_mo
from babel.messages.pofile import read_po
from babel.support import Translations


def load(code: str) -> NullTranslations:
    """What is missing, not certain, or has other places than the English is said in English."""
    file = resources.files("status_page").joinpath("locale", f"{code}.po")
    if not file.is_file():
        return NullTranslations()
    with file.open("rb") as stream:
        return compiled(read_po(stream, locale=code))


def compiled(catalogue: Catalog) -> NullTranslations:
    """Changes *catalogue*: broken translations are gone from it."""
    for message in catalogue:
        if message.id and broken(message):
            message.string = ""
    binary = io.BytesIO()
    write_mo(binary, catalogue)
    binary.seek(0)
    return Translations(binary)


def broken(message: Message) -> str:
    """Why the translation cannot stand for the message; empty when it can, or when there is none.
    A form for one number may do without `{number}`.
    """
    wanted = set().union(*map(places, _all(message.id)))
    free = {"number"} if isinstance(message.id, tuple | list) else set[str]()
    for said in filter(None, _all(message.string)):
        try:
            found = places(said)
        except ValueError as error:
            return f"{said!r}: {error}"
        if not wanted - free <= found <= wanted:
            return f"{said!r} has {sorted(found)}, not {sorted(wanted)}"
    return ""


def places(text: str) -> set[str]:
    """The names in braces. Raises ValueError for what is not just a name."""
    found = set()
    for _, name, form, conversion in string.Formatter().parse(text):
        if name is None:
            continue
        if form or conversion or not name.isidentifier():
            raise ValueError(f"{{{name}}} is not just a name")
        found.add(name)
    return found


def _all(texts: str | Iterable[str] | None) -> list[str]:
    return [texts] if isinstance(texts, str) else list(texts or ())
