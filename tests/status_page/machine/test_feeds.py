"""Feeds carry every update, under ids that stay, with dates that are true."""

from __future__ import annotations

import json
import re
from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta
from email.utils import parsedate_to_datetime
from typing import Any
from xml.etree import ElementTree as ET

import feedparser  # type: ignore[import-untyped]  # it ships no types
import html5lib
import pytest
from hypothesis import given
from hypothesis import strategies as st

from status_page import Page
from status_page.machine.badges import Badges
from status_page.machine.events import Events
from status_page.machine.feeds import Feeds
from tests.status_page.examples import DAY, EXAMPLES, MINUTE, NOW, component, page
from tests.status_page.machine.worlds import AT_NIGHT, UPLOADS_DOWN, eventful, files

ATOM = "{http://www.w3.org/2005/Atom}"
WHOLE = ("history.atom", "history.rss")
HOSTILE = "<script>alert(1)</script> & ]]> \u202e\x00\ud800 \N{PILE OF POO}"
ENTRIES = [
    "Identified: People cannot upload.",
    "Investigating: People cannot upload.",
    "Incident: People cannot upload.",
    "Maintenance has begun: Short links move",
    "Planned maintenance: Short links move",
    "Maintenance is over: The walls are painted",
    "Maintenance has begun: The walls are painted",
    "Planned maintenance: The walls are painted",
    "Resolved: People cannot sign in.",
    "Incident: People cannot sign in.",
    "Post-mortem: Short links do not open.",
    "Resolved: Short links do not open.",
    "Monitoring: Short links do not open.",
    "Incident: Short links do not open.",
]


def fed(page: Page) -> dict[str, bytes]:
    return files(page, Feeds(Events()))


def parsed(page: Page, path: str) -> Any:
    found = feedparser.parse(fed(page)[path])
    assert not found.bozo, found.get("bozo_exception")
    return found


def titles(page: Page, path: str) -> list[str]:
    return [entry.title for entry in parsed(page, path).entries]


@pytest.mark.parametrize("path", WHOLE)
def test_every_update_and_everything_that_nobody_had_to_write_is_an_entry(path: str) -> None:
    assert titles(eventful(), path) == ENTRIES


def test_json_feed_says_the_same() -> None:
    found = json.loads(fed(eventful())["feed.json"])

    assert found["version"] == "https://jsonfeed.org/version/1.1"
    assert found["feed_url"] == "https://status.example.org/feed.json"
    assert [item["title"] for item in found["items"]] == ENTRIES
    assert found["items"][0]["tags"] == ["Uploads"]
    assert "<strong>full</strong>" in found["items"][0]["content_html"]


@pytest.mark.parametrize("name", ["history.atom", "history.rss"])
def test_a_component_has_a_feed_of_its_own(name: str) -> None:
    page = eventful()

    assert titles(page, f"components/uploads/{name}") == ENTRIES[:3]
    assert titles(page, f"components/library/{name}") == []
    assert "Your library" in parsed(page, f"components/library/{name}").feed.title


def ids(page: Page, path: str) -> list[str]:
    return [entry.id for entry in parsed(page, path).entries]


def test_ids_are_the_same_in_all_formats() -> None:
    found = [item["id"] for item in json.loads(fed(eventful())["feed.json"])["items"]]

    assert len(set(found)) == len(found)
    assert all(re.fullmatch("urn:uuid:[0-9a-f-]{36}", id_) for id_ in found)
    assert [ids(eventful(), path) for path in WHOLE] == [found, found]


def test_incidents_keep_their_ids_when_the_page_moves() -> None:
    page = eventful(maintenance=())
    moved = replace(page, url="https://elsewhere.example.org/status/")

    assert ids(page, "history.atom") == ids(moved, "history.atom")


def test_no_two_pages_in_the_world_share_an_id_for_what_has_the_same_name() -> None:
    one = eventful(incidents=())
    other = replace(one, url="https://status.example.net/")

    assert not set(ids(one, "history.atom")) & set(ids(other, "history.atom"))
    assert parsed(one, "history.atom").feed.id != parsed(other, "history.atom").feed.id


def test_a_corrected_update_keeps_its_id_and_its_day_and_is_newer() -> None:
    corrected = replace(UPLOADS_DOWN.updates[1], words="Two disks are full.", edited_at=NOW)
    told = replace(UPLOADS_DOWN, updates=(UPLOADS_DOWN.updates[0], corrected))
    before = parsed(eventful(), "history.atom").entries[0]
    found = parsed(eventful(incidents=(told,)), "history.atom")
    after = found.entries[0]

    assert (after.id, after.published) == (before.id, before.published)
    assert (before.updated, after.updated) == ("2026-11-21T14:00:22Z", "2026-11-21T14:03:22Z")
    assert found.feed.updated == after.updated
    assert "Two disks are full." in after.content[0].value


