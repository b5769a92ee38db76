"""Search engines find what is public, and nothing of what is internal."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime
from urllib.robotparser import RobotFileParser
from xml.etree import ElementTree as ET

import pytest

from status_page import render
from status_page.machine.linked import incident_ld, json_ld, work_ld
from tests.status_page.machine.worlds import LEARNED, MOVING, URL, eventful, files

MAP = "{http://www.sitemaps.org/schemas/sitemap/0.9}"


def robots(text: bytes) -> RobotFileParser:
    found = RobotFileParser()
    found.parse(text.decode().splitlines())
    return found


def test_a_public_page_lists_all_its_pages_in_all_languages_once() -> None:
    page = eventful(languages=("en", "de"))
    found = ET.fromstring(files(page)["sitemap.xml"])
    places = [place.text or "" for place in found.iter(f"{MAP}loc")]

    assert places[:2] == [URL, f"{URL}de/"]
    assert f"{URL}de/incidents/k3v9q2/" in places
    assert len(set(places)) == len(places) == 2 * (3 + 6 + 1 + 3 + 3)
    changed = {place.findtext(f"{MAP}loc"): place.findtext(f"{MAP}lastmod") for place in found}
    assert changed[f"{URL}incidents/p0r5t8/"] == "2026-11-04"
    assert changed[URL] is None


def test_whatever_is_listed_is_there() -> None:
    page = eventful(languages=("en", "de"))
    found = render(page)
    places = [place.text or "" for place in ET.fromstring(found["sitemap.xml"]).iter(f"{MAP}loc")]

    assert [place for place in places if f"{place.removeprefix(URL)}index.html" not in found] == []


def test_robots_are_welcome_and_led_to_the_list() -> None:
    found = robots(files(eventful())["robots.txt"])

    assert found.can_fetch("*", f"{URL}index.html")
    assert found.site_maps() == [f"{URL}sitemap.xml"]


@pytest.mark.parametrize("who", ["internal", "protected"])
def test_a_page_that_is_not_for_everybody_is_not_to_be_found(who: str) -> None:
    found = files(eventful(**{who: True}))

    assert not robots(found["robots.txt"]).can_fetch("*", f"{URL}index.html")
    assert "sitemap.xml" not in found


def test_without_a_known_address_there_is_no_list_of_addresses() -> None:
    found = files(eventful(url=""))

    assert "sitemap.xml" not in found
    assert robots(found["robots.txt"]).site_maps() is None


def test_a_page_tells_what_it_is_part_of() -> None:
    page = eventful()

    assert json_ld(page, language="en", address=URL) == {
        "@context": "https://schema.org",
        "@type": "WebSite",
        "name": "Example status",
        "inLanguage": "en",
        "url": URL,
    }
    about = json_ld(page, language="de", address=f"{URL}de/about/", title="Über diese Seite")
    assert about["isPartOf"] == {"@type": "WebSite", "name": "Example status", "url": URL}


def test_an_incident_is_an_article_with_its_true_dates() -> None:
    found = incident_ld(eventful(), LEARNED, language="en", address=f"{URL}incidents/p0r5t8/")

    assert (found["@type"], found["headline"]) == ("Article", "Short links do not open.")
    assert found["datePublished"] == "2026-11-02T09:00:00Z"
    assert found["dateModified"] == "2026-11-04T09:00:00Z"


def test_announced_work_is_an_event_that_takes_place_online() -> None:
    found = work_ld(eventful(), MOVING, language="en", address=f"{URL}maintenance/work-1/")
    begins, ends = (datetime.fromisoformat(found[name]) for name in ("startDate", "endDate"))

    assert (begins, ends) == (MOVING.starts_at, MOVING.ends_at)
    assert begins.tzinfo == UTC
    assert found["location"] == {"@type": "VirtualLocation", "url": URL}
    assert "location" not in work_ld(eventful(url=""), MOVING, language="en", address="")


def test_hostile_titles_stay_short_lines() -> None:
    told = replace(LEARNED, sentence="</script>\u202e" + "x" * 9000)
    found = incident_ld(eventful(), told, language="en", address="")

    assert len(found["headline"]) <= 110
    assert "\u202e" not in found["headline"]
