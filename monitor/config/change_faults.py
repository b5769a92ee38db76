"""What can be wrong inside one table of a capture or an action."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from typing import Any, Final
from urllib.parse import urlsplit

from monitor.config.change_tables import ActionTable, CaptureTable
from monitor.config.nearest import remedy
from monitor.config.sentences import Fault
from monitor.config.values import web_address
from probes import Secret, Strict

CAPTURE_WORDS: Final = (
    "since",
    "until",
    "since_epoch",
    "until_epoch",
    "service",
    "probe",
    "environment",
)
ACTION_WORDS: Final = ("service", "version", "previous", "environment", "incident", "probe")
"""What may stand in braces."""
_WORD: Final = re.compile(r"\{([^{}]*)\}")
_JENKINS: Final = ("/buildWithParameters", "/build")


def capture_faults(table: CaptureTable) -> Iterator[Fault]:
    yield from _not_just_one(table, ("command", "file", "url"))
    yield from _strange_words(table, ("command", "file", "url"), CAPTURE_WORDS)
    for key, needs in (("headers", "url"), ("environment", "command"), ("folder", "command")):
        if getattr(table, key) and not getattr(table, needs):
            yield Fault((key,), f"is of no use without {needs}; leave it out")


def action_faults(table: ActionTable) -> Iterator[Fault]:
    yield from _not_just_one(table, ("command", "url"))
    yield from _strange_words(table, ("command", "url", "parameters"), ACTION_WORDS)
    for key in ("headers", "secret", "user", "password", "parameters"):
        if getattr(table, key) and not table.url:
            yield Fault((key,), "is of no use without url; leave it out")
    for key in ("environment", "folder"):
        if getattr(table, key) and not table.command:
            yield Fault((key,), "is of no use without command; leave it out")
    if table.format == "jenkins" and not urlsplit(plain(table.url)).path.endswith(_JENKINS):
        text = "is no address of a job that takes parameters; write …/job/NAME/buildWithParameters"
        yield Fault(("url",), text)
    if bool(table.user) != bool(table.password):
        key = "user" if table.user else "password"
        yield Fault((key,), "needs the other one, too; write user and password")


def _not_just_one(table: Strict, keys: tuple[str, ...]) -> Iterator[Fault]:
    given = [key for key in keys if getattr(table, key)]
    if len(given) != 1:
        what = f"{', '.join(keys[:-1])} and {keys[-1]}"
        yield Fault((given[1],) if given else (), f"write just one of {what}")


def _strange_words(table: Strict, keys: tuple[str, ...], known: tuple[str, ...]) -> Iterator[Fault]:
    for key in keys:
        for path, text in _texts(getattr(table, key), (key,)):
            for word in _WORD.findall(text):
                if word not in known and re.fullmatch(r"[a-z_]+", word):
                    hint = remedy(word, known, "words")
                    yield Fault(path, f"{{{word[:64]}}} is not known here; {hint}")


def _texts(value: object, path: tuple[Any, ...]) -> Iterator[tuple[tuple[Any, ...], str]]:
    match value:
        case str():
            yield path, value
        case Secret():
            yield path, value.get_secret_value()
        case tuple():
            for at, each in enumerate(value):
                yield from _texts(each, (*path, at))
        case dict():
            for name, each in value.items():
                yield from _texts(each, (*path, name))


def is_open_to_all(table: ActionTable) -> bool:
    parts = urlsplit(web_address(plain(table.url)))
    confided = table.secret or table.password or table.headers
    near = parts.hostname in {None, "localhost", "127.0.0.1", "::1"}
    return bool(confided) and parts.scheme == "http" and not near


def plain(secret: Secret | None) -> str:
    return secret.get_secret_value() if secret else ""


def plainly(secrets: Mapping[str, Secret]) -> Mapping[str, str]:
    return {name: secret.get_secret_value() for name, secret in secrets.items()}
