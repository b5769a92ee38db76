"""Letters by mail, as lists send them: RFC 2369 and RFC 8058 for leaving, RFC 3834 against answers
by machines. The same to the byte at every attempt, so that a repetition can be told.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import datetime
from email.headerregistry import Address
from email.message import EmailMessage
from email.policy import EmailPolicy
from email.utils import format_datetime
from hashlib import sha256
from typing import Final
from urllib.parse import urlsplit

import aiosmtplib

from monitor.channels.email import EmailSettings, hand_in
from monitor.channels.mail import mailbox
from monitor.channels.trouble import way_trouble
from monitor.subscribing.outcome import Later, Never, Outcome, Sent, Stuck
from status_page.subscribing import About, Letter, Links
from status_page.text import tidy

_ADDRESS_GONE: Final = re.compile(r"\b5\.1\.(?:0|1|2|3|6|10)\b")
_ENHANCED: Final = re.compile(r"\b5\.\d{1,3}\.\d{1,3}\b")


class _Policy(EmailPolicy):
    """Python would write a long address in a header as encoded words, which no reader of these
    headers undoes.
    """

    def fold(self, name: str, value: str) -> str:
        if name.lower() in ("list-unsubscribe", "list-id"):
            return f"{name}: {value}{self.linesep}"
        return str(super().fold(name, value))

    def fold_binary(self, name: str, value: str) -> bytes:
        return self.fold(name, value).encode("ascii", "surrogateescape")


_POLICY: Final = _Policy(linesep="\r\n", cte_type="7bit")


@dataclass(frozen=True, slots=True)
class Post:
    """What stands on the envelope and around the letter."""

    to: str
    page: About
    links: Links
    at: datetime
    key: str
    """The same for the same letter to the same subscriber, and for no other."""
    thread: str = ""
    """The same for all letters to one subscriber about one thing; empty for one that is alone."""
    listed: bool = True
    """Whether it is one of many; one that asks for confirmation is not."""


async def send(settings: EmailSettings, letter: Letter, post: Post) -> Outcome:
    """One attempt. Raises nothing for the mail server's sake."""
    try:
        await hand_in(settings, written(settings, letter, post), [post.to])
    except aiosmtplib.SMTPRecipientsRefused as error:
        refused = error.recipients[0]
        return _judge(refused.code, str(refused.message))
    except aiosmtplib.SMTPDataError as error:
        if error.code >= 500:
            return Never(f"the mail server refused the letter ({error.code})")
        return Later(f"the mail server refused the letter ({error.code})")
    except aiosmtplib.SMTPResponseException as error:
        return Stuck(f"the mail server refused us ({error.code})")
    except OSError as error:
        return Stuck(way_trouble(error))
    except aiosmtplib.SMTPException:
        return Stuck("the mail server offers no encryption or no sign-in as configured")
    return Sent()


def _judge(code: int, said: str) -> Outcome:
    """An answer to the address. A plain 550 means that there is nobody; where the server says more
    precisely that it is about something else, such as our reputation, it means less.
    """
    why = f"the mail server refused the address ({code})"
    if code < 500:
        return Later(why)
    precise = _ENHANCED.search(said)
    gone = bool(_ADDRESS_GONE.search(said)) if precise else code == 550
    return Never(why, gone=gone)


def written(settings: EmailSettings, letter: Letter, post: Post) -> EmailMessage:
    """The mail, ready to be handed in."""
    sender = mailbox(settings.sender)
    message = EmailMessage(policy=_POLICY)
    message["From"] = Address(
        display_name=sender.display_name or tidy(post.page.title), addr_spec=sender.addr_spec
    )
    message["To"] = Address(addr_spec=post.to)
    message["Subject"] = letter.subject
    message["Date"] = format_datetime(post.at)
    message["Message-ID"] = f"<{_digest(post.key)}@{sender.domain}>"
    if post.thread:
        message["References"] = f"<{_digest(post.thread)}@{sender.domain}>"
    message["Auto-Submitted"] = "auto-generated"
    message["X-Auto-Response-Suppress"] = "All"
    if post.listed:
        message["Precedence"] = "bulk"
        message["List-Id"] = f"<{_list(post.page)}>"
        message["List-Unsubscribe"] = f"<{post.links.unsubscribe}>"
        message["List-Unsubscribe-Post"] = "List-Unsubscribe=One-Click"
    message.set_content(letter.text)
    message.add_alternative(letter.html, subtype="html")
    message.set_boundary(f"=_{_digest(post.key)}")
    return message


def _list(page: About) -> str:
    host = urlsplit(page.url).hostname or "localhost"
    return f"{page.id or 'status'}.{host}"


def _digest(text: str) -> str:
    return sha256(text.encode()).hexdigest()[:32]
