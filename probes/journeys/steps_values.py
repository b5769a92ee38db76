"""Text of a step, in which `{unique}` and `{totp:NAME}` stand for something of the run."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from difflib import SequenceMatcher
from typing import Annotated, Final

from pydantic import AfterValidator, BeforeValidator, PlainSerializer, WithJsonSchema
from pydantic import Secret as Hidden

_PLACE: Final = re.compile(r"\{(unique|totp:([A-Za-z0-9_-]+))\}")
_WORD: Final = re.compile(r"\{([A-Za-z_]{4,12})\}")
_NEAR: Final = 0.75
_LONGEST: Final = 10_000
_SECRETIVE: Final = re.compile(
    r"pass.?(word|wort|code|phrase|key)|kennwort|geheim|mot de passe|contrase|senha|palavra.passe"
    r"|wachtwoord|hasło|haslo|lösenord|salasana|parol|пароль|密码|密碼|パスワード|비밀번호"
    r"|secret|token|api.?key|security.(answer|question)|sicherheits(antwort|frage)"
    r"|(credit|debit|bank).?card|card.?(number|no\b|num\b|code)|kartennummer|\biban\b"
    r"|\bpin\b|\bcvv\b|\bcvc\b|\botp\b|one.?time|2fa|verification code"
    r"|type=.?password|name=.?(pw|pwd|pass)\b",
    re.IGNORECASE,
)
_CARD: Final = re.compile(r"\d(?:[ -]?\d){12,18}")
_ACCOUNT: Final = re.compile(r"[A-Z]{2}\d{2}(?: ?[A-Z0-9]{4}){2,7}(?: ?[A-Z0-9]{1,3})?")
_ORDINARY: Final = re.compile(r"https?://\S+|[^\s@]+@[^\s@]+\.[a-z]+|[\d\s.,:/+-]+", re.IGNORECASE)
_CLASSES: Final = (r"[a-z]", r"[A-Z]", r"[0-9]", r"[^\w\s]")


def names_of_codes(text: str) -> list[str]:
    """The secrets that one-time codes in *text* are made of."""
    return [found[2] for found in _PLACE.finditer(text) if found[2]]


@dataclass(frozen=True, slots=True)
class Filling:
    """`unique` is the token of this run."""

    unique: str
    secrets: Mapping[str, str]
    code: Callable[[str], str]

    def __call__(self, text: str) -> str:
        def filled(place: re.Match[str]) -> str:
            return self.code(self.secrets[place[2]]) if place[2] else self.unique

        return _PLACE.sub(filled, text) if "{" in text else text


def looks_secret(target: str, text: str) -> bool:
    """Whether *text*, written into *target*, had better not be read by others.

    By the name of the field, because it is the number of a card or an account, or because it is a
    mixture of letters, digits and signs that nobody writes but as a password.
    """
    if _SECRETIVE.search(target.replace("_", " ")) or _ACCOUNT.fullmatch(text):
        return True
    if _CARD.fullmatch(text):
        return _adds_up(text)
    if len(text) < 8 or re.search(r"[\s{]", text) or _ORDINARY.fullmatch(text):
        return False
    kinds = sum(bool(re.search(kind, text)) for kind in _CLASSES)
    return kinds >= 3 or (len(text) >= 20 and kinds >= 2)


def _adds_up(number: str) -> bool:
    """Whether the last digit is the one that every card has for the others."""
    digits = [int(each) for each in reversed(re.sub(r"\D", "", number))]
    doubled = [sum(divmod(2 * each, 10)) for each in digits[1::2]]
    return (sum(digits[::2]) + sum(doubled)) % 10 == 0


def holds_place(text: str) -> bool:
    """Whether a run would put something of its own into *text*, or refuse it."""
    try:
        return _PLACE.search(known_places(text)) is not None
    except ValueError:
        return True


def known_places(text: str) -> str:
    """The text itself. Raises ValueError for a place that was probably misspelt."""
    if len(text) > _LONGEST:
        raise ValueError(f"is longer than {_LONGEST} characters; put it into a file")
    for found in _WORD.finditer(text):
        if found[1] != "unique" and SequenceMatcher(None, found[1], "unique").ratio() > _NEAR:
            raise ValueError(f"{{{found[1]}}} stands for nothing; did you mean {{unique}}?")
    return text


def _known_hidden(value: Hidden[str]) -> Hidden[str]:
    known_places(value.get_secret_value())
    return value


Text = Annotated[str, AfterValidator(known_places)]
Typed = Annotated[
    Hidden[str],
    AfterValidator(_known_hidden),
    PlainSerializer(str),
    WithJsonSchema({"type": "string", "examples": ["canary@example.org"]}),
]
"""What is typed: printed as stars, since it may be a password. Not among the secrets that are
removed from everything, where most of what is typed, such as a word to search for, would spoil more
than it would hide; `looks_secret` tells which are.
"""
# Strict pydantic takes a list for a tuple from JSON alone, and what a validator has looked at is
# no JSON any more.
LISTED: Final = BeforeValidator(lambda value: tuple(value) if isinstance(value, list) else value)
