"""Journeys that sign in as another probe does: what they name is put in its place."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from hashlib import blake2b
from typing import TYPE_CHECKING, Any

from probes.journeys.credentials import SharedSignIn, SignIn, SignsInFirst
from probes.journeys.login import LoginSettings
from probes.journeys.ready import secrets_of

if TYPE_CHECKING:
    from probes.kind import Refuse


def share(settings: Mapping[str, Any], refuse: Refuse) -> Mapping[str, Any]:
    """The settings that change: of those that name a probe, and of the probes they name."""
    return dict(_shared(settings, refuse))


def _shared(settings: Mapping[str, Any], refuse: Refuse) -> Iterator[tuple[str, Any]]:
    for id_, each in settings.items():
        if not isinstance(each, SignsInFirst) or not each.sign_in:
            continue
        named = settings.get(each.sign_in)
        if isinstance(named, LoginSettings):
            session = _session(each.sign_in, named)
            yield id_, each.model_copy(update={"login": _as_shared(named, session)})
            yield each.sign_in, named.shared_as(session)
        else:
            refuse(id_, "sign_in", each.sign_in, _no_login(each.sign_in, settings))


def _session(named: str, login: LoginSettings) -> str:
    """Another one as soon as anything about signing in changes, the password above all."""
    told = f"{login!r} {sorted(secrets_of(login).items())}"
    return f"{named} {blake2b(told.encode(), digest_size=8).hexdigest()}"


def _as_shared(login: LoginSettings, session: str) -> SharedSignIn:
    keys = {name: getattr(login, name) for name in SignIn.model_fields}
    return SharedSignIn.model_construct(**keys, session=session)


def _no_login(named: str, settings: Mapping[str, Any]) -> str:
    able = [id_ for id_, each in settings.items() if isinstance(each, LoginSettings)]
    said = f'{named} is no probe with journey = "login"; '
    return said + (
        f"name one that is, as {able[0]}" if able else "write one, or a login table here"
    )
