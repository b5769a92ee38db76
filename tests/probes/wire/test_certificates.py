"""What is known of the other side's certificates, also of those that were refused."""

from __future__ import annotations

import socket
import ssl
from dataclasses import replace
from datetime import datetime, timedelta
from pathlib import Path

import pytest
from cryptography import x509
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat
from cryptography.x509.oid import ExtendedKeyUsageOID

from probes import Reason
from probes.wire import Terms, Tls, WireError, report_of
from probes.wire.certificates import earliest_end, read_chain
from probes.wire.trust import Trust, machine_time
from tests.faults.wire.certificates import (
    AUTHORITY,
    DAY,
    HERE,
    NOW,
    Issued,
    Vault,
    Wish,
    alone,
    issue,
)
from tests.probes.wire.test_wire import ask, trouble
from tests.support.targets import Certificates, answering, ok, target

SOON = (NOW + 5 * DAY).replace(microsecond=0)
AGO = (NOW - 5 * DAY).replace(microsecond=0)
LONG_AGO = NOW - 30 * DAY
NAMED = (HERE, x509.DNSName("shop.example.org"))


@pytest.fixture
def vault(tmp_path: Path) -> Vault:
    return Vault(tmp_path)


def below(vault: Vault, between_ends: datetime, ends: datetime) -> Issued:
    between = replace(AUTHORITY, subject="between", begins=LONG_AGO, ends=between_ends)
    leaf = Wish(subject="shop", names=NAMED, begins=LONG_AGO, ends=ends)
    return issue(leaf, by=issue(between, by=vault.root))


async def test_the_whole_chain_is_told_and_its_earliest_end_counts(vault: Vault) -> None:
    shown = vault.shows(below(vault, SOON, NOW + 90 * DAY))
    with answering(ok(), shown) as there:
        tls = report_of(await ask(there.url, terms=Terms(ca=vault.file))).tls
    assert tls
    assert [each.subject for each in tls.chain] == ["CN=shop", "CN=between"]
    assert [each.issuer for each in tls.chain] == ["CN=between", "CN=authority"]
    assert tls.chain[0].names == ("shop.example.org", "127.0.0.1")
    assert tls.chain[0].not_before_at < NOW < tls.chain[0].not_after_at
    assert tls.certificate_ends_at == SOON
    assert tls.certificate_left
    assert timedelta(days=4) < tls.certificate_left < timedelta(days=5)


async def test_a_refused_chain_is_told_too(vault: Vault) -> None:
    context = vault.shows(below(vault, NOW + DAY, AGO))
    with answering(ok(), context) as there:
        expired = await trouble(there.url, terms=Terms(ca=vault.file))
        unknown = await trouble(there.url)
    assert expired.reason is Reason.TLS_EXPIRED
    assert str(expired) == f"the certificate expired on {AGO:%Y-%m-%d} at {AGO:%H:%M} UTC"
    assert unknown.reason is Reason.TLS_UNTRUSTED
    for error in (expired, unknown):
        tls = told(error)
        assert [each.subject for each in tls.chain] == ["CN=shop", "CN=between"]
        assert (tls.version, tls.certificate_ends_at) == ("TLSv1.3", AGO)
        assert tls.cipher


def told(error: WireError) -> Tls:
    assert error.report.tls
    return error.report.tls


async def test_it_is_said_when_it_is_not_the_leaf_that_has_expired(vault: Vault) -> None:
    with answering(ok(), vault.shows(below(vault, AGO, SOON))) as there:
        error = await trouble(there.url, terms=Terms(ca=vault.file))
    assert error.reason is Reason.TLS_EXPIRED
    assert str(error).startswith("a certificate of those that vouch for it expired on ")
    assert told(error).certificate_ends_at == AGO


async def test_one_that_nobody_vouches_for_is_told(vault: Vault) -> None:
    with answering(ok(), alone(vault)) as there:
        error = await trouble(there.url, terms=Terms(ca=vault.file))
    assert error.reason is Reason.TLS_UNTRUSTED
    assert [each.subject for each in told(error).chain] == ["CN=server"]


async def test_a_handshake_that_got_nowhere_tells_nothing() -> None:
    def script(connection: socket.socket) -> None:
        connection.recv(65536)
        connection.sendall(b"no TLS at all\r\n\r\n")

    with target(script) as there:
        error = await trouble(there.url.replace("http:", "https:"))
    assert error.reason is Reason.TLS_PROTOCOL
    assert str(error) == "what answers there does not speak TLS"
    assert error.report.tls is None


def test_what_cannot_be_read_is_left_out() -> None:
    der = issue().certificate.public_bytes(Encoding.DER)
    assert len(read_chain([b"garbage", der, b""])) == 1
    assert earliest_end([b"garbage"]) is None
    assert earliest_end([]) is None


def odd(der: bytes, *swaps: tuple[bytes, bytes]) -> bytes:
    for old, new in swaps:
        assert old in der
        der = der.replace(old, new, 1)
    return der


V4 = (b"\xa0\x03\x02\x01\x02", b"\xa0\x03\x02\x01\x03")


