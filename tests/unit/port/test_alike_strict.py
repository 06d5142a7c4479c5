"""What passes in-process and would not pass over HTTP is reported; what a backend chooses is the same in every wiring."""

from __future__ import annotations

from copy import deepcopy
from typing import Any

import pytest
from pydantic import BaseModel

from switchover import respond
from unit.port.alike import alike, contract, outcomes
from unit.port.asking import ask
from unit.port.single import json_answer

BARE: dict[str, Any] = {"description": "."}

# -- what STRICT reports ------------------------------------------------------------------------------------------------

NAME = {"name": "name", "in": "path", "required": True, "schema": {"type": "string"}}
TEXT: dict[str, Any] = json_answer({"type": "string"})


class Users:
    """Has an address that another one covers."""

    def login(self) -> str:
        return "logged in"

    def get_user(self, name: str) -> str:
        return f"user {name}"

    def delete_user(self, name: str) -> str:
        return f"deleted {name}"

    def get_number(self, number: int) -> int:
        return number

    def search(self) -> int:
        return 0


def users() -> Any:
    number = {"name": "number", "in": "path", "required": True, "schema": {"type": "integer"}}
    return contract(
        {
            "/user/login": {"get": {"operationId": "login", "responses": TEXT}},
            "/user/{name}": {
                "parameters": [NAME],
                "get": {"operationId": "getUser", "responses": TEXT},
                "delete": {"operationId": "deleteUser", "responses": TEXT},
            },
            "/numbers/search": {"get": {"operationId": "search", "responses": json_answer({"type": "integer"})}},
            "/numbers/{number}": {
                "get": {
                    "operationId": "getNumber",
                    "parameters": [number],
                    "responses": json_answer({"type": "integer"}),
                }
            },
        }
    ).bind(Users)


def test_an_address_that_another_operation_takes_is_a_warning() -> None:
    assert list(users().warnings) == [
        f"{name}: a call with name='login' would reach login (GET /user/login) over HTTP; change one of the two paths"
        for name in ("getUser", "deleteUser")
    ]


@pytest.mark.parametrize("call", ["get_user", "delete_user"])
def test_a_value_that_reaches_another_operation_is_reported(call: str) -> None:
    found = outcomes(users(), Users(), lambda client: getattr(client, call)("login"))
    assert (
        "arguments#/name: is the address of login (GET /user/login); over HTTP the call would reach login"
        in (found["direct"][1])
    )
    assert found["http"] != ("result", getattr(Users(), call)("login"))


def test_other_values_and_values_of_another_type_are_alike() -> None:
    assert alike(users(), Users(), lambda client: client.get_user("loginx")) == ("result", "user loginx")
    assert alike(users(), Users(), lambda client: client.get_number(7)) == ("result", 7)


class Echo:
    def send(self, value: Any) -> Any:
        return deepcopy(value)


ECHO = contract(
    {
        "/echo": {
            "post": {
                "operationId": "send",
                "requestBody": {"required": True, "content": {"application/json": {"schema": {}}}},
                "responses": json_answer({}),
            }
        }
    }
).bind(Echo)


@pytest.mark.parametrize(
    ("value", "place", "kind"),
    [
        ({1: 2}, "/1", "an int"),
        ({True: 2}, "/True", "a bool"),
        ({None: 2}, "/None", "a NoneType"),
        ({1.5: 2}, "/1.5", "a float"),
        ({"a": [{1: 2}]}, "/a/0/1", "an int"),
    ],
)
def test_keys_that_are_no_text_are_reported(value: Any, place: str, kind: str) -> None:
    found = outcomes(ECHO, Echo(), lambda client: client.send(value))
    assert f"arguments#/value{place}: has a key that is {kind}, and would arrive as text" in found["direct"][1]
    assert alike(ECHO, Echo(), lambda client: client.send({"a": {"1": 2}})) == ("result", {"a": {"1": 2}})


