"""How a command has an order carried out: by the daemon at work, or else right here."""

from __future__ import annotations

import getpass
import os
import sys
import time
from collections.abc import Callable
from contextlib import closing, suppress
from functools import partial
from typing import Annotated, Final

import typer
from pydantic import ValidationError
from typer.core import TyperGroup

from monitor.acts import acting, orders, planning
from monitor.acts.orders import WORDS_MAX, CannotAct, Done, Order
from monitor.cli.ground import NOT_KNOWN, fail, log_quietly, out, say_json
from monitor.clock import SystemClock
from monitor.config import Config, Scrubber
from monitor.server import control
from monitor.server.control import NoDaemon, Unanswered
from monitor.state import DATABASE, CannotStart, claim
from monitor.store import StoreTrouble, Writer

REFUSED: Final = 1
BETWEEN: Final = 0.25  # seconds between looks, while a daemon starts or stops
PATIENCE: Final = 10.0

By = Annotated[str, typer.Option("--by", help="Who says so; default: your login name.")]


class WithoutAdd(TyperGroup):
    """A group in which `add` need not be written."""

    def parse_args(self, ctx: typer.Context, args: list[str]) -> list[str]:  # type: ignore[override] # typer.Context is click's
        if args and args[0] not in {*self.commands, "-h", "--help"}:
            args = ["add", *args]
        return super().parse_args(ctx, args)


def give(config: Config, make: Callable[[], Order], *, as_json: bool) -> None:
    """Has the order carried out and says what came of it. Ends the command with status 1 when it
    was refused, 2 when it makes no sense, and 3 when it is not known to be done.
    """
    log_quietly(config)
    try:
        done = carried_out(config, make())
    except ValidationError as bad:
        fail(orders.complaint(bad))
    except CannotAct as no:
        fail(str(no), REFUSED)
    except (StoreTrouble, Unanswered) as trouble:
        fail(str(trouble), NOT_KNOWN)
    if as_json:
        say_json({"said": done.said, **done.facts})
    else:
        out.print(done.said, markup=False, highlight=False, soft_wrap=True)


def carried_out(config: Config, order: Order) -> Done:
    """Raises CannotAct, StoreTrouble, and Unanswered when it is not known to be done."""
    database = config.state / DATABASE
    if not database.exists():
        raise StoreTrouble(f"{database}: no history yet; start the daemon with: trueup run")
    ends = time.monotonic() + PATIENCE
    while True:
        with suppress(NoDaemon):
            return control.ask(config.state, order)
        try:
            return _here(config, order)
        except CannotStart as taken:
            # A daemon that is starting or stopping holds the folder and does not listen.
            if not isinstance(taken.__cause__, BlockingIOError) or time.monotonic() > ends:
                raise Unanswered(f"{taken}; nothing was done") from None
        time.sleep(BETWEEN)


def _here(config: Config, order: Order) -> Done:
    """Raises CannotStart when the state folder is somebody else's."""
    with claim(config.state), closing(Writer(config.state / DATABASE)) as writer:
        order = orders.scrubbed(order, Scrubber(config.secrets).text)
        known, at = planning.known(config), SystemClock().now()
        work = partial(acting.carry_out, order=order, config=known, at=at)
        try:
            return writer.submit(work).result(PATIENCE)
        except TimeoutError:
            raise StoreTrouble("the database did not take it in time") from None


def text(written: str) -> str:
    """What was typed; for `-` what comes on standard input, whatever its bytes are."""
    if written != "-":
        return written
    return sys.stdin.buffer.read(4 * WORDS_MAX + 1).decode(sys.stdin.encoding, "replace")


def who(by: str) -> str:
    """The login name, unless somebody says another."""
    if by:
        return by
    with suppress(OSError, KeyError):
        return os.environ.get("SUDO_USER") or getpass.getuser()
    return ""
