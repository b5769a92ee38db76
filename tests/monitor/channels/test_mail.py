"""The letter itself: its parts, the picture in it, and that it is always the same."""

from __future__ import annotations

from dataclasses import replace
from email import message_from_bytes
from email.message import EmailMessage
from email.policy import default
from pathlib import Path

import pytest

from monitor.channels import CHANNELS, Delivered, Outside
from monitor.channels.mail import letter, mailbox
from monitor.channels.pictures import Photograph
from monitor.notices import SAMPLES, Notice, Picture, Words, text, to_json
from tests.support.mail import mail_server
from tests.support.notices import opened, resolved

PNG = b"\x89PNG\r\n\x1a\n" + bytes(2_000)
US, THEM = mailbox("trueup <trueup@example.org>"), [mailbox("oncall@example.org")]


def written(notice: Notice, photo: Photograph | None = None) -> bytes:
    return letter(US, THEM, notice, Words(), photo).as_bytes()


def read(content: bytes) -> EmailMessage:
    message = message_from_bytes(content, policy=default)
    assert isinstance(message, EmailMessage)
    assert not any(part.defects for part in message.walk())
    return message


def html_of(message: EmailMessage) -> str:
    body = message.get_body(("html",))
    assert body is not None
    return str(body.get_content())


def picture_of(message: EmailMessage) -> EmailMessage:
    (picture,) = [each for each in message.walk() if each.get_content_maintype() == "image"]
    assert isinstance(picture, EmailMessage)
    return picture


@pytest.mark.parametrize("notice", SAMPLES.values(), ids=SAMPLES)
def test_every_event_makes_a_letter_that_is_whole_and_always_the_same(notice: Notice) -> None:
    content = written(notice, Photograph("png", PNG))
    assert content == written(notice, Photograph("png", PNG))
    assert content.isascii()
    message = read(content)
    plain = message.get_body(("plain",))
    assert plain is not None
    assert plain.get_content().replace("\r\n", "\n") == text(notice)
    assert html_of(message).rstrip().endswith("</html>")


def test_the_picture_stands_in_the_letter_and_comes_from_nowhere_else() -> None:
    message = read(written(opened(), Photograph("jpeg", PNG)))
    picture = picture_of(message)
    assert picture.get_content() == PNG
    assert picture.get_content_disposition() == "inline"
    assert picture.get_filename() == "seen.jpg"
    assert f'src="cid:{picture["Content-ID"].strip("<>")}"' in html_of(message)


def test_without_a_picture_there_is_no_place_for_one() -> None:
    assert "cid:" not in html_of(read(written(opened())))


def test_everything_after_the_opening_is_a_reply_to_it() -> None:
    first, second = read(written(opened())), read(written(resolved()))
    assert second["References"] == second["In-Reply-To"] == first["Message-ID"]
    assert first["References"] is None


def test_a_key_of_any_length_makes_no_boundary_that_is_too_long() -> None:
    message = read(written(opened(dedup_key="k" * 64), Photograph("png", PNG)))
    bounds = [part.get_boundary() for part in message.walk() if part.is_multipart()]
    assert len(bounds) == 2
    assert all(bound and len(bound) <= 70 for bound in bounds)


async def test_the_channel_finds_the_picture_in_the_folder_of_artefacts(
    outside: Outside, tmp_path: Path
) -> None:
    (tmp_path / "page.png").write_bytes(PNG)
    notice = opened(pictures=(Picture("page.png", "image/png", "page.png"),))
    kind = CHANNELS["email"]
    keys = {
        "host": "127.0.0.1",
        "security": "none",
        "from": "a@example.org",
        "to": ["b@example.org"],
    }
    async with mail_server() as server:
        settings = kind.settings.model_validate(keys | {"port": server.port})
        seeing = replace(outside, artefacts=tmp_path)
        assert await kind.send(settings, notice, to_json(notice), seeing) == Delivered()
    assert picture_of(server.messages[0]).get_content() == PNG
