"""What settings hold in confidence, to be kept out of whatever is said and kept of any probe."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from contextlib import suppress
from typing import Any, Final
from urllib.parse import SplitResult, parse_qs, unquote, urlsplit

from pydantic import BaseModel, SecretStr

from probes import Settings
from probes.scrub.telling import values_that_tell

_WHOLLY: Final = frozenset(("secrets", "environment"))


def declared(value: object) -> Iterator[str]:
    """Text in fields that are declared secret, and what settings say of themselves. Of headers and
    form fields those that look it: one is a password, and nine are words a log must be able to say.
    """
    match value:
        case SecretStr():
            yield from _forms(value.get_secret_value())
        case BaseModel():
            yield from _in_model(value)
        case list() | tuple() | frozenset():
            for inner in value:
                yield from declared(inner)


def _in_model(model: BaseModel) -> Iterator[str]:
    if isinstance(model, Settings):
        yield from model.confidential()
    for name, inner in model:
        match inner:
            case str() if "@" in inner and "://" in inner:
                yield from _password(inner)
            case dict() if name in _WHOLLY:
                yield from declared(list(inner.values()))
            case dict():
                yield from _in_table(inner)
            case _:
                yield from declared(inner)


def _in_table(table: Mapping[str, Any]) -> Iterator[str]:
    for name, inner in table.items():
        if isinstance(inner, SecretStr):
            yield from values_that_tell(name, inner.get_secret_value())
        else:
            yield from declared(inner)


def _forms(secret: str) -> Iterator[str]:
    """The secret, and where it is an address, what it confides, as it is used."""
    yield secret
    yield from _password(secret)
    parts = _split(secret)
    if parts is None:
        return
    if parts.scheme == "otpauth":
        yield from parse_qs(parts.query).get("secret", ())
    elif parts.scheme in {"http", "https"}:
        for name, values in parse_qs(parts.query).items():
            for value in values:
                yield from values_that_tell(name, value)


def _password(address: str) -> Iterable[str]:
    parts = _split(address)
    return [unquote(parts.password)] if parts and parts.password else ()


def _split(address: str) -> SplitResult | None:
    with suppress(ValueError):
        return urlsplit(address)
    return None
