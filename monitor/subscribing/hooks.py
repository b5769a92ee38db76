"""Letters to programs: the envelope that openstatus sends, signed, to addresses that said that they
want it.
"""

from __future__ import annotations

import hmac
from collections.abc import Mapping
from datetime import datetime, timedelta
from hashlib import sha256
from typing import Any, Final

from monitor.channels import Delivered, Delivery, Outside, Refused, Retry
from monitor.channels.posting import Post, json_bytes, post, read_json
from monitor.channels.webhook import signature
from monitor.clock import iso
from monitor.subscribing.outcome import Later, Never, Outcome, Sent
from status_page.markdown import to_text
from status_page.subscribing import About, Links, News, Said
from status_page.subscribing.letter import sentence_of
from status_page.tongue import Tongue

TIMEOUT: Final = timedelta(seconds=10)
_NUMBER_MAX: Final = 2**48
_IMPACTS: Final = {
    "none": "operational",
    "minor": "degraded_performance",
    "major": "partial_outage",
    "critical": "major_outage",
}


def body(news: News, said: Said, tongue: Tongue, links: Links) -> dict[str, Any]:
    """One thing that happened. Numbers stand for our ids, which are text, and are as stable."""
    message = to_text(said.words) if said.words else sentence_of(said, news, tongue)
    inner = {
        "id": _number(news.folder),
        "key": news.folder.rpartition("/")[2],
        "title": news.title,
        "url": f"{news.page.url}{news.folder}/",
        "page": _page(news.page),
        "components": [_component(id_, name, news.impact) for id_, name in news.components],
    }
    if said.stage is None:
        return _envelope("maintenance", {"maintenance": inner | _work(news, said, message)}, links)
    update = {
        "id": _number(f"{news.folder}|{said.id}"),
        "key": said.id,
        "status": "resolved" if said.stage.value == "postmortem" else said.stage.value,
        "stage": said.stage.value,
        "message": message,
        "created_at": iso(said.at),
    }
    return _envelope("status_report", {"status_report": inner | {"update": update}}, links)


def asking(page: About, challenge: str, links: Links) -> dict[str, Any]:
    """Asks whether the address wants more: whoever answers with the challenge does."""
    said = {
        "message": (
            "Repeat the challenge in your answer to be subscribed, or open the address to confirm."
        ),
        "challenge": challenge,
        "confirm_url": links.confirm,
        "page": _page(page),
    }
    return _envelope("test", said, links)


async def send(
    outside: Outside, address: str, document: Mapping[str, Any], key: str, secret: str
) -> Outcome:
    """One attempt. *key* is the same at every repetition."""
    return _judge(await _post(outside, address, document, key, secret))


async def ask(
    outside: Outside, address: str, document: Mapping[str, Any], key: str, secret: str
) -> tuple[Outcome, bool]:
    """As `send`; and whether the answer held the challenge."""
    challenge = str(document["data"]["challenge"])
    heard: list[bool] = []

    def reads(_: Mapping[str, str], answer: bytes) -> Delivery | None:
        heard.append(_repeats(answer, challenge))
        return None

    outcome = _judge(await _post(outside, address, document, key, secret, reads))
    return outcome, any(heard)


def _repeats(answer: bytes, challenge: str) -> bool:
    read = read_json(answer)
    said = read.get("challenge") if isinstance(read, dict) else None
    plain = said if isinstance(said, str) else answer.decode("utf-8", "replace").strip()
    return hmac.compare_digest(plain.encode(), challenge.encode())


async def _post(
    outside: Outside,
    address: str,
    document: Mapping[str, Any],
    key: str,
    secret: str,
    reads: Any = None,
) -> Delivery:
    content = json_bytes(document)
    headers = {
        "Content-Type": "application/json",
        "Idempotency-Key": key,
        "X-Trueup-Signature": signature(secret.encode(), content, outside.clock.now()),
    }
    return await post(outside, TIMEOUT, Post(address, content, headers), reads=reads)


def _judge(delivery: Delivery) -> Outcome:
    match delivery:
        case Delivered():
            return Sent()
        case Retry(why=why, after=after):
            return Later(why, after, counts=True)
        case Refused(why=why):
            return Never(why, gone=why == "answered 410")


def _envelope(kind: str, data: Mapping[str, Any], links: Links) -> dict[str, Any]:
    own = {"manage_url": links.manage, "unsubscribe_url": links.unsubscribe}
    return {"version": "1", "type": kind, "data": data, "subscription": own}


def _work(news: News, said: Said, message: str) -> dict[str, Any]:
    return {
        "message": message,
        "status": said.what.value,
        "starts_at": iso(news.began_at),
        "ends_at": _iso(news.ends_at),
    }


def _iso(at: datetime | None) -> str | None:
    return None if at is None else iso(at)


def _page(page: About) -> dict[str, Any]:
    slug = page.id or "status"
    return {"id": _number(slug), "name": page.title, "slug": slug, "url": page.url}


def _component(id_: str, name: str, impact: str) -> dict[str, Any]:
    return {"id": _number(id_), "key": id_, "name": name, "impact": _IMPACTS[impact]}


def _number(text: str) -> int:
    return int.from_bytes(sha256(text.encode()).digest()[:8]) % _NUMBER_MAX
