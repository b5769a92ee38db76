"""A small world of kinds and channels, so that these tests are about reading and nothing else."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, datetime
from pathlib import Path
from typing import Annotated, Any, Literal

from pydantic import Field, ValidationInfo, field_validator, model_validator

from monitor.channels import ChannelKind, ChannelSettings
from monitor.config import BadConfiguration, Config, Problem, load
from probes import Kind, Secret, Settings, Strict
from probes.settings import folder_of
from tests.support.clock import HandClock


class Count(Strict):
    count_min: Annotated[int, Field(ge=0)] | None = None
    type: Literal["integer", "text"] | None = None


class Expect(Strict):
    status: int | str | tuple[int, ...] = "2xx"
    contains: str = ""
    by_path: Annotated[dict[str, Count], Field(alias="json")] = Field(default_factory=dict)


class PageSettings(Settings):
    """Asks for a page."""

    url: Annotated[str, Field(min_length=1, examples=["https://example.org/"])]
    """Where it is."""
    method: Literal["GET", "POST"] = "GET"
    headers: dict[str, Secret] = Field(default_factory=dict)
    secret: Secret | None = None
    file: str = ""
    expect: Expect = Expect()

    @field_validator("url")
    @classmethod
    def _no_spaces(cls, url: str) -> str:
        if " " in url:
            raise ValueError(f"{url!r} holds a space; leave it out")
        return url

    @field_validator("file")
    @classmethod
    def _beside(cls, name: str, info: ValidationInfo) -> str:
        return str(folder_of(info) / name) if name else ""

    @model_validator(mode="after")
    def _broken(self) -> PageSettings:
        if self.method == "POST" and self.file == "":
            raise ZeroDivisionError(self.url)
        return self


class LoginSettings(Settings):
    journey: Literal["login"]
    url: str
    password: Secret


class MessageSettings(Settings):
    journey: Literal["message"]
    url: str
    message: str = ""


class HookSettings(ChannelSettings):
    url: Annotated[str, Field(examples=["https://hooks.example.org/"])]
    level: Annotated[int, Field(ge=1, le=5)] = 1


async def never(*_: Any) -> Any:
    raise AssertionError("reading a configuration runs nothing")


KINDS: Mapping[str, Kind[Any]] = {
    "page": Kind("page", PageSettings, never),
    "walk": Kind(
        "walk",
        Annotated[LoginSettings | MessageSettings, Field(discriminator="journey")],
        never,
    ),
}
CHANNELS: Mapping[str, ChannelKind[Any]] = {"hook": ChannelKind("hook", HookSettings, never)}

TODAY = datetime(2026, 11, 21, 12, tzinfo=UTC)
"""A Saturday."""
A_PROBE = '[probe.web]\nkind = "page"\nurl = "https://example.org/"\n'


def read(
    folder: Path,
    text: str | bytes,
    environ: Mapping[str, str] | None = None,
    beside: Mapping[str, str] | None = None,
) -> Config:
    """Reads the text as probes.toml; *beside* are other files, by name without .toml."""
    for name, content in (beside or {}).items():
        (folder / f"{name}.toml").write_text(content)
    file = folder / "probes.toml"
    file.write_bytes(text if isinstance(text, bytes) else text.encode())
    return load(file, environ=environ or {}, kinds=KINDS, channels=CHANNELS, clock=HandClock(TODAY))


def problems(
    folder: Path,
    text: str | bytes,
    environ: Mapping[str, str] | None = None,
    beside: Mapping[str, str] | None = None,
) -> tuple[Problem, ...]:
    """None at all when the text is good."""
    try:
        read(folder, text, environ, beside)
    except BadConfiguration as bad:
        return bad.problems
    return ()


def refused(
    folder: Path,
    text: str | bytes,
    environ: Mapping[str, str] | None = None,
    beside: Mapping[str, str] | None = None,
) -> list[str]:
    """What a person is told, without the folder that the test happens to use."""
    told = [
        str(problem).replace(f"{folder}/", "")
        for problem in problems(folder, text, environ, beside)
    ]
    assert told, "nothing was wrong"
    return told


def warned(config: Config, folder: Path) -> list[str]:
    return [str(warning).replace(f"{folder}/", "") for warning in config.warnings]
