"""A web address, and the way to it: what is the same whatever is asked there."""

from __future__ import annotations

from collections.abc import Iterator
from functools import lru_cache

from probes.settings import Settings
from probes.wire.identity import TlsSettings
from probes.wire.question import literal_of
from probes.wire.reaching import ConnectTo, Family, Proxy, Resolver, proxy_url
from probes.wire.report import Terms
from probes.wire.resolve import Ip, is_address
from probes.wire.settings import Url


class Way(Settings):
    """An address, and over what to reach it."""

    url: Url
    ip: Family = "any"
    """Over which kind of address; "both" asks over each, and the worse outcome counts."""
    connect_to: ConnectTo | None = None
    """Where to connect instead; the host of the address is still the one that is asked for."""
    resolver: Resolver | None = None
    """Who to ask for addresses, instead of the machine's own resolvers."""
    reuse_connection: bool = False
    """Whether to keep the connection for the next run: a reused one proves nothing about the
    listener or the certificate.
    """
    http2: bool = False
    """Whether to speak HTTP/2, and nothing else."""
    proxy: Proxy | None = None
    """Through whom; none is ever taken from the environment."""
    tls: TlsSettings = TlsSettings()

    def confidential(self) -> Iterator[str]:
        if self.url.password:
            yield self.url.password

    def terms(self, ip: Ip, body_limit: int) -> Terms:
        """The same object for equal ways."""
        tls = self.tls
        return _shared(
            Terms(
                body_limit=body_limit,
                ip=ip,
                connect_to=self.connect_to,
                resolver=self.resolver or "",
                reuse=self.reuse_connection,
                http2=self.http2,
                proxy=proxy_url(self.proxy),
                ca=tls.ca,
                certificate=tls.certificate,
                key=tls.key,
                server_name=tls.server_name or "",
            )
        )

    def impassable(self) -> Iterator[tuple[bool, str]]:
        """What cannot be, with whether it is so, and the remedy."""
        proxy = proxy_url(self.proxy)
        host = self.connect_to.host if self.connect_to else literal_of(proxy or self.url)
        literal = is_address(host)
        secure, borrowed = self.url.scheme == "https", self.http2 or self.proxy is not None
        yield literal and self.ip != "any", f"{host} is an address already; leave out ip"
        yield literal and self.resolver is not None, f"{host} needs no resolver; leave it out"
        yield (
            proxy is not None and self.ip == "both",
            'through a proxy, ip is about the way to the proxy; write "4" or "6"',
        )
        yield (
            self.connect_to is not None and self.proxy is not None,
            "through a proxy, connect_to is of no use; keep one of them",
        )
        yield (
            self.reuse_connection and borrowed,
            "reuse_connection does not go with http2 or proxy; leave it out",
        )
        yield (
            not secure and (self.tls.certificate or self.tls.server_name) is not None,
            "tls.certificate and tls.server_name need an address that begins with https",
        )


@lru_cache(maxsize=256)
def _shared(terms: Terms) -> Terms:
    return terms
