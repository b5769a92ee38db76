"""The way through a proxy, up to where the target itself can be spoken to."""

from __future__ import annotations

from base64 import b64encode
from typing import Final

import httpcore
import httpx
from socksio import ProtocolError, socks5

from probes.result import Reason
from probes.wire.report import WireError

_PORTS: Final = {"http": 80, "https": 443}
_SOCKS_PORT: Final = 1080
_REPLIES: Final = {
    socks5.SOCKS5ReplyCode.CONNECTION_NOT_ALLOWED_BY_RULESET: "its rules do not allow it",
    socks5.SOCKS5ReplyCode.NETWORK_UNREACHABLE: "it cannot reach that network",
    socks5.SOCKS5ReplyCode.HOST_UNREACHABLE: "it cannot reach that host",
    socks5.SOCKS5ReplyCode.CONNECTION_REFUSED: "the connection was refused to it",
    socks5.SOCKS5ReplyCode.TTL_EXPIRED: "it took too many hops",
    socks5.SOCKS5ReplyCode.COMMAND_NOT_SUPPORTED: "it does not make connections",
    socks5.SOCKS5ReplyCode.ADDRESS_TYPE_NOT_SUPPORTED: "it does not know that kind of address",
}
_ADDRESS_BYTES: Final = {1: 4, 4: 16}
_NAME: Final = 3
_NO_ADDRESS: Final = b"\x01" + bytes(6)
_CREDENTIALS: Final = socks5.SOCKS5AuthMethod.USERNAME_PASSWORD
_NOBODY: Final = socks5.SOCKS5AuthMethod.NO_AUTH_REQUIRED


def port_of(proxy: httpx.URL) -> int:
    return proxy.port or _PORTS.get(proxy.scheme, _SOCKS_PORT)


def is_socks(proxy: httpx.URL) -> bool:
    return proxy.scheme not in _PORTS


def refused(said: str) -> WireError:
    return WireError(Reason.PROXY_REFUSED, said)


def asked_to_sign_in() -> WireError:
    """The answer 407 of a proxy (RFC 9110, section 15.5.8)."""
    return refused("the proxy wants a user name and a password, or other ones")


def credentials(proxy: httpx.URL) -> list[tuple[bytes, bytes]]:
    """The header with them, if there are any."""
    if not proxy.userinfo:
        return []
    plain = f"{proxy.username}:{proxy.password}".encode()
    return [(b"Proxy-Authorization", b"Basic " + b64encode(plain))]


async def through_http(
    stream: httpcore.AsyncNetworkStream, proxy: httpx.URL, host: str, port: int
) -> httpcore.AsyncNetworkStream:
    """A tunnel (RFC 9110, section 9.3.6). Raises WireError."""
    target = f"[{host}]:{port}" if ":" in host else f"{host}:{port}"
    url = httpcore.URL(
        scheme=proxy.scheme, host=proxy.raw_host, port=port_of(proxy), target=target.encode("ascii")
    )
    headers = [(b"Host", target.encode("ascii")), *credentials(proxy)]
    connection = httpcore.AsyncHTTP11Connection(url.origin, stream)
    try:
        answer = await connection.handle_async_request(
            httpcore.Request("CONNECT", url, headers=headers)
        )
    except httpcore.RemoteProtocolError:
        raise refused("the proxy did not answer in HTTP/1.1, or not at all") from None
    if answer.status == httpx.codes.PROXY_AUTHENTICATION_REQUIRED:
        raise asked_to_sign_in()
    if not 200 <= answer.status < 300:
        raise refused(f"the proxy answered with status {answer.status} instead of a tunnel")
    tunnel: httpcore.AsyncNetworkStream = answer.extensions["network_stream"]
    return tunnel


async def through_socks(
    stream: httpcore.AsyncNetworkStream, proxy: httpx.URL, host: str, port: int
) -> None:
    """A tunnel (RFC 1928); a name is left to the proxy to look up. Raises WireError."""
    try:
        await _Socks(stream).make_tunnel(proxy, host, port)
    except ProtocolError:
        raise refused("the proxy does not speak SOCKS 5") from None


class _Socks:
    def __init__(self, stream: httpcore.AsyncNetworkStream) -> None:
        self._stream = stream

    async def make_tunnel(self, proxy: httpx.URL, host: str, port: int) -> None:
        methods = [_NOBODY, _CREDENTIALS] if proxy.userinfo else [_NOBODY]
        await self._stream.write(socks5.SOCKS5AuthMethodsRequest(methods).dumps())
        agreed = socks5.SOCKS5AuthReply.loads(await self._exactly(2)).method
        if agreed not in methods:
            raise asked_to_sign_in()
        if agreed is _CREDENTIALS:
            await self._sign_in(proxy)
        wanted = socks5.SOCKS5CommandRequest.from_address(
            socks5.SOCKS5Command.CONNECT, (host.encode("ascii"), port)
        )
        await self._stream.write(wanted.dumps())
        code = socks5.SOCKS5Reply.loads(await self._reply()).reply_code
        if code is not socks5.SOCKS5ReplyCode.SUCCEEDED:
            raise refused(f"the proxy made no connection: {_REPLIES.get(code, 'it failed')}")

    async def _sign_in(self, proxy: httpx.URL) -> None:
        user, password = proxy.username.encode(), proxy.password.encode()
        await self._stream.write(socks5.SOCKS5UsernamePasswordRequest(user, password).dumps())
        if not socks5.SOCKS5UsernamePasswordReply.loads(await self._exactly(2)).success:
            raise asked_to_sign_in()

    async def _reply(self) -> bytes:
        """All of one, and no more. The address in it is of no use: none stands in its place."""
        head = await self._exactly(4)
        length = _ADDRESS_BYTES.get(head[3])
        if head[3] == _NAME:
            head += await self._exactly(1)
            length = head[4]
        if length is None:
            raise ProtocolError
        await self._exactly(length + 2)
        return head[:3] + _NO_ADDRESS

    async def _exactly(self, length: int) -> bytes:
        read = b""
        while len(read) < length:
            data = await self._stream.read(length - len(read))
            if not data:
                raise refused("the proxy closed the connection")
            read += data
        return read
