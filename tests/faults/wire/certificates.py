"""Certificates with every fault there is, and servers' contexts that show them."""

from __future__ import annotations

import ipaddress
import ssl
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path

from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec, rsa
from cryptography.hazmat.primitives.serialization import (
    Encoding,
    NoEncryption,
    PrivateFormat,
)
from cryptography.x509.oid import ExtendedKeyUsageOID, NameOID

DAY = timedelta(days=1)
NOW = datetime.now(UTC)  # noqa: TID251 - certificates are judged by the real time
HERE = x509.IPAddress(ipaddress.ip_address("127.0.0.1"))
Key = ec.EllipticCurvePrivateKey | rsa.RSAPrivateKey


@dataclass(frozen=True, slots=True, kw_only=True)
class Wish:
    """What a certificate is to say. The default is a good one for 127.0.0.1."""

    subject: str = "server"
    begins: datetime = NOW - DAY
    ends: datetime = NOW + 90 * DAY
    names: tuple[x509.GeneralName, ...] = (HERE,)
    authority: bool = False
    purpose: x509.ObjectIdentifier = ExtendedKeyUsageOID.SERVER_AUTH
    unheard_of: bool = False
    """Whether it holds a critical demand that nobody knows."""
    key: Key | None = None


@dataclass(frozen=True, slots=True)
class Issued:
    """A certificate and its key. `above` are those that lead to, but not up to, the root."""

    certificate: x509.Certificate
    key: Key
    above: tuple[x509.Certificate, ...] = ()


AUTHORITY = Wish(subject="authority", names=(), authority=True)


def issue(wish: Wish = Wish(), by: Issued | None = None) -> Issued:
    """Signed by itself when nobody else does."""
    key = wish.key or ec.generate_private_key(ec.SECP256R1())
    issuer = by.certificate.subject if by else _called(wish.subject)
    builder = (
        x509.CertificateBuilder(issuer, _called(wish.subject), key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(wish.begins)
        .not_valid_after(wish.ends)
        .add_extension(x509.BasicConstraints(wish.authority, None), critical=True)
    )
    for extension, critical in _extensions(wish):
        builder = builder.add_extension(extension, critical=critical)
    above = (*by.above, by.certificate) if by and by.certificate.issuer != issuer else ()
    return Issued(builder.sign(by.key if by else key, hashes.SHA256()), key, above)


def _extensions(wish: Wish) -> Iterable[tuple[x509.ExtensionType, bool]]:
    if wish.names:
        yield x509.SubjectAlternativeName(wish.names), False
    if not wish.authority:
        yield x509.ExtendedKeyUsage([wish.purpose]), False
    if wish.unheard_of:
        oid = x509.ObjectIdentifier("1.3.6.1.4.1.99999.1")
        yield x509.UnrecognizedExtension(oid, b"\x05\x00"), True


def _called(name: str) -> x509.Name:
    return x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, name)])


class Vault:
    """Keeps the authority that the probes trust. `file` holds its certificate."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self.root = issue(AUTHORITY)
        self.file = folder / "authority.pem"
        self.file.write_bytes(self.root.certificate.public_bytes(Encoding.PEM))

    def shows(self, issued: Issued, *, whole: bool = True) -> ssl.SSLContext:
        """A server's context; *whole*, with all that leads to the root."""
        chain = (issued.certificate, *(issued.above if whole else ()))
        file = self._folder / f"{issued.certificate.serial_number}.pem"
        file.write_bytes(
            issued.key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption())
            + b"".join(each.public_bytes(Encoding.PEM) for each in chain)
        )
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        context.set_ciphers("ALL:@SECLEVEL=0")  # else OpenSSL refuses to show what is weak
        context.load_cert_chain(file)
        return context


Shown = Callable[[Vault], ssl.SSLContext]


def good(vault: Vault) -> ssl.SSLContext:
    return vault.shows(issue(by=vault.root))


def leaf(wish: Wish) -> Shown:
    """Issued by the authority that the probes trust."""
    return lambda vault: vault.shows(issue(wish, by=vault.root))


def below(between: Wish, *, whole: bool = True) -> Shown:
    """A good certificate, issued by something between it and the authority."""
    return lambda vault: vault.shows(issue(by=issue(between, by=vault.root)), whole=whole)


def alone(vault: Vault) -> ssl.SSLContext:
    """Signed by nobody but itself."""
    return vault.shows(issue())


def of_a_stranger(vault: Vault) -> ssl.SSLContext:
    return vault.shows(issue(by=issue(Wish(subject="stranger", names=(), authority=True))))