def test_a_feed_is_as_new_as_its_newest_entry_and_the_same_bytes_until_then() -> None:
    first, later = (fed(eventful(made_at=NOW + minutes * MINUTE)) for minutes in (0, 40))
    feeds = [path for path in first if path.endswith((".atom", ".rss", "feed.json"))]

    assert len(feeds) == 21
    assert {path: first[path] for path in feeds} == {path: later[path] for path in feeds}
    built = ET.fromstring(first["history.rss"]).findtext("channel/lastBuildDate")
    assert parsedate_to_datetime(built or "") == NOW - 3 * MINUTE


def test_an_empty_feed_is_as_old_as_what_it_tells_of() -> None:
    assert parsed(eventful(), "components/library/history.atom").feed.updated == (
        "2026-10-28T00:00:00Z"
    )


def test_links_lead_to_the_page_of_the_incident_and_to_the_feed_itself() -> None:
    for path in WHOLE:
        found = parsed(eventful(), path)
        links = [link.href for link in found.feed.links if link.rel == "self"]
        assert links == [f"https://status.example.org/{path}"]
        assert found.entries[0].link == "https://status.example.org/incidents/k3v9q2/#u2"


def test_where_the_address_is_not_known_nothing_is_made_up() -> None:
    page = eventful(url="")
    feed = json.loads(fed(page)["feed.json"])

    assert titles(page, "history.atom") == titles(page, "history.rss") == ENTRIES
    assert not {"feed_url", "home_page_url"} & feed.keys()
    assert "url" not in feed["items"][0]
    assert b"http://" not in fed(page)["history.rss"].split(b"<channel>")[1]


def test_only_ninety_days_and_fifty_entries_are_told() -> None:
    nights = tuple(
        replace(AT_NIGHT, id=f"n{back}", began_at=NOW - back * DAY, resolved_at=NOW - back * DAY)
        for back in range(120)
    )
    old = eventful(incidents=nights[85:], maintenance=())

    assert len(titles(eventful(incidents=nights), "history.atom")) == 50
    assert len(titles(old, "history.atom")) == 2 * len(range(85, 91))


@pytest.mark.parametrize("made", EXAMPLES.values(), ids=EXAMPLES)
def test_every_feed_of_every_page_is_sound(made: Callable[[], Page]) -> None:
    for path, body in fed(replace(made(), url="https://status.example.org/")).items():
        if path.endswith(".atom"):
            _sound_atom(ET.fromstring(body))
        if path.endswith(".rss"):
            _sound_rss(ET.fromstring(body))


def _sound_atom(feed: ET.Element) -> None:
    """RFC 4287: what must be there, once, and not empty."""
    for element in [feed, *feed.iter(f"{ATOM}entry")]:
        for name in ("id", "title", "updated"):
            assert [bool(found.text) for found in element.findall(f"{ATOM}{name}")] == [True]
    assert feed.find(f"{ATOM}author/{ATOM}name") is not None


def _sound_rss(feed: ET.Element) -> None:
    (channel,) = feed
    assert all(channel.findtext(name) for name in ("title", "link", "description"))
    for item in channel.iter("item"):
        assert item.findtext("title")
        assert item.findtext("description")
        assert item.find("guid[@isPermaLink='false']") is not None


def test_hostile_words_arrive_as_words() -> None:
    told = replace(
        UPLOADS_DOWN,
        sentence=HOSTILE,
        updates=(replace(UPLOADS_DOWN.updates[0], words=f"{HOSTILE}\n\n[x](javascript:alert(1))"),),
    )
    page = eventful(url="", title=HOSTILE, description=HOSTILE, incidents=(told,))

    entry = parsed(page, "history.atom").entries[0]
    raw = ET.fromstring(fed(page)["history.atom"]).findtext(f"{ATOM}entry/{ATOM}content") or ""
    assert "<script" not in raw
    assert "javascript:" not in re.sub(r">[^<]*<", "><", raw)
    assert "alert(1)" in "".join(html5lib.parseFragment(raw).itertext())
    assert "\u202e" not in entry.title


@given(st.text(max_size=60))
def test_no_words_break_a_feed(words: str) -> None:
    updates = (replace(UPLOADS_DOWN.updates[0], words=words),)
    told = replace(UPLOADS_DOWN, sentence=words, updates=updates)
    row = replace(component("Uploads"), name=words)
    made = replace(page(row, incidents=(told,)), title=words, description=words)
    found = dict(Feeds(Events()).files(made))

    ET.fromstring(found["history.atom"])
    ET.fromstring(found["history.rss"])
    assert all(item["title"] for item in json.loads(found["feed.json"])["items"])
    ET.fromstring(dict(Badges().files(made))["badges/uploads/status.svg"])


def test_what_did_not_change_is_not_made_again() -> None:
    room, page = Feeds(Events()), eventful()
    before = dict(room.files(page))
    after = dict(room.files(eventful(incidents=(UPLOADS_DOWN,), made_at=NOW + timedelta(0))))
    again = [path for path, body in after.items() if body is not before[path]]

    assert sorted({path.rpartition("/")[0] for path in again}) == [
        "",
        "components/api",
        "components/short-links",
        "components/signing-in",
    ]
