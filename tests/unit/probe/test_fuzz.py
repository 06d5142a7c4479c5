"""Whatever a server says, a probe tells how it went: it never raises, and repeats nothing."""

from __future__ import annotations

import asyncio
import json
from collections.abc import Iterator

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from switchover.errors import ConnectionLost, UnexpectedAnswer
from switchover.port.wire import WireResponse
from switchover.probe import ProbeOutcome, Prober, as_json, line
from switchover.probe.metrics import exposition
from switchover.probe.reading import AnswerReader
from unit.probe.contracts import HEALTHY, target
from unit.probe.peers import message, peer, says

HEAD = b"HTTP/1.1 200 OK\r\n"
GOOD = message(body=HEALTHY)
CHUNKED = (
    HEAD + b"content-type: application/json\r\ntransfer-encoding: chunked\r\n\r\n10\r\n" + HEALTHY + b"\r\n0\r\n\r\n"
)
HEADERS = st.sampled_from(
    [
        b"content-length: 5", b"content-length: -1", b"content-length: 5, 6", b"content-length: \xb2",
        b"transfer-encoding: chunked", b"transfer-encoding: gzip", b"content-type: application/json",
        b"content-encoding: br", b"connection: upgrade", b" folded", b": empty", b"x\x00: y", b"location: /",
    ]
)  # fmt: skip
STATUS_LINES = st.sampled_from(
    [b"HTTP/1.1 200 OK", b"HTTP/1.1 200", b"HTTP/1.1 999 \xff", b"HTTP/1.1 101 Switching", b"HTTP/1.1 204 No Content",
     b"HTTP/1.1 100 Continue", b"HTTP/1.0 503 x", b"HTTP/1.1 304 x", b"HTTP/1.1 2000 x", b"HTTP/2 200", b"ICY 200 OK"]
)  # fmt: skip


@st.composite
def mutated(draw: st.DrawFn) -> bytes:
    """A good answer with a piece of it replaced."""
    whole = draw(st.sampled_from([GOOD, CHUNKED]))
    start = draw(st.integers(0, len(whole)))
    end = draw(st.integers(start, min(len(whole), start + 12)))
    return whole[:start] + draw(st.binary(max_size=12)) + whole[end:]


@st.composite
def composed(draw: st.DrawFn) -> bytes:
    """An answer of parts that do not fit each other."""
    lines = [draw(STATUS_LINES), *draw(st.lists(HEADERS, max_size=4))]
    return b"\r\n".join(lines) + b"\r\n\r\n" + draw(st.binary(max_size=30) | st.just(HEALTHY))


JSON_VALUES = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False) | st.text(max_size=8),
    lambda below: st.lists(below, max_size=4) | st.dictionaries(st.text(max_size=8), below, max_size=4),
    max_leaves=8,
)
BODIES = JSON_VALUES.map(lambda value: json.dumps(value).encode()) | st.binary(max_size=40)
ANSWERS = st.binary(max_size=200) | mutated() | composed() | BODIES.map(lambda body: message(body=body))


def pieces(whole: bytes, cuts: list[int]) -> Iterator[bytes]:
    """The answer as it might arrive, and its end."""
    at = 0
    for cut in cuts:
        if piece := whole[at : at + cut]:
            yield piece
        at += cut
    if rest := whole[at:]:
        yield rest
    yield b""


def read(whole: bytes, cuts: list[int]) -> WireResponse | type[Exception]:
    reader = AnswerReader("GET", "/", [("host", "desk")])
    try:
        return next(found for piece in pieces(whole, cuts) if (found := reader.take(piece)) is not None)
    except (ConnectionLost, UnexpectedAnswer) as error:
        return type(error)


CUTS = st.lists(st.integers(1, 20), max_size=8)


@settings(max_examples=600)
@given(ANSWERS, CUTS)
def test_any_bytes_are_an_answer_or_told_to_be_none(whole: bytes, cuts: list[int]) -> None:
    found = read(whole, cuts)
    assert found in (ConnectionLost, UnexpectedAnswer) or isinstance(found, WireResponse)


@given(st.sampled_from([GOOD, CHUNKED]), CUTS)
def test_how_an_answer_is_cut_makes_no_difference(whole: bytes, cuts: list[int]) -> None:
    found = read(whole, cuts)
    assert isinstance(found, WireResponse)
    assert (found.status, found.body) == (200, HEALTHY)


@given(st.sampled_from([GOOD, CHUNKED]), st.data())
def test_every_beginning_of_an_answer_is_a_lost_connection(whole: bytes, data: st.DataObject) -> None:
    cut = data.draw(st.integers(0, len(whole) - 1))
    assert read(whole[:cut], []) is ConnectionLost


@settings(max_examples=80, deadline=None)
@given(ANSWERS)
def test_a_probe_of_any_answer_is_told_in_every_form(whole: bytes) -> None:
    async def probed() -> ProbeOutcome:
        async with peer(says(whole)) as there:
            return await Prober("tokyo", timeout=5).probe(target(there.url()))

    outcome = asyncio.run(probed())
    assert outcome.is_ok == (outcome.fault is None)
    told = line(outcome)
    assert told.isprintable()
    assert json.loads(as_json(outcome))["ok"] is outcome.is_ok
    assert exposition([outcome]).endswith("# EOF\n")


@pytest.mark.parametrize("body", [b'{"status": "canary-5f3a"}', b'{"canary-5f3a": 1}', b"canary-5f3a"])
async def test_what_an_answer_says_is_not_repeated(body: bytes) -> None:
    async with peer(says(message(body=body))) as there:
        outcome = await Prober("tokyo").probe(target(there.url()))
    assert not outcome.is_ok
    assert "canary" not in line(outcome) + as_json(outcome) + exposition([outcome])
