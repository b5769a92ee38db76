"""Where a target stands, told without asking anybody."""

from __future__ import annotations

import pytest

from monitor.whereabouts import Where, host_of, where
from probes import Settings


class Somewhere(Settings):
    """The settings of a kind that asks an address."""

    url: str


@pytest.mark.parametrize(
    ("host", "there"),
    [
        ("localhost", Where.HERE),
        ("app.localhost", Where.HERE),
        ("127.0.0.53", Where.HERE),
        ("::1", Where.HERE),
        ("0.0.0.0", Where.HERE),
        ("10.20.30.40", Where.NEAR),
        ("1.1.1.1", Where.FAR),
        ("example.org", Where.FAR),
        ("", Where.FAR),
    ],
)
def test_where_a_target_stands_is_told_by_its_looks(host: str, there: Where) -> None:
    assert where(host) is there


@pytest.mark.parametrize(
    ("url", "host"),
    [
        ("https://shop.example.org:8443/a", "shop.example.org"),
        ("http://[::1]:80/", "::1"),
        ("no address", ""),
        ("https://example.org:none/", ""),
    ],
)
def test_the_host_of_a_probe_is_that_of_its_address(url: str, host: str) -> None:
    assert host_of(Somewhere(url=url)) == host
    assert host_of(object()) == "", "it asks nobody"
