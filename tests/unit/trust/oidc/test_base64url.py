"""Base64url in its one canonical form."""

from __future__ import annotations

import base64

import pytest
from hypothesis import given
from hypothesis import strategies as st

from support.signing import base64url
from switchover.trust.oidc.base64url import decode


@given(st.binary(max_size=100))
def test_what_is_written_is_read(data: bytes) -> None:
    assert decode(base64url(data).encode()) == data


@given(st.text("ABgw_-09+/=", max_size=12).map(str.encode) | st.binary(max_size=12))
def test_no_two_texts_mean_the_same_bytes(text: bytes) -> None:
    try:
        data = decode(text)
    except ValueError:
        return
    assert base64url(data).encode() == text


@pytest.mark.parametrize(
    "text", [b"QQ==", b"QR", b"QUJ", b"Q", b"QUJDR", b"QU JD", b"QUI+", b"QUI/", b"QUJD\n", b"\xff"]
)
def test_other_spellings_are_refused(text: bytes) -> None:
    with pytest.raises(ValueError, match="canonical"):
        decode(text)


def test_a_lenient_reader_would_take_them() -> None:
    assert base64.urlsafe_b64decode(b"QR==") == base64.urlsafe_b64decode(b"QQ==") == b"A"
