"""`${env:NAME}` and `${file:PATH}` inside text, filled in when the configuration is loaded."""

from __future__ import annotations

import re
from collections.abc import Mapping
from pathlib import Path
from typing import Any, Final

from monitor.config.document import Document, KeyPath
from monitor.config.files import UnreadableError, read_bytes, to_text
from monitor.config.problems import Report
from monitor.config.scrubber import SHORTEST

LARGEST: Final = 64 * 1024
_REFERENCE: Final = re.compile(r"\$\$\{|\$\{([^{}]*)(\}?)")
_NAME: Final = re.compile(r"[A-Za-z_][A-Za-z0-9_]*")
_FORMS: Final = "write ${env:NAME} or ${file:PATH}, or $${ for the two characters themselves"


class _MissingError(Exception):
    """The text says what is wrong and what to do."""


def stands_in(text: object) -> bool:
    """Whether a value as written holds a reference, so that what it becomes is a secret."""
    return isinstance(text, str) and any(
        match.group() != "$${" for match in _REFERENCE.finditer(text)
    )


class References:
    """Fills references in and remembers what they held."""

    def __init__(self, environ: Mapping[str, str], report: Report) -> None:
        self.values: set[str] = set()
        self.files: list[Path] = []
        """Asked for, whether or not they could be read."""
        self.broken: set[tuple[str, KeyPath]] = set()
        """File and key of every text that could not be filled in."""
        self._environ = environ
        self.report = report

    def fill(self, document: Document, path: KeyPath, value: Any) -> Any:
        """The value with every reference replaced; what is missing is reported and left."""
        match value:
            case dict():
                return {k: self.fill(document, (*path, k), v) for k, v in value.items()}
            case list():
                return [self.fill(document, (*path, i), v) for i, v in enumerate(value)]
            case str() if "${" in value:
                return self._text(document, path, value)
            case _:
                return value

    def refuse(self, document: Document, path: KeyPath, value: Any) -> None:
        """Reports every reference in a table that has no use for one."""
        match value:
            case dict():
                for key, item in value.items():
                    self.refuse(document, (*path, key), item)
            case list():
                for index, item in enumerate(value):
                    self.refuse(document, (*path, index), item)
            case _ if stands_in(value):
                text = (
                    "references work in probe, channel and publish tables, in the password of a "
                    "page, in trueup.heartbeat, trueup.metrics_token and telemetry.headers, and "
                    "where deploys, captures and actions hold secrets; write the value"
                )
                self.report.problem(document.problem(path, text))

    def _text(self, document: Document, path: KeyPath, text: str) -> str:
        def filled(match: re.Match[str]) -> str:
            if match.group() == "$${":
                return "${"
            try:
                value = self._value(match, document.folder)
            except _MissingError as error:
                self.broken.add((document.shown, path))
                self.report.problem(document.problem(path, str(error)))
                return match.group()
            self._remember(document, path, match.group(), value)
            return value

        return _REFERENCE.sub(filled, text)

    def _value(self, match: re.Match[str], folder: Path) -> str:
        source, _, name = match[1].partition(":")
        if not match[2]:
            raise _MissingError(f"a reference is not closed; {_FORMS}")
        if source == "env" and _NAME.fullmatch(name):
            return self._from_environment(name)
        if source == "file" and name:
            return self._from_file(folder / name)
        raise _MissingError(f"{match.group()} is not a reference; {_FORMS}")

    def _from_environment(self, name: str) -> str:
        value = self._environ.get(name)
        if not value:
            state = "is not set" if value is None else "is empty"
            raise _MissingError(f"the environment variable {name} {state}; set it, or correct it")
        if len(value) > LARGEST or not _is_text(value):
            raise _MissingError(f"the environment variable {name} is not usable text; correct it")
        return value

    def _from_file(self, path: Path) -> str:
        self.files.append(path)
        try:
            text = to_text(read_bytes(path, most=LARGEST))
        except UnreadableError as error:
            raise _MissingError(f"the file {path} cannot be used: {error}") from None
        text = text.removesuffix("\n").removesuffix("\r")
        if not text or not _is_text(text):
            raise _MissingError(f"the file {path} holds no usable text; write the value into it")
        return text

    def _remember(self, document: Document, path: KeyPath, reference: str, value: str) -> None:
        self.values.add(value)
        if len(value) < SHORTEST:
            text = (
                f"what {reference} holds is shorter than {SHORTEST} characters and cannot be kept "
                "out of logs and notices; use a longer one"
            )
            self.report.warning(document.problem(path, text))


def _is_text(value: str) -> bool:
    """Something else than bytes in disguise, which is how the environment hands over non-UTF-8."""
    return "\0" not in value and not any("\ud800" <= c <= "\udfff" for c in value)
