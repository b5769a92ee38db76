"""`trueup practice`: the practice site alone."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from monitor.cli.ground import fail, out

NAME = "practice"
EXAMPLES = "[dim]trueup practice · trueup practice --fault upload-down[/]"


def command(
    fault: Annotated[
        list[str] | None, typer.Option(help="Start with this fault switched on.")
    ] = None,
    host: Annotated[str, typer.Option(help="The address to listen on.")] = "127.0.0.1",
    port: Annotated[int, typer.Option(min=1, max=65535, help="The port to listen on.")] = 8601,
    state: Annotated[Path, typer.Option(help="The folder for its data.")] = Path("var/practice"),
    until_stdin_closes: Annotated[bool, typer.Option(hidden=True)] = False,
) -> None:
    """Run the practice site: a small real application with every outage as a switch."""
    import practice  # noqa: PLC0415 - nobody else needs it

    unknown = sorted(set(fault or []) - set(practice.FAULTS))
    if unknown:
        fail(f"there is no fault {unknown[0]!r}; there are {', '.join(practice.FAULTS)}")
    if not until_stdin_closes:
        out.print(f"Practice site  http://{host}:{port}/", highlight=False)
        out.print(f"Break things   http://{host}:{port}/faults", highlight=False)
    try:
        practice.serve(
            host=host,
            port=port,
            state=state,
            faults=fault or (),
            until_stdin_closes=until_stdin_closes,
        )
    except OSError as trouble:
        fail(str(trouble))
