"""The caller header: who a service acts for."""

from __future__ import annotations

import base64
import json

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from switchover.errors import InvalidRequest, MalformedRequest
from switchover.trust import Identity, decode_identity, encode_identity

NAMES = st.text(st.characters(exclude_categories=["Cc", "Cs"]), min_size=1, max_size=50)
IDENTITIES = st.builds(Identity, NAMES, st.frozensets(NAMES, max_size=8))


def header_of(value: object) -> str:
    return base64.urlsafe_b64encode(json.dumps(value).encode()).rstrip(b"=").decode()


@given(IDENTITIES)
def test_what_is_written_is_read(identity: Identity) -> None:
    header = encode_identity(identity)
    assert header.isascii()
    assert decode_identity(header) == identity


@given(st.text() | st.binary().map(lambda data: base64.urlsafe_b64encode(data).decode().rstrip("=")))
@example("\u00e9")
@example("A" * 9000)
@example(header_of({"user": "aiko", "groups": [{}]}))
def test_any_text_is_an_identity_or_malformed(header: str) -> None:
    try:
        found = decode_identity(header)
    except MalformedRequest as error:
        assert str(error) == "malformed_request: The header x-switchover-caller cannot be read."
    else:
        assert decode_identity(encode_identity(found)) == found


@given(
    st.recursive(
        st.none() | st.booleans() | st.floats(allow_nan=False) | st.text(),
        lambda below: st.lists(below) | st.dictionaries(st.sampled_from(["user", "groups", "admin"]), below),
    )
)
def test_any_json_is_an_identity_or_malformed(value: object) -> None:
    try:
        found = decode_identity(header_of(value))
    except MalformedRequest:
        return
    assert isinstance(value, dict)
    assert value == {"user": found.user, "groups": value["groups"]}


@pytest.mark.parametrize(
    "value",
    [
        {"user": "", "groups": []},
        {"user": None, "groups": []},
        {"user": "aiko", "groups": "beta"},
        {"user": "aiko", "groups": [""]},
        {"user": "aiko", "groups": [1]},
        {"user": "aiko"},
        {"user": "aiko", "groups": [], "admin": True},
        {"user": "ai\nko", "groups": []},
        {"user": "aiko\u0000", "groups": []},
        {"user": "\ud800", "groups": []},
        ["aiko"],
        "aiko",
        None,
    ],
)
def test_what_is_no_identity_is_malformed(value: object) -> None:
    with pytest.raises(MalformedRequest):
        decode_identity(header_of(value))


@pytest.mark.parametrize("text", ['{"user":"a","user":"b","groups":[]}', "[" * 5000, '{"user":"a","groups":[]} '])
def test_json_that_two_readers_could_take_differently_is_malformed(text: str) -> None:
    header = base64.urlsafe_b64encode(text.encode()).rstrip(b"=").decode()
    if text.endswith(" "):
        assert decode_identity(header) == Identity("a")  # white space means the same to all
    else:
        with pytest.raises(MalformedRequest):
            decode_identity(header)


@pytest.mark.parametrize("header", ["", "====", "eyJ1c2VyIjoi", "a b", "a+b/", "eyJ1c2VyIjoiYSJ9=", "_w"])
def test_what_is_not_base64url_of_utf_8_is_malformed(header: str) -> None:
    with pytest.raises(MalformedRequest):
        decode_identity(header)


@pytest.mark.parametrize(
    ("identity", "where"),
    [
        (Identity(""), "caller.user"),
        (Identity("a\nb"), "caller.user"),
        (Identity("\udc80"), "caller.user"),
        (Identity("aiko", frozenset({""})), "caller.groups"),
        (Identity("aiko", frozenset({"a\x7f"})), "caller.groups"),
        (Identity("aiko", frozenset(f"group-{n:04}-{'x' * 80}" for n in range(100))), "caller.groups"),
    ],
)
def test_a_name_that_could_not_arrive_is_not_sent(identity: Identity, where: str) -> None:
    with pytest.raises(InvalidRequest) as caught:
        encode_identity(identity)
    assert [error.where for error in caught.value.errors] == [where]
