"""A real mail server on loopback, for as long as a block lasts."""

from __future__ import annotations

import asyncio
import ssl
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from email import message_from_bytes
from email.message import EmailMessage
from email.policy import default
from typing import Any

from aiosmtpd.smtp import SMTP, AuthResult, LoginPassword

USER, PASSWORD = "trueup", "sesame-4711"


@dataclass(slots=True)
class MailServer:
    """`says` replaces the answer to a verb, such as `{"DATA": "451 later"}`; a recipient named in
    it, too. `hangs_at` is a verb after which nothing is said any more.
    """

    port: int = 0
    messages: list[EmailMessage] = field(default_factory=list)
    raw: list[bytes] = field(default_factory=list)
    recipients: list[list[str]] = field(default_factory=list)
    says: dict[str, str] = field(default_factory=dict)
    hangs_at: str = ""
    encrypted: list[bool] = field(default_factory=list)

    async def _reply(self, verb: str, usual: str) -> str:
        if verb == self.hangs_at:
            await asyncio.sleep(60)
        return self.says.get(verb, usual)

    async def handle_MAIL(  # noqa: N802 - aiosmtpd looks handlers up by these names
        self, _server: Any, _session: Any, envelope: Any, address: str, options: list[str]
    ) -> str:
        envelope.mail_from = address
        envelope.mail_options.extend(options)
        return await self._reply("MAIL", "250 OK")

    async def handle_RCPT(  # noqa: N802 - as above
        self, _server: Any, _session: Any, envelope: Any, address: str, _options: list[str]
    ) -> str:
        answer = self.says.get(address) or await self._reply("RCPT", "250 OK")
        if answer.startswith("2"):
            envelope.rcpt_tos.append(address)
        return answer

    async def handle_DATA(self, _server: Any, session: Any, envelope: Any) -> str:  # noqa: N802 - as above
        answer = await self._reply("DATA", "250 OK")
        if answer.startswith("2"):
            self.raw.append(envelope.content)
            read = message_from_bytes(envelope.content, policy=default)
            assert isinstance(read, EmailMessage)
            self.messages.append(read)
            self.recipients.append(envelope.rcpt_tos)
            self.encrypted.append(session.ssl is not None)
        return answer

    async def handle_QUIT(self, _server: Any, _session: Any, _envelope: Any) -> str:  # noqa: N802 - as above
        return await self._reply("QUIT", "221 Bye")


@asynccontextmanager
async def mail_server(
    security: str = "none", certified: ssl.SSLContext | None = None, *, sign_in: bool = False
) -> AsyncIterator[MailServer]:
    """`security` is none, starttls or tls; with `sign_in`, only the user above may send."""
    server = MailServer()
    starttls = certified if security == "starttls" else None
    tls = certified if security == "tls" else None

    def make() -> SMTP:
        return SMTP(
            server,
            hostname="mail.example.org",
            tls_context=starttls,
            require_starttls=starttls is not None,
            authenticator=_may_enter if sign_in else None,
            auth_required=sign_in,
            auth_require_tls=starttls is not None,
        )

    listening = await asyncio.get_running_loop().create_server(make, "127.0.0.1", 0, ssl=tls)
    server.port = listening.sockets[0].getsockname()[1]
    async with listening:
        yield server


def _may_enter(
    _server: Any, _session: Any, _envelope: Any, _mechanism: str, given: Any
) -> AuthResult:
    good = isinstance(given, LoginPassword) and (given.login, given.password) == (
        USER.encode(),
        PASSWORD.encode(),
    )
    return AuthResult(success=good, handled=False)
