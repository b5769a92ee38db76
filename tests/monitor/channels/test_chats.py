"""What chats are sent: the whole of it in the form that each of them reads."""

from __future__ import annotations

import json
from typing import Any

import pytest

from monitor.channels import CHANNELS, Delivered, Delivery, Outside, Refused
from monitor.notices import Notice, subject, to_json
from tests.support.notices import opened, resolved
from tests.support.receivers import Answer, Received, Receiver, receiving

ACKNOWLEDGE = "https://trueup.example.org/ack/42"
CALLS = "@channel @everyone <!here> <users/all>"


async def tell(
    outside: Outside, name: str, receiver: Receiver, notice: Notice, **keys: Any
) -> Delivery:
    kind = CHANNELS[name]
    where = "webhook_url" if "webhook_url" in kind.settings.model_fields else "server"
    path = "/hook?token=sesame" if where == "webhook_url" else ""
    settings = kind.settings.model_validate({where: receiver.url + path, "timeout": "5s"} | keys)
    return await kind.send(settings, notice, to_json(notice), outside)


async def sent(outside: Outside, name: str, notice: Notice, **keys: Any) -> tuple[Received, Any]:
    with receiving() as receiver:
        assert await tell(outside, name, receiver, notice, **keys) == Delivered()
    (request,) = receiver.requests
    return request, json.loads(request.body)


TELEGRAM = {"bot_token": "123:abc/def", "chat_id": "-1001"}
MATRIX = {"token": "mine", "room": "!oncall:example.org"}
EVERYWHERE = [
    ("slack", {}), ("mattermost", {}), ("rocketchat", {}), ("discord", {}), ("teams", {}),
    ("googlechat", {}), ("telegram", TELEGRAM), ("matrix", MATRIX),
]  # fmt: skip
in_every_chat = pytest.mark.parametrize(("name", "keys"), EVERYWHERE)


@in_every_chat
async def test_it_says_what_people_cannot_do_and_where_to_click(
    outside: Outside, name: str, keys: dict[str, str]
) -> None:
    request, _ = await sent(outside, name, opened(acknowledge=ACKNOWLEDGE), **keys)
    body = request.body.decode()
    for words in ("People cannot sign in.", "Down since", "2026-03-03 02:14:05 UTC", ACKNOWLEDGE):
        assert words in body
    assert "https://wiki.example.org/playbooks/signin" in body


@in_every_chat
async def test_a_target_cannot_call_everybody(
    outside: Outside, name: str, keys: dict[str, str]
) -> None:
    notice = opened(summary=CALLS, says=(CALLS,), excerpt=CALLS, environment=CALLS)
    _, document = await sent(outside, name, notice, **keys)
    document.pop("body", None)  # of Matrix, where the event itself says that it mentions nobody
    words = json.dumps(document, ensure_ascii=False)
    assert "<!here>" not in words.replace("\\\\<", "")
    assert "<users/all>" not in words.replace("\\\\<", "")
    if name not in ("telegram", "matrix", "teams", "googlechat"):  # there an @ alone calls nobody
        assert "@channel" not in words
        assert "@everyone" not in words


async def test_slack_gets_a_colour_and_link_buttons_and_unfolds_nothing(outside: Outside) -> None:
    request, document = await sent(outside, "slack", opened(acknowledge=ACKNOWLEDGE))
    assert request.path == "/hook?token=sesame"
    assert document["text"] == subject(opened())
    assert document["unfurl_links"] is document["unfurl_media"] is False
    (attachment,) = document["attachments"]
    assert attachment["color"] == "#c62828"
    assert [button["text"] for button in attachment["actions"]] == [
        "What to do", "Acknowledge", "Status page",
    ]  # fmt: skip
    assert attachment["text"].startswith("People cannot sign in.\n\n*Down since:* 2026")


async def test_slack_reads_signs_of_markup_as_text(outside: Outside) -> None:
    _, document = await sent(outside, "slack", opened(summary="a < b & c > d"))
    assert "a &lt; b &amp; c &gt; d" in document["attachments"][0]["text"]


async def test_discord_is_asked_to_answer_only_once_it_stands(outside: Outside) -> None:
    request, document = await sent(outside, "discord", resolved())
    assert request.path == "/hook?token=sesame&wait=true"
    assert document["allowed_mentions"] == {"parse": []}
    (embed,) = document["embeds"]
    assert embed["color"] == 0x2E7D32
    assert embed["timestamp"] == "2026-03-03T02:27:05+00:00"
    assert len(embed["description"]) <= 4_096


async def test_teams_gets_a_card_with_a_coloured_head_facts_and_buttons(outside: Outside) -> None:
    notice = opened(acknowledge=ACKNOWLEDGE, excerpt="HTTP 500\nno_servers")
    request, document = await sent(outside, "teams", notice)
    card = document["attachments"][0]["content"]
    assert document["type"] == "message"
    assert card["body"][0]["style"] == "attention"
    assert {"title": "Last good run", "value": "2026-03-03 02:13:05 UTC"} in card["body"][2][
        "facts"
    ]
    assert card["body"][-1]["text"] == "HTTP 500\n\nno\\_servers"
    assert {"type": "Action.OpenUrl", "title": "Acknowledge", "url": ACKNOWLEDGE} in card["actions"]
    assert len(request.body) < 28_000


async def test_google_chat_keeps_an_incident_in_one_thread(outside: Outside) -> None:
    request, document = await sent(outside, "googlechat", opened(summary="<b>x</b>"))
    assert request.path.endswith("&messageReplyOption=REPLY_MESSAGE_FALLBACK_TO_NEW_THREAD")
    assert document["thread"] == {"threadKey": opened().dedup_key}
    assert "&lt;b&gt;x" in json.dumps(document)


async def test_telegram_gets_html_without_a_preview_of_the_links(outside: Outside) -> None:
    request, document = await sent(
        outside, "telegram", opened(acknowledge=ACKNOWLEDGE), **TELEGRAM, thread_id=7
    )
    assert request.path == "/bot123:abc%2Fdef/sendMessage"
    assert document["chat_id"] == "-1001"
    assert document["message_thread_id"] == 7
    assert document["parse_mode"] == "HTML"
    assert document["link_preview_options"] == {"is_disabled": True}
    assert document["disable_notification"] is False
    assert f'<a href="{ACKNOWLEDGE}">Acknowledge</a>' in document["text"]
    assert len(document["text"]) <= 4_096


async def test_a_matrix_server_can_tell_a_repetition(outside: Outside) -> None:
    request, document = await sent(outside, "matrix", opened(), **MATRIX)
    assert request.method == "PUT"
    assert request.path == (
        "/_matrix/client/v3/rooms/%21oncall%3Aexample.org/send/m.room.message/"
        f"{opened().dedup_key}-1"
    )
    assert request.headers["authorization"] == "Bearer mine"
    assert document["body"].startswith(subject(opened()))
    assert document["format"] == "org.matrix.custom.html"
    assert "<br>" in document["formatted_body"]


async def test_rocket_chat_that_says_no_with_a_200_is_believed(outside: Outside) -> None:
    with receiving(Answer(200, body=b'{"success":false}')) as receiver:
        delivery = await tell(outside, "rocketchat", receiver, opened())
    assert delivery == Refused("the service said that it did not take it")
