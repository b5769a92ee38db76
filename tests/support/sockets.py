"""A server of web sockets that greets, hears one message, and answers it."""

from __future__ import annotations

import asyncio
import hashlib
import re
from base64 import b64encode
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass, field

_MAGIC = b"258EAFA5-E914-47DA-95CA-C5AB0DC85B11"  # RFC 6455 §1.3
_TEXT = 0x81


@dataclass
class Greeting:
    """`heard` is what was said to it; only short texts are understood."""

    url: str = ""
    heard: list[str] = field(default_factory=list)

    async def talk(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        with suppress(asyncio.IncompleteReadError, OSError):
            writer.write(_accepted(await reader.readuntil(b"\r\n\r\n")))
            writer.write(_said("hello"))
            if (text := await _heard(reader)) is not None:
                self.heard.append(text)
                writer.write(_said("echo"))
            await reader.read()
        writer.close()


@asynccontextmanager
async def greeting() -> AsyncIterator[Greeting]:
    """Served on this loop until the block ends."""
    server = Greeting()
    listening = await asyncio.start_server(server.talk, "127.0.0.1", 0)
    server.url = f"ws://127.0.0.1:{listening.sockets[0].getsockname()[1]}"
    async with listening:
        yield server
        listening.close()


def _accepted(head: bytes) -> bytes:
    found = re.search(rb"(?i)^sec-websocket-key: *(\S+)", head, re.MULTILINE)
    assert found, head
    digest = hashlib.sha1(found[1] + _MAGIC).digest()
    return b"\r\n".join(
        (
            b"HTTP/1.1 101 Switching Protocols",
            b"Upgrade: websocket",
            b"Connection: Upgrade",
            b"Sec-WebSocket-Accept: " + b64encode(digest),
            b"\r\n",
        )
    )


def _said(text: str) -> bytes:
    return bytes((_TEXT, len(text))) + text.encode()


async def _heard(reader: asyncio.StreamReader) -> str | None:
    kind, length = await reader.readexactly(2)
    mask = await reader.readexactly(4)
    masked = await reader.readexactly(length & 127)
    plain = bytes(byte ^ mask[at % 4] for at, byte in enumerate(masked))
    return plain.decode() if kind == _TEXT else None
