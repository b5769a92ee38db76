"""What makes a line another one, and what does not."""

from __future__ import annotations

import pytest

from monitor.captures.tidy import sameness


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("2026-03-14T02:14:05.113Z boom", "2026-03-15 11:00:59,4+02:00 boom"),
        ("boom at 2026-03-14 02:14:05", "boom at 2026-03-15 11:00:59"),
        ("1773454445.113 boom", "1773454446.2 boom"),
        ("Mar 14 02:14:05 web app[812]: boom", "Apr  1 12:00:00 web app[91]: boom"),
        ("[2026-03-14 02:14:05 +0000] [812] boom", "[2026-03-14 02:14:09 +0000] [9] boom"),
        (
            "2026/03/14 02:14:05 [error] 812#812: *1204 refused",
            "2026/03/14 02:14:06 [error] 9#9: *7 refused",
        ),
        ("2026-03-14 02:14:05  INFO 812 --- boom", "2026-03-14 02:14:06  INFO 9 --- boom"),
        ("GET / [14/Mar/2026:02:14:05 +0000] 502", "GET / [15/Mar/2026:02:14:06 +0000] 502"),
        ("[02:14:05] boom at 0x7f3a10", "[02:15:06] boom at 0xdeadbe"),
        ("boom 5f1c2e0a9b7d4c38", "boom 93b1ce0a9b7d4a00"),
        ("boom c9bf9e57-1685-4c89-bafb-ff5af830be8a", "boom 11111111-2222-4c89-bafb-ff5af830be8b"),
        ("boom request_id=Zpq-x", "boom request_id=Kab-y"),
        ('{"trace_id":"abc","said":"boom"}', '{"trace_id":"xyz","said":"boom"}'),
        ('{"traceId": "4a1", "said": "boom"}', '{"traceId": "9c", "said": "boom"}'),
        ("refused 198.51.100.7:51234", "refused 198.51.100.7:40001"),
        ("refused [2001:db8::1]:51234", "refused [2001:db8::1]:4"),
        ("boom after 3ms", "boom after 12.5ms"),
        ("boom (1m30s)", "boom (4s)"),
        ("boom took=0.003", "boom took=12"),
        ("boom within 3 seconds.", "boom within 12 seconds."),
        ("boom in pid 812", "boom in pid 9"),
    ],
)
def test_when_how_long_and_whose_it_was_make_no_line_another_one(one: str, other: str) -> None:
    assert sameness(one) == sameness(other)


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ('  File "/srv/release-1.4.2.py", line 11', '  File "/srv/release-1.4.3.py", line 11'),
        ('  File "/srv/app.py", line 11', '  File "/srv/app.py", line 12'),
        ("at app.py:1111", "at app.py:1112"),
        ("api 1.4.2 is on", "api 1.4.3 is on"),
        ("api v2 is on", "api v3 is on"),
        ("in app-2026-03-14.log", "in app-2026-03-15.log"),
        ("/srv/5f1c2e0a9b7d/app.py", "/srv/93b1ce0a9b7d/app.py"),
        ("answered 500", "answered 502"),
        ('"GET / HTTP/1.1" 500 12', '"GET / HTTP/1.1" 502 12'),
        ("status=500", "status=502"),
        ("invalid: 500", "invalid: 502"),
        ("items[0]: boom", "items[1]: boom"),
        ("from 198.51.100.7", "from 198.51.100.8"),
        ("worker3 boom", "worker4 boom"),
        ("face", "fade"),
    ],
)
def test_a_version_a_path_or_a_status_makes_another_line(one: str, other: str) -> None:
    assert sameness(one) != sameness(other)