def test_a_certificate_that_is_none_by_the_book_is_left_out_or_has_no_names() -> None:
    der = issue(Wish(names=NAMED)).certificate.public_bytes(Encoding.DER)
    assert read_chain([odd(der, V4)]) == ()
    assert earliest_end([odd(der, V4), der]) == earliest_end([der])
    unsupported = odd(der, (b"\x82\x10shop", b"\xa3\x10shop"))
    assert [each.names for each in read_chain([unsupported])] == [()]
    twice = odd(der, (b"\x06\x03\x55\x1d\x13", b"\x06\x03\x55\x1d\x11"))
    assert [each.names for each in read_chain([twice])] == [()]


async def test_who_shows_a_certificate_of_a_version_to_come_is_refused(tmp_path: Path) -> None:
    issued, file = issue(), tmp_path / "v4.pem"
    key = issued.key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption()).decode()
    der = odd(issued.certificate.public_bytes(Encoding.DER), V4)
    file.write_text(ssl.DER_cert_to_PEM_cert(der) + key)
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(file)
    with answering(ok(), context) as there:
        assert (await trouble(there.url)).reason in {Reason.TLS_UNTRUSTED, Reason.TLS_FAILED}


def context_wanting_us(vault: Vault) -> ssl.SSLContext:
    context = vault.shows(issue(by=vault.root))
    context.verify_mode = ssl.CERT_REQUIRED
    context.load_verify_locations(vault.file)
    return context


def ours(vault: Vault, folder: Path) -> tuple[Path, Path]:
    issued = issue(
        Wish(subject="us", names=(), purpose=ExtendedKeyUsageOID.CLIENT_AUTH), by=vault.root
    )
    certificate, key = folder / "us.pem", folder / "us.key"
    certificate.write_bytes(issued.certificate.public_bytes(Encoding.PEM))
    key.write_bytes(issued.key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption()))
    return certificate, key


async def test_we_say_who_we_are_to_who_wants_to_know(vault: Vault, tmp_path: Path) -> None:
    certificate, key = ours(vault, tmp_path)
    with answering(ok(), context_wanting_us(vault)) as there:
        nobody = await trouble(there.url, terms=Terms(ca=vault.file))
        terms = Terms(ca=vault.file, certificate=certificate, key=key)
        known = await ask(there.url, terms=terms)
    assert nobody.reason in {Reason.TLS_FAILED, Reason.CONNECTION_RESET}
    assert known.status_code == 200


async def test_the_name_in_the_certificate_may_be_another_than_the_hosts(vault: Vault) -> None:
    wish = Wish(names=(x509.DNSName("shop.example.org"),))
    asked = []
    context = vault.shows(issue(wish, by=vault.root))
    context.sni_callback = lambda _, name, __: asked.append(name)
    with answering(ok(), context) as there:
        terms = Terms(ca=vault.file, server_name="shop.example.org")
        assert (await ask(there.url, terms=terms)).status_code == 200
        error = await trouble(there.url, terms=Terms(ca=vault.file))
    assert error.reason is Reason.TLS_WRONG_NAME
    assert str(error) == "the certificate is for shop.example.org, not for 127.0.0.1"
    assert asked[0] == "shop.example.org"


def test_a_context_is_shared_by_those_who_agree(tmp_path: Path) -> None:
    certificates, trust = Certificates(tmp_path), Trust(machine_time)
    terms = Terms(ca=certificates.file)
    assert trust.context(terms) is trust.context(replace(terms, server_name="a", ip="4"))
    assert trust.context(terms) is not trust.context(Terms())
    assert trust.context(terms) is not trust.context(replace(terms, http2=True))


def test_while_a_file_is_being_written_what_was_known_is_good_enough(
    vault: Vault, tmp_path: Path
) -> None:
    trust, (certificate, key) = Trust(machine_time), ours(vault, tmp_path)
    terms, whole = Terms(certificate=certificate, key=key), certificate.read_bytes()
    known = trust.context(terms)
    certificate.write_bytes(whole[:100])
    assert trust.context(terms) is known
    certificate.unlink()
    assert trust.context(terms) is known
    certificate.write_bytes(whole + b"\n")
    assert trust.context(terms) is not known


def test_a_file_that_never_was_of_use_is_named(tmp_path: Path) -> None:
    for name, text in (("broken.pem", "-----BEGIN CERT"), ("missing.pem", None)):
        file = tmp_path / name
        if text:
            file.write_text(text)
        for terms in (Terms(certificate=file), Terms(ca=file)):
            with pytest.raises(OSError, match=name) as raised:
                Trust(machine_time).context(terms)
            assert not isinstance(raised.value, ssl.SSLError)


def test_of_many_contexts_those_asked_for_last_stay(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("probes.wire.trust.CONTEXTS_KEPT", 2)
    certificates, trust = Certificates(tmp_path), Trust(machine_time)
    one, other, third = Terms(ca=certificates.file), Terms(http2=True), Terms()
    kept = trust.context(one)
    trust.context(other)
    assert trust.context(one) is kept
    trust.context(third)
    assert trust.context(one) is kept
