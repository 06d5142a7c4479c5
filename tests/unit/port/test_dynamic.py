"""Calls whose operation and arguments are only known at run time."""

from __future__ import annotations

from datetime import date
from typing import Any

import pytest

from switchover.errors import InvalidRequest
from switchover.port.dynamic import as_json, invoke, plan_for
from switchover.port.values import UnusableValue
from unit.port.desk import AIKO, NOTE_ID, InMemoryDesk, desk_port
from unit.port.single import json_body, port_for

PORT = desk_port()


async def call(operation: str, arguments: dict[str, Any], backend: InMemoryDesk | None = None) -> Any:
    plan = plan_for(PORT.plans, operation)
    return as_json(plan, await invoke(plan, PORT.direct(backend or InMemoryDesk()), AIKO, arguments))


@pytest.mark.parametrize("name", ["getNote", "get_note", "GetNote", "get-note"])
def test_an_operation_may_be_named_in_any_case_style(name: str) -> None:
    assert plan_for(PORT.plans, name).operation.id == "getNote"


def test_an_operation_that_there_is_not_is_answered_with_those_there_are() -> None:
    with pytest.raises(KeyError, match="there is no operation 'shred'; there are getHealth, listNotes"):
        plan_for(PORT.plans, "shred")


async def test_arguments_and_results_are_plain_json() -> None:
    backend = InMemoryDesk()
    note = await call("addNote", {"body": {"title": "a", "tags": ["x"]}}, backend)
    assert note == {"id": str(NOTE_ID), "title": "a", "tags": ["x"], "writtenAt": "2026-11-23T12:00:00Z"}
    assert await call("getNote", {"noteId": note["id"]}, backend) == note
    assert await call("list_notes", {"tags": ["x"], "limit": 5, "x-color": "red"}, backend) == [note]
    assert await call("deleteNote", {"note_id": note["id"]}, backend) is None
    await call("putText", {"noteId": str(NOTE_ID), "text": "é"}, backend)
    assert await call("getText", {"noteId": str(NOTE_ID)}, backend) == "é"
    await call("putFile", {"noteId": str(NOTE_ID)}, backend)
    assert await call("getFile", {"noteId": str(NOTE_ID)}, backend) == ""
    assert await call("getHealth", {}) == {"status": "ok"}


@pytest.mark.parametrize(
    ("operation", "arguments", "expected"),
    [
        ("getNote", {}, ["path.noteId is required"]),
        ("getNote", {"noteId": "x", "more": 1}, ["path.noteId is no uuid", "more is not known; getNote takes note_id"]),
        ("getHealth", {"more": 1}, ["more is not known; getHealth takes no arguments"]),
        ("addNote", {}, ["body is required"]),
        ("addNote", {"draft": {"title": ""}}, ["body#/title is shorter than 1 character"]),
    ],
)
async def test_everything_that_is_wrong_with_the_arguments_is_named(
    operation: str, arguments: dict[str, Any], expected: list[str]
) -> None:
    with pytest.raises(InvalidRequest) as caught:
        await call(operation, arguments)
    assert [str(error) for error in caught.value.errors] == expected


async def test_members_of_a_body_are_arguments_too() -> None:
    class Backend:
        async def send(self, title: str, due: date | None = None) -> None:
            self.seen = (title, due)

    schema = {
        "type": "object",
        "required": ["title"],
        "properties": {"title": {"type": "string"}, "due": {"type": "string", "format": "date"}},
    }
    plan = port_for({"requestBody": json_body(schema)}, {"title": str, "due": date | None}, due=None).plans["send"]
    backend: Any = Backend()
    await invoke(plan, backend, None, {"title": "a"})
    assert backend.seen == ("a", None)
    await invoke(plan, backend, None, {"title": "a", "due": "2026-11-23"})
    assert backend.seen == ("a", date(2026, 11, 23))
    with pytest.raises(InvalidRequest, match="body#/title is required"):
        await invoke(plan, backend, None, {})


def test_a_result_that_breaks_the_contract_is_refused() -> None:
    with pytest.raises(UnusableValue):
        as_json(plan_for(PORT.plans, "getNote"), object())
