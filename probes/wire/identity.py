"""How both sides of TLS prove who they are, read from text and refused kindly."""

from __future__ import annotations

import ssl
from pathlib import Path
from typing import Annotated, Any, Self

from pydantic import (
    PlainSerializer,
    PlainValidator,
    ValidationInfo,
    WithJsonSchema,
    field_validator,
    model_validator,
)

from probes.settings import Strict, folder_of
from probes.wire.reaching import is_host
from probes.wire.trust import no_password


def _read_path(value: Any, info: ValidationInfo) -> Path:
    if not isinstance(value, str | Path):
        raise ValueError('the path of a file is text; write it as "ca.pem"')
    path = folder_of(info) / value
    try:
        with path.open("rb"):
            return path
    except OSError as error:
        why = (error.strerror or "it cannot be read").lower()
        raise ValueError(f"{path}: {why}; give a file of certificates in PEM format") from None


Pem = Annotated[
    Path,
    PlainValidator(_read_path),
    PlainSerializer(str, return_type=str),
    WithJsonSchema({"type": "string", "examples": ["ca.pem"]}),
]
"""A file in PEM format, relative to the configuration."""


class TlsSettings(Strict):
    """How the other side proves who it is, and how we do."""

    ca: Pem | None = None
    """A file of the only authorities to trust, instead of the usual ones."""
    certificate: Pem | None = None
    """A file with our own certificate, for servers that want to know who asks."""
    key: Pem | None = None
    """A file with its key, when that is not in the same one."""
    server_name: str | None = None
    """The name to ask for and to be shown a certificate of, instead of the host's."""

    @field_validator("ca")
    @classmethod
    def _holds_authorities(cls, path: Path | None) -> Path | None:
        try:
            if path is not None:
                ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT).load_verify_locations(path)
        except ssl.SSLError:
            said = f"{path and path.name} holds no certificate; give a file in PEM format"
            raise ValueError(said) from None
        return path

    @field_validator("server_name")
    @classmethod
    def _is_a_name(cls, name: str | None) -> str | None:
        if name is not None and (not name.isascii() or not is_host(name) or ":" in name):
            raise ValueError('not the name of a server; write it as "shop.example.org"')
        return name

    @model_validator(mode="after")
    def _proves_who_we_are(self) -> Self:
        if self.certificate is None:
            if self.key is not None:
                raise ValueError("tls.key is of no use without tls.certificate; give both")
            return self
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
        try:
            context.load_cert_chain(self.certificate, self.key, password=no_password)
        except ssl.SSLError as error:
            raise ValueError(_unusable(error)) from None
        return self


def _unusable(error: ssl.SSLError) -> str:
    if error.reason == "KEY_VALUES_MISMATCH":
        return "tls.key does not belong to tls.certificate; give the two that belong together"
    return (
        "tls.certificate and tls.key hold no certificate, no key, or a key with a password; "
        "give both in PEM format, the key without a password"
    )
