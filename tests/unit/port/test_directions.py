"""`readOnly` and `writeOnly` members that are required: they count in their direction alone."""

from __future__ import annotations

from typing import Any

import httpx
import pytest
from pydantic import BaseModel

from switchover import AsgiTransport, BindError, Contract, Fidelity, Port
from unit.port.single import document, interface

BASE = {"type": "object", "required": ["id"], "properties": {"id": {"$ref": "#/components/schemas/Id"}}}
USER = {
    "allOf": [
        {"$ref": "#/components/schemas/Base"},
        {"type": "object", "required": ["name", "password", "made"], "properties": {"name": {"type": "string"}}},
    ],
    "properties": {"password": {"type": "string", "writeOnly": True}, "made": {"type": "string", "readOnly": True}},
}
SCHEMAS = {"Id": {"type": "integer", "readOnly": True}, "Base": BASE, "User": USER}
BODY = {"application/json": {"schema": {"$ref": "#/components/schemas/User"}}}


class Asked(BaseModel):
    name: str
    password: str


class Told(BaseModel):
    id: int
    name: str
    made: str


class Lenient(Asked):
    id: int | None = None


class Strict(Asked):
    id: int


def contract(version: str = "3.1.0") -> Contract:
    operation = {
        "requestBody": {"required": True, "content": BODY},
        "responses": {"200": {"description": ".", "content": BODY}},
    }
    return document(operation, openapi=version, components={"schemas": SCHEMAS})


class Users:
    async def send(self, user: Asked) -> Told:
        return Told(id=len(user.password), name=user.name, made="now")


@pytest.mark.parametrize("version", ["3.0.3", "3.1.0"])
async def test_each_counts_in_its_direction(version: str) -> None:
    port: Port[Any] = contract(version).bind(interface({"return": Told, "user": Asked}))
    service = port.serve(Users(), trust="open")
    for wired in (
        port.direct(Users(), fidelity=Fidelity.STRICT),
        port.http(transport=AsgiTransport(service), answers="strict"),
    ):
        assert await wired.send(Asked(name="a", password="bcd")) == Told(id=3, name="a", made="now")
    app: Any = service
    async with httpx.AsyncClient(transport=httpx.ASGITransport(app), base_url="http://x") as client:
        echoed = await client.post("/things", json={"id": 1, "made": "x", "name": "a", "password": "b"})
        assert (echoed.status_code, echoed.json()) == (200, {"id": 1, "name": "a", "made": "now"})
        lacking = await client.post("/things", json={"name": "a"})
        assert (lacking.status_code, [error["where"] for error in lacking.json()["errors"]]) == (
            422,
            ["body#/password"],
        )


async def test_an_answer_needs_what_is_only_read() -> None:
    class Wrong(BaseModel):
        id: int | None = None
        name: str = ""
        made: str = ""

    with pytest.raises(BindError, match="id"):
        contract().bind(interface({"return": Wrong, "user": Asked}))


def test_a_request_may_have_what_is_only_read_but_not_need_it() -> None:
    contract().bind(interface({"return": Told, "user": Lenient}))
    with pytest.raises(BindError, match="may be left out, and has to be there"):
        contract().bind(interface({"return": Told, "user": Strict}))
