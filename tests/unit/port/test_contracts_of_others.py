"""What contracts of others have, in every wiring."""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any, Protocol

import pytest

from switchover import AsgiTransport, Contract, Fidelity
from switchover.errors import InvalidRequest

BYTES: Any = {"required": True, "content": {"*/*": {}}}


def giving(content: dict[str, Any], status: str = "200") -> dict[str, Any]:
    return {"responses": {status: {"description": "d", "content": content}}}


PATHS: Any = {
    "/file": {"put": {"operationId": "turn", "requestBody": BYTES, **giving({"image/*": {"schema": {}}})}},
    "/lists": {"get": {"operationId": "without_slash", **giving({"text/plain": {}})}},
    "/lists/": {"get": {"operationId": "with_slash", **giving({"text/plain": {}})}},
    "/any": {"get": {"operationId": "anything", **giving({"application/json": {}}, "default")}},
    "/search": {
        "get": {
            "operationId": "search",
            "parameters": [
                {
                    "name": "tag",
                    "in": "query",
                    "schema": {"anyOf": [{"type": "string"}, {"type": "array", "items": {"type": "string"}}]},
                },
            ],
            **giving({"application/json": {"schema": {"type": "string"}}}),
        }
    },
}


class Desk(Protocol):
    def turn(self, body: bytes) -> bytes: ...
    def without_slash(self) -> str: ...
    def with_slash(self) -> str: ...
    def anything(self) -> Any: ...
    def search(self, *, tag: str | list[str] | None = None) -> str: ...


class Backend:
    def turn(self, body: bytes) -> bytes:
        return body[::-1]

    def without_slash(self) -> str:
        return "/lists"

    def with_slash(self) -> str:
        return "/lists/"

    def anything(self) -> Any:
        return {"a": [1, None]}

    def search(self, *, tag: str | list[str] | None = None) -> str:
        return repr(tag)


@pytest.fixture(params=["strict", "http"])
def desk(request: pytest.FixtureRequest) -> Iterator[Desk]:
    whole = {"openapi": "3.1.0", "info": {"title": "T", "version": "1"}, "paths": PATHS}
    port = Contract.read("openapi.json", lambda _: json.dumps(whole).encode()).bind(Desk)
    if request.param == "strict":
        yield port.direct(Backend(), fidelity=Fidelity.STRICT)
    else:
        with AsgiTransport(port.serve(Backend(), trust="open")) as transport:
            yield port.http(transport=transport, trust="open")


def test_a_range_of_media_types_carries_bytes(desk: Desk) -> None:
    assert desk.turn(b"\x00\xff") == b"\xff\x00"


def test_addresses_may_differ_in_a_slash_alone(desk: Desk) -> None:
    assert [desk.without_slash(), desk.with_slash()] == ["/lists", "/lists/"]


def test_what_has_no_schema_and_only_a_default_comes_as_it_is(desk: Desk) -> None:
    assert desk.anything() == {"a": [1, None]}


def test_one_or_many_arrive_as_they_were_or_are_refused(desk: Desk) -> None:
    assert [desk.search(tag=tag) for tag in ("a", ["a", "b"], None)] == ["'a'", "['a', 'b']", "None"]
    with pytest.raises(InvalidRequest):
        desk.search(tag=["a"])
