"""A notice as a mail: plain text, the same as HTML, and the picture of what was seen."""

from __future__ import annotations

from email.headerregistry import Address
from email.message import EmailMessage
from email.policy import SMTP as SMTP_POLICY
from email.utils import format_datetime, getaddresses
from hashlib import sha256
from typing import Final, cast

from monitor.channels.pictures import Photograph
from monitor.notices import Notice, Words

_POLICY: Final = SMTP_POLICY.clone(cte_type="7bit")  # old servers on the way may spoil the rest


def mailbox(written: str) -> Address:
    """`name@example.org` or `Name <name@example.org>`. Raises ValueError or HeaderParseError."""
    ((name, address),) = getaddresses([written])
    if not (written.isprintable() and address.isascii() and address.count("@") == 1):
        raise ValueError(written)
    read = Address(display_name=name, addr_spec=address)
    if not (read.username and read.domain):
        raise ValueError(written)
    return read


def letter(
    sender: Address,
    recipients: list[Address],
    notice: Notice,
    words: Words,
    photo: Photograph | None = None,
) -> EmailMessage:
    """The same to the byte at every attempt, so that mail systems can drop a repetition. Every
    event of an incident but the first is a reply to the first, which keeps them in one thread.
    """
    message = EmailMessage(policy=_POLICY)
    message["From"] = sender
    message["To"] = recipients
    message["Subject"] = words.subject(notice)
    message["Date"] = format_datetime(notice.at)
    message["Message-ID"] = _message_id(notice, notice.sequence, sender)
    if notice.sequence > 1:
        opening = _message_id(notice, 1, sender)
        message["In-Reply-To"] = opening
        message["References"] = opening
    message["Auto-Submitted"] = "auto-generated"
    _fill(message, notice, words, photo)
    return message


def _fill(message: EmailMessage, notice: Notice, words: Words, photo: Photograph | None) -> None:
    unique = sha256(f"{notice.dedup_key}.{notice.sequence}".encode()).hexdigest()[:24]
    message.set_content(words.text(notice))
    message.add_alternative(
        words.html(notice, picture=f"picture.{unique}" if photo else ""), subtype="html"
    )
    message.set_boundary(f"=_alternative.{unique}")
    if photo is not None:
        html = cast("list[EmailMessage]", message.get_payload())[1]
        html.add_related(
            photo.content,
            "image",
            photo.subtype,
            cid=f"<picture.{unique}>",
            filename=f"seen.{'jpg' if photo.subtype == 'jpeg' else photo.subtype}",
            disposition="inline",
        )
        html.set_boundary(f"=_related.{unique}")


def _message_id(notice: Notice, sequence: int, sender: Address) -> str:
    return f"<{notice.dedup_key}.{sequence}@{sender.domain}>"
