"""`trueup deploy`: which version of what went out, and when."""

from __future__ import annotations

import os
from collections.abc import Mapping
from datetime import timedelta
from typing import Annotated, Any, Final

import typer
from rich.text import Text

from monitor.acts import deploying
from monitor.acts.orders import NAME_MAX, ForgetDeploy, RecordDeploy
from monitor.cli import giving, tables, times
from monitor.cli.ground import (
    DEFAULT_CONFIG,
    AsJson,
    ConfigPath,
    banner,
    brief,
    history,
    out,
    read,
    say_json,
)
from monitor.clock import SystemClock
from monitor.config import Config
from monitor.notices import lines
from monitor.store import deploys
from monitor.store.deploys import Deploy

NAME: Final = "deploy"
EXAMPLES: Final = (
    "[dim]trueup deploy record --service api --version 1.4.2 --by ci\n"
    "trueup deploy record --service api --version 1.4.1 --at 14:30\n"
    "trueup deploy list --service api\n"
    "trueup deploy forget 12[/]"
)

app = typer.Typer(
    no_args_is_help=True,
    help="Which version of what went out, and when. Whatever breaks afterwards is told with it.",
    epilog=EXAMPLES,
)

_WHO: Final = (
    "GITHUB_ACTOR",
    "GITLAB_USER_LOGIN",
    "BUILD_USER_ID",
    "BUILDKITE_BUILD_CREATOR",
    "CIRCLE_USERNAME",
    "DRONE_COMMIT_AUTHOR",
)
_WHERE: Final = ("CI_JOB_URL", "BUILD_URL", "BUILDKITE_BUILD_URL", "CIRCLE_BUILD_URL")
_GITHUB: Final = ("GITHUB_SERVER_URL", "GITHUB_REPOSITORY", "GITHUB_RUN_ID")


@app.command("record", epilog=EXAMPLES)
def record(  # noqa: PLR0913 - one parameter an option
    *,
    service: Annotated[
        str, typer.Option("--service", help="Its id, or any other name it has.", metavar="NAME")
    ],
    version: Annotated[str, typer.Option("--version", help="What went out.")],
    by: Annotated[
        str, typer.Option("--by", help="Who did it; default: who the pipeline says, or you.")
    ] = "",
    url: Annotated[
        str, typer.Option("--url", help="Where it can be looked at; default: the pipeline's page.")
    ] = "",
    environment: Annotated[str, typer.Option("--environment", help="Default: ours.")] = "",
    previous: Annotated[
        str, typer.Option("--previous", help="The version before; default: as recorded.")
    ] = "",
    note: Annotated[str, typer.Option("--note", help="What is to be said about it.")] = "",
    at: Annotated[
        str,
        typer.Option("--at", help='When it was: "14:30", or "2026-12-01T02:00". In UTC.'),
    ] = "",
    key: Annotated[
        str,
        typer.Option("--key", help="Told twice with the same key, it is one deploy all the same."),
    ] = "",
    as_json: AsJson = False,
    config: ConfigPath = DEFAULT_CONFIG,
) -> None:
    """Say that a version of a service goes out, or went out --at some time. A line in a pipeline,
    best right before the one that brings it there: what breaks from then on is told with it.
    """
    read_config = read(config)
    when = times.past(at, "--at", SystemClock().now()) if at else None
    giving.give(
        read_config,
        lambda: RecordDeploy(
            service=service,
            version=version,
            previous=previous,
            environment=environment,
            by=by or _first(os.environ, _WHO) or giving.who(""),
            url=url or _page(os.environ),
            note=note,
            at=when,
            key=key,
        ),
        as_json=as_json,
    )


@app.command("list", epilog=EXAMPLES)
def listed(
    service: Annotated[str, typer.Option("--service", help="Only of this one.")] = "",
    limit: Annotated[int, typer.Option(min=1, max=10_000, help="At most so many.")] = 30,
    as_json: AsJson = False,
    config: ConfigPath = DEFAULT_CONFIG,
) -> None:
    """The deploys that were recorded, the newest first."""
    read_config = read(config)
    known = read_config.changes.service(service)
    with history(read_config) as db:
        found = deploys.newest(db, limit, (known.id if known else service) or None)
    if as_json:
        say_json([deploying.facts(each) for each in found])
        return
    out.print(f"{banner(read_config)} {_headline(found, service)}".strip(), highlight=False)
    if found:
        out.print()
        tables.show(_table(found, read_config))


@app.command("forget", epilog=EXAMPLES)
def forget(
    number: Annotated[int, typer.Argument(min=1, help="As trueup deploy list shows it.")],
    by: giving.By = "",
    as_json: AsJson = False,
    config: ConfigPath = DEFAULT_CONFIG,
) -> None:
    """Take back what was recorded by mistake: it is no longer listed, named with an incident, or
    gone back to. Refused when something was done because of it.
    """
    read_config = read(config)
    giving.give(
        read_config, lambda: ForgetDeploy(number=number, by=giving.who(by)), as_json=as_json
    )


def _headline(found: list[Deploy], service: str) -> str:
    of = f" of {service}" if service else ""
    if not found:
        return f"No deploy{of} was recorded yet; record one with: trueup deploy record"
    ago = brief(max(SystemClock().now() - found[0].at, timedelta()))
    if len(found) == 1:
        return f"One deploy{of}, {ago} ago."
    return f"{len(found)} deploys{of}, the newest {ago} ago."


def _table(found: list[Deploy], config: Config) -> Any:
    more = tables.words("about it")
    table = tables.table("#", "at", "service", "version", "before", "to", "by", more)
    for each in found:
        ours = each.environment in {"", config.environment}
        table.add_row(
            str(each.id),
            lines.instant(each.at),
            Text(each.service, style="bold" if config.changes.service(each.service) else "dim"),
            Text(each.version),
            Text(each.previous, style="dim"),
            Text(each.environment, style="dim" if ours else "yellow"),
            Text(each.by),
            Text(" ".join(filter(None, (each.note, each.url)))),
        )
    return table


def _first(environment: Mapping[str, str], names: tuple[str, ...]) -> str:
    """What a pipeline says in one of these variables, cut to what a name may have."""
    found = (environment.get(name, "").strip() for name in names)
    return next((each[:NAME_MAX] for each in found if each), "")


def _page(environment: Mapping[str, str]) -> str:
    server, repository, run = (environment.get(name, "") for name in _GITHUB)
    if server and repository and run:
        return f"{server}/{repository}/actions/runs/{run}"
    return next((environment[name] for name in _WHERE if environment.get(name)), "")
