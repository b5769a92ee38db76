"""`trueup subscribers`: who wants to hear of incidents, for whoever has to answer for it."""

from __future__ import annotations

import time
from collections import Counter
from contextlib import closing, suppress
from functools import partial
from typing import Annotated, Any, Final

import httpx
import typer
from rich.text import Text

from monitor.acts.orders import instant
from monitor.cli import tables
from monitor.cli.ground import (
    DEFAULT_CONFIG,
    NOT_KNOWN,
    AsJson,
    ConfigPath,
    banner,
    fail,
    history,
    log_quietly,
    out,
    read,
    say_json,
)
from monitor.clock import iso
from monitor.config import Config
from monitor.server.control import NoDaemon, Unanswered, reaching
from monitor.server.subscribing import DELETE_PATH
from monitor.state import DATABASE, CannotStart, claim
from monitor.store import StoreTrouble, Writer, subscriber_letters, subscribers
from monitor.store.subscribers import Subscriber
from monitor.subscribing.addresses import masked

NAME: Final = "subscribers"
EXAMPLES: Final = (
    "[dim]trueup subscribers count · trueup subscribers list · trueup subscribers delete"
    " somebody@example.org · trueup subscribers export > subscribers.json[/]"
)
UNKNOWN: Final = 1
PATIENCE: Final = 10.0
BETWEEN: Final = 0.25

app = typer.Typer(
    no_args_is_help=True,
    help="Who subscribed to a page by e-mail or webhook. Addresses are masked, but for those who"
    " ask for a copy.",
    epilog=EXAMPLES,
)


@app.command("list")
def listed(as_json: AsJson = False, config: ConfigPath = DEFAULT_CONFIG) -> None:
    """Everybody, the oldest first, with masked addresses."""
    read_config = read(config)
    with history(read_config) as db:
        found = subscribers.everybody(db)
    if as_json:
        say_json([_document(each, masked(each.kind, each.address)) for each in found])
        return
    out.print(f"{banner(read_config)} {_headline(found)}".strip(), highlight=False)
    if found:
        out.print()
        tables.show(_table(found))


@app.command("count")
def count(as_json: AsJson = False, config: ConfigPath = DEFAULT_CONFIG) -> None:
    """How many there are, and how many letters wait."""
    read_config = read(config)
    with history(read_config) as db:
        found, waiting = subscribers.everybody(db), subscriber_letters.waiting(db)
    if as_json:
        say_json(_counts(found) | {"letters_waiting": waiting})
        return
    letters = f"{waiting} letter{'' if waiting == 1 else 's'} to be delivered."
    out.print(f"{banner(read_config)} {_headline(found)} {letters}".strip(), highlight=False)


@app.command("delete")
def delete(
    address: Annotated[str, typer.Argument(help="The address, in full.")],
    as_json: AsJson = False,
    config: ConfigPath = DEFAULT_CONFIG,
) -> None:
    """Delete every trace of an address, from all pages, at once. Backups keep it until they go."""
    read_config = read(config)
    log_quietly(read_config)
    try:
        deleted = _deleted(read_config, address.strip())
    except (StoreTrouble, Unanswered) as trouble:
        fail(str(trouble), NOT_KNOWN)
    if as_json:
        say_json({"deleted": deleted})
    elif deleted:
        out.print(f"Deleted {deleted} subscription{'' if deleted == 1 else 's'}.", highlight=False)
    if not deleted:
        fail("There is no subscription of this address; it must be written in full.", UNKNOWN)


@app.command("export")
def export(config: ConfigPath = DEFAULT_CONFIG) -> None:
    """All that is kept of everybody as JSON, with addresses in full: keep it safe."""
    with history(read(config)) as db:
        found = subscribers.everybody(db)
    say_json([_document(each, each.address) for each in found])


def _deleted(config: Config, address: str) -> int:
    """By the daemon at work, or else right here. Raises StoreTrouble and Unanswered."""
    if not (config.state / DATABASE).exists():
        raise StoreTrouble(f"{config.state / DATABASE}: no history yet; nobody has subscribed")
    ends = time.monotonic() + PATIENCE
    while True:
        with suppress(NoDaemon):
            return _by_daemon(config, address)
        try:
            return _here(config, address)
        except CannotStart as taken:
            # A daemon that is starting or stopping holds the folder and does not listen.
            if not isinstance(taken.__cause__, BlockingIOError) or time.monotonic() > ends:
                raise Unanswered(f"{taken}; nothing was done") from None
        time.sleep(BETWEEN)


def _by_daemon(config: Config, address: str) -> int:
    with reaching(config.state) as client:
        try:
            answer = client.post(DELETE_PATH, content=address.encode())
        except httpx.ConnectError:
            raise NoDaemon from None
        except httpx.HTTPError as trouble:
            raise Unanswered(
                f"the daemon did not answer ({type(trouble).__name__}); whether it was done is not"
                " known: look with trueup subscribers count"
            ) from None
    if answer.status_code == 503:
        raise StoreTrouble(answer.text)
    if answer.status_code != 200 or not answer.text.isdecimal():
        raise Unanswered(f"the daemon answered {answer.status_code}; is it of another version?")
    return int(answer.text)


def _here(config: Config, address: str) -> int:
    with claim(config.state), closing(Writer(config.state / DATABASE)) as writer:
        work = partial(subscribers.forget_address, address=address)
        try:
            return writer.submit(work).result(PATIENCE)
        except TimeoutError:
            raise StoreTrouble("the database did not take it in time") from None


def _counts(found: list[Subscriber]) -> dict[str, int]:
    kinds = Counter(each.kind.value for each in found if each.confirmed_at)
    waiting = sum(each.confirmed_at is None for each in found)
    return {"email": kinds["email"], "webhook": kinds["webhook"], "unconfirmed": waiting}


def _headline(found: list[Subscriber]) -> str:
    counts = _counts(found)
    return (
        f"{counts['email']} by e-mail, {counts['webhook']} by webhook, "
        f"{counts['unconfirmed']} yet to confirm."
    )


def _table(found: list[Subscriber]) -> Any:
    table = tables.table("page", "kind", tables.words("address"), "of", "language", "since")
    for each in found:
        since = instant(each.confirmed_at) if each.confirmed_at else "not confirmed"
        table.add_row(
            each.page or "main",
            each.kind.value,
            Text(masked(each.kind, each.address)),
            Text(", ".join(each.components) or "everything"),
            each.language,
            since,
        )
    return table


def _document(each: Subscriber, address: str) -> dict[str, Any]:
    return {
        "page": each.page,
        "kind": each.kind.value,
        "address": address,
        "components": list(each.components),
        "language": each.language,
        "created_at": iso(each.created_at),
        "confirmed_at": iso(each.confirmed_at) if each.confirmed_at else None,
        "failures": each.failures,
    }
