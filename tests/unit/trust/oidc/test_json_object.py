"""JSON objects that mean one thing only."""

from __future__ import annotations

import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from switchover.trust.oidc.json_object import MAX_DEPTH, read_object

VALUES = st.recursive(
    st.none()
    | st.booleans()
    | st.integers(-(2**60), 2**60)
    | st.floats(allow_nan=False, allow_infinity=False)
    | st.text(),
    lambda below: st.lists(below, max_size=3) | st.dictionaries(st.text(), below, max_size=3),
    max_leaves=8,
)


@given(st.dictionaries(st.text(), VALUES, max_size=4), st.booleans())
def test_an_object_is_read_as_it_was_written(value: dict[str, Any], is_ascii: bool) -> None:
    assert read_object(json.dumps(value, ensure_ascii=is_ascii).encode()) == value


@given(st.binary(max_size=60) | st.text('{}[]":,\\\n0aé', max_size=30).map(str.encode))
def test_any_bytes_are_an_object_or_refused(data: bytes) -> None:
    try:
        found = read_object(data)
    except ValueError:
        return
    assert found == json.loads(data)


@pytest.mark.parametrize(
    "text",
    [
        b"",
        b"[]",
        b'"text"',
        b"1",
        b"null",
        b'{"a":1,"a":1}',
        b'{"a":{"b":1,"b":2}}',
        b'{"a":1,"\\u0061":2}',
        b'{"a":NaN}',
        b'{"a":Infinity}',
        b'{"a":-Infinity}',
        b'{"a":"\\ud800"}',
        b'{"\\udfff":1}',
        b'{"a":' + b"1" * 5000 + b"}",
        b'{"a":1} {"b":2}',
        b"\xef\xbb\xbf{}",
        b'{"a":"\xff"}',
        '{"a":1}'.encode("utf-16"),
        b"{'a':1}",
        b'{"a":1,}',
        b'{"a":"\n"}',
    ],
)
def test_what_two_readers_could_take_differently_is_refused(text: bytes) -> None:
    with pytest.raises(ValueError):  # noqa: PT011 - which one does not matter
        read_object(text)


def test_depth_is_bounded_before_anything_recurses() -> None:
    def nested(depth: int) -> bytes:
        return b'{"a":' + b"[" * (depth - 1) + b"]" * (depth - 1) + b"}"

    assert read_object(nested(MAX_DEPTH))
    with pytest.raises(ValueError, match="too deep"):
        read_object(nested(MAX_DEPTH + 1))
    with pytest.raises(ValueError, match="too deep"):
        read_object(b"[" * 1_000_000)
    flat = b'{"a":[' + b"[]," * 40 + b'"[[[[[[[[[[[[[[[[[[[[\\"[["]}'
    assert len(read_object(flat)["a"]) == 41
