"""Strict fidelity knows what a service does not read, and what a caller does not."""

from __future__ import annotations

import asyncio
import logging
from typing import Any, cast

import pytest

from switchover import AsgiTransport, Fidelity, FidelityError, Inspector
from switchover.errors import PayloadTooLarge
from switchover.parity import Breach
from switchover.port.limits import Limits
from switchover.port.transports.base import MAX_ANSWER_BYTES
from unit.port.desk import AIKO, NOTE_ID, InMemoryBlockingDesk, InMemoryDesk, desk_port

LARGE = "x" * (1024 * 1024)


def nested(depth: int) -> list[Any]:
    value: list[Any] = []
    for _ in range(depth - 1):
        value = [value]
    return value


class CopyingDesk(InMemoryBlockingDesk):
    """Hands out a value of its own."""

    def echo(self, value: Any) -> Any:
        return None

    def get_file(self, caller: Any, note_id: Any) -> bytes:
        return bytes(MAX_ANSWER_BYTES + int(note_id == NOTE_ID))


@pytest.mark.parametrize(
    ("value", "what"),
    [
        (LARGE, "The body may have at most 1048576 bytes."),
        (nested(33), "The body may be nested at most 32 levels deep."),
    ],
    ids=["large", "deep"],
)
async def test_a_body_that_is_not_read_is_refused_alike_in_process_and_over_http(value: Any, what: str) -> None:
    port, backend = desk_port(), InMemoryDesk(CopyingDesk())
    with pytest.raises(PayloadTooLarge) as caught:
        await port.direct(backend, fidelity=Fidelity.STRICT).echo(value)
    assert caught.value.__notes__ == [f"echo body: {what}; over HTTP the caller gets PayloadTooLarge"]
    async with AsgiTransport(port.serve(backend, trust="open")) as transport:
        with pytest.raises(PayloadTooLarge, match=what):
            await port.http(transport=transport, trust="open").echo(value)


async def test_what_is_just_read_passes() -> None:
    strict = desk_port().direct(InMemoryDesk(CopyingDesk()), fidelity=Fidelity.STRICT)
    await strict.echo(LARGE[2:])
    await strict.echo(nested(32))


async def test_the_limits_are_those_of_the_service() -> None:
    limits = Limits(body_bytes=10, json_depth=2)
    strict = desk_port().direct(InMemoryDesk(CopyingDesk()), fidelity=Fidelity.STRICT, limits=limits)
    await strict.echo([[]])
    beyond: tuple[Any, ...] = ([[[]]], "x" * 9)
    for value in beyond:
        with pytest.raises(PayloadTooLarge):
            await strict.echo(value)


async def test_many_brackets_side_by_side_are_not_deep() -> None:
    strict = desk_port().direct(InMemoryDesk(CopyingDesk()), fidelity=Fidelity.STRICT)
    await strict.echo([[] for _ in range(100)])


@pytest.mark.parametrize("bound", ["body_bytes", "json_depth", "threads"])
def test_a_limit_is_at_least_one(bound: str) -> None:
    with pytest.raises(ValueError, match=f"{bound} has to be at least 1"):
        Limits(**cast("dict[str, Any]", {bound: 0}))


async def test_only_json_is_nested() -> None:
    strict = desk_port().direct(InMemoryDesk(), fidelity=Fidelity.STRICT)
    await strict.put_text(AIKO, NOTE_ID, "[" * 100)
    await strict.put_file(AIKO, NOTE_ID)


async def test_an_answer_that_is_not_read_is_reported() -> None:
    strict = desk_port().direct(InMemoryDesk(CopyingDesk()), fidelity=Fidelity.STRICT)
    with pytest.raises(FidelityError) as caught:
        await strict.get_file(AIKO, NOTE_ID)
    assert [str(item) for item in caught.value.items] == [
        "getFile answer: is larger than 33554432 bytes; over HTTP the caller would get UnexpectedAnswer"
    ]


def test_samples_report_it_as_well(caplog: pytest.LogCaptureFixture) -> None:
    found: list[Breach] = []
    inspector = Inspector(1, found.extend)
    desk = desk_port().direct(InMemoryDesk(CopyingDesk()), fidelity=inspector, limits=Limits(body_bytes=5))

    async def calls() -> None:
        await desk.echo("short")
        await desk.echo("x")
        await desk.get_file(AIKO, NOTE_ID)

    with caplog.at_level(logging.ERROR):
        asyncio.run(calls())
        inspector.close()
    assert caplog.text == ""
    assert [str(breach) for breach in found] == [
        "echo body: The body may have at most 5 bytes.; over HTTP the caller gets PayloadTooLarge",
        "getFile answer: is larger than 33554432 bytes; over HTTP the caller would get UnexpectedAnswer",
    ]
