"""The codes of a second factor, as sites hand out the key for them."""

from __future__ import annotations

import pyotp
import pytest

from probes.journeys.totp import code

_SHORT = "JBSWY3DPEHPK3PXP"


@pytest.mark.parametrize(
    "secret",
    [
        _SHORT,
        "jbsw y3dp ehpk 3pxp",
        "JBSW-Y3DP-EHPK-3PXP",
        f"otpauth://totp/Site:canary@example.org?secret={_SHORT}&issuer=Site",
    ],
)
def test_a_key_is_read_as_it_is_written_beside_the_picture(secret: str) -> None:
    same = code(f"otpauth://totp/x?secret={_SHORT}&digits=6&period=30&algorithm=SHA1")
    assert code(secret) in (same, code(_SHORT))
    assert len(same) == 6


def test_an_address_says_how_many_digits_and_how_they_are_made() -> None:
    key = pyotp.random_base32()
    long = code(f"otpauth://totp/x?secret={key}&digits=8&period=120&algorithm=SHA256")
    assert len(long) == 8
    assert not long.endswith(code(f"otpauth://totp/x?secret={key}&period=120"))


@pytest.mark.parametrize(
    "secret",
    ["", "no key!", "MZ1", "otpauth://hotp/x?secret=JBSWY3DPEHPK3PXP", "otpauth://totp/x?digits=6"],
)
def test_what_no_code_can_be_made_of_is_refused_without_being_told(secret: str) -> None:
    with pytest.raises(ValueError, match="copy what the site shows") as refused:
        code(secret)
    assert not secret or secret not in str(refused.value)
