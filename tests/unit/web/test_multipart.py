"""Forms with a file, in whatever pieces they come."""

from __future__ import annotations

import hashlib
from collections.abc import AsyncIterator

import httpx
import pytest
from hypothesis import given
from hypothesis import strategies as st

from livetrip_web.edge.forgery import Forged
from livetrip_web.forms.form import MAX_BYTES, Form
from livetrip_web.forms.multipart import TooLarge, read_with_file
from livetrip_web.forms.spool import CHUNK, START, spool

TEXT = st.text(st.characters(exclude_categories=["Cs"]), max_size=50)


def encoded(fields: dict[str, str], content: bytes) -> tuple[str, bytes]:
    request = httpx.Request("POST", "http://diary", data=fields, files={"photo": ("moss.jpg", content)})
    return request.headers["content-type"], request.read()


async def pieces(body: bytes, length: int) -> AsyncIterator[bytes]:
    for start in range(0, len(body), length):
        yield body[start : start + length]


def nothing_wrong(_: Form) -> None:
    return


@given(
    st.dictionaries(st.text("abc", min_size=1, max_size=3), TEXT, max_size=5),
    st.binary(max_size=300),
    st.integers(1, 400),
)
async def test_fields_and_file_are_what_was_sent_however_it_is_cut(
    fields: dict[str, str], content: bytes, length: int
) -> None:
    kind, body = encoded(fields, content)
    async with spool() as file:
        form = await read_with_file(kind, pieces(body, length), file, nothing_wrong, most=300)
        assert form == fields
        assert await file.end() == hashlib.sha256(content).digest()
        assert b"".join([chunk async for chunk in file.content()]) == content
        assert (file.size, file.start) == (len(content), content[:START])


async def test_a_large_file_comes_through_and_can_be_read_twice() -> None:
    content = bytes(range(256)) * 5 * (CHUNK // 512) + b"the end"
    kind, body = encoded({}, content)
    async with spool() as file:
        await read_with_file(kind, pieces(body, 65_536), file, nothing_wrong, most=len(content))
        assert await file.end() == hashlib.sha256(content).digest()
        for _ in range(2):
            assert b"".join([chunk async for chunk in file.content()]) == content


async def test_nothing_of_a_file_is_taken_before_the_fields_have_been_looked_at() -> None:
    def forged(form: Form) -> None:
        assert form == {"csrf": "x"}
        raise Forged

    kind, body = encoded({"csrf": "x"}, bytes(1_000_000))
    taken = 0

    async def counted() -> AsyncIterator[bytes]:
        nonlocal taken
        async for piece in pieces(body, 1000):
            taken += len(piece)
            yield piece

    async with spool() as file:
        with pytest.raises(Forged):
            await read_with_file(kind, counted(), file, forged, most=1_000_000)
        assert file.size == 0
    assert taken == 1000


@pytest.mark.parametrize("body", [b"x" * (MAX_BYTES + 11), b"--b--" + b"x" * (MAX_BYTES + 6)], ids=["before", "after"])
async def test_what_is_around_a_form_is_bounded_as_well(body: bytes) -> None:
    async with spool() as file:
        with pytest.raises(TooLarge):
            await read_with_file("multipart/form-data; boundary=b", pieces(body, 1000), file, nothing_wrong, most=10)
