"""The way to webhooks: to the address that was judged, under the name that was asked for."""

from __future__ import annotations

import ssl
from collections.abc import Iterator
from pathlib import Path

import httpx
import pytest
import trustme
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import PlainTextResponse, Response
from starlette.routing import Route

from monitor.subscribing.outward import Outward
from tests.support.serve import serving

AUTHORITY = trustme.CA(key_type=trustme.KeyType.ECDSA)


@pytest.fixture(scope="module")
def site(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """Knows itself as `localhost` only, and says by what name it was called."""

    async def named(request: Request) -> Response:
        return PlainTextResponse(request.headers["host"])

    certificate = _write(tmp_path_factory.mktemp("tls"))
    app = Starlette(routes=[Route("/", named)])
    with serving(app, ssl_certfile=str(certificate)) as url:
        yield url.replace("127.0.0.1", "localhost")


def _write(folder: Path) -> Path:
    path = folder / "site.pem"
    AUTHORITY.issue_cert("localhost").private_key_and_cert_chain_pem.write_to_path(str(path))
    return path


def _trust() -> ssl.SSLContext:
    context = ssl.create_default_context()
    AUTHORITY.configure_trust(context)
    return context


async def test_the_certificate_is_for_the_name_though_the_connection_is_to_an_address(
    site: str,
) -> None:
    async with httpx.AsyncClient(transport=Outward(nearby=True, trust=_trust())) as client:
        answer = await client.get(f"{site}/")
        assert answer.text == site.removeprefix("https://")
        with pytest.raises(httpx.ConnectError):
            await client.get(site.replace("localhost", "127.0.0.1") + "/")


async def test_a_name_that_leads_behind_the_walls_is_not_connected_to(site: str) -> None:
    async with httpx.AsyncClient(transport=Outward(trust=_trust())) as client:
        with pytest.raises(httpx.ConnectError, match="no public address"):
            await client.get(f"{site}/")