class Change(BaseModel):
    """A change of some members."""

    title: str | None = None
    color: str = "red"


class Changes:
    def __init__(self) -> None:
        self.seen: set[str] = set()

    def change(self, body: Change) -> None:
        self.seen = body.model_fields_set


def changes(required: list[str]) -> Any:
    schema = {
        "type": "object",
        "required": required,
        "properties": {"title": {"type": "string"}, "color": {"type": "string"}},
    }
    body = {"required": True, "content": {"application/json": {"schema": schema}}}
    operation = {"operationId": "change", "requestBody": body, "responses": {"204": BARE}}
    return contract({"/thing": {"patch": operation}}).bind(Changes)


@pytest.mark.parametrize(
    ("required", "change", "report"),
    [
        ([], Change(title=None), "/title: was set to None, and would arrive as left out"),
        (["color"], Change(title="a"), "/color: was not set, and would arrive as if it were"),
    ],
)
def test_a_change_of_other_members_than_were_set_is_reported(required: list[str], change: Change, report: str) -> None:
    found = outcomes(changes(required), Changes(), lambda client: client.change(change))
    assert f"arguments#/body{report}; over HTTP the service would work with another value" in found["direct"][1]
    assert alike(changes([]), Changes(), lambda client: client.change(Change(title="a"))) == ("result", None)


# -- several successes --------------------------------------------------------------------------------------------------


class Shelf:
    """Says with which success it answers."""

    def __init__(self, status: int | None = None) -> None:
        self.status = status

    def put(self, name: str) -> str:
        respond(status=self.status)
        return name

    def get(self, name: str) -> str | None:
        respond(status=self.status)
        return name


def shelf(*statuses: str, method: str = "put", **others: Any) -> Any:
    responses = {status: TEXT["200"] for status in statuses}
    operation = {"operationId": method, "parameters": [NAME], "responses": {**responses, **others}}
    return contract({"/shelf/{name}": {method: operation}}).bind(Shelf, operations=[method])


async def status_of(port: Any, backend: Shelf, method: str = "PUT") -> int:
    return (await ask(port.serve(backend, trust="open"), method, "/shelf/a")).status


@pytest.mark.parametrize(("said", "sent"), [(None, 200), (200, 200), (201, 201)])
async def test_a_backend_chooses_among_successes_of_one_type(said: int | None, sent: int) -> None:
    port = shelf("200", "201")
    assert alike(port, Shelf(said), lambda client: client.put("a")) == ("result", "a")
    assert await status_of(port, Shelf(said)) == sent


async def test_a_backend_chooses_a_status_of_a_range_in_reads_too() -> None:
    port = shelf("2XX", method="get", **{"204": BARE})
    assert await status_of(port, Shelf(203), "GET") == 203
    assert alike(port, Shelf(203), lambda client: client.get("a")) == ("result", "a")


@pytest.mark.parametrize("said", [202, 204])
def test_a_status_that_is_not_documented_for_the_result_is_no_answer(said: int) -> None:
    found = outcomes(shelf("200", "201", **{"204": BARE}, method="get"), Shelf(said), lambda client: client.get("a"))
    assert found["http"][0] == "InternalError"
    assert found["direct"][0] == "FidelityError"
    assert f"{said}" in found["direct"][1]


def test_a_range_beside_a_status_of_another_type_is_reported() -> None:
    class Both:
        def get(self) -> int | str:
            return "text"

    responses = {**json_answer({"type": "integer"}), **json_answer({"type": "string"}, "2XX")}
    port = contract({"/both": {"get": {"operationId": "get", "responses": responses}}}).bind(Both)
    found = outcomes(port, Both(), lambda client: client.get())
    assert found["http"][0] == "UnexpectedAnswer"
    assert "answer: has to be integer; over HTTP the caller would get UnexpectedAnswer" in found["direct"][1]
    assert "say which status is meant: respond(status=…)" in found["direct"][1]
