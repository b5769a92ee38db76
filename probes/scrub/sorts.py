"""Whether a secret would be seen in some bytes, by what they are."""

from __future__ import annotations

from typing import Final

_PICTURES: Final = (
    *(b"\x89PNG\r\n", b"\xff\xd8\xff", b"GIF8", b"BM", b"\x00\x00\x01\x00"),
    *(b"wOFF", b"wOF2", b"OTTO", b"\x00\x01\x00\x00", b"ttcf"),
)
_LOOKED_AT: Final = 64 * 1024
_BOMS: Final = (b"\xff\xfe", b"\xfe\xff")


def is_text(content: bytes) -> bool:
    """In any encoding that has no zeros, or says that it has."""
    return b"\0" not in content[:_LOOKED_AT] or content.startswith(_BOMS)


def is_picture(content: bytes) -> bool:
    """Or a font."""
    riff = content[:4] == b"RIFF" and content[8:12] == b"WEBP"
    return riff or content.startswith(_PICTURES)
