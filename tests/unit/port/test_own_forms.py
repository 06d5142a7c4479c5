"""Failures that are no problem details keep their members, their text and their media type, in every wiring."""

from __future__ import annotations

import json
from typing import Any

import pytest

from switchover.errors import BindError, InvalidRequest, Problem, ServiceUnavailable
from switchover.port.wire import WireResponse
from unit.port.alike import alike, contract
from unit.port.asking import ask
from unit.port.routing import Told
from unit.port.single import json_answer

OBJECT, TEXT, INTEGER = {"type": "object"}, {"type": "string"}, {"type": "integer"}


def form(schema: Any, media_type: str = "application/json") -> dict[str, Any]:
    return {"description": ".", "content": {media_type: {"schema": schema}}}


def members(required: list[str] | None = None, **properties: Any) -> dict[str, Any]:
    found = {"type": "object", "properties": properties}
    return found if required is None else {**found, "required": required}


NO_PET = members(["code", "message"], code=INTEGER, message=TEXT)
CLOSED = {**NO_PET, "additionalProperties": False}


class NoPet(Exception):
    def __init__(self, message: str, code: int = 0) -> None:
        super().__init__(message)
        self.message = message
        self.code = code


class Pets:
    def __init__(self, error: Exception | None = None) -> None:
        self._error = error

    def get_pet(self, id: int) -> int:  # noqa: A002 - what the contract calls it
        if self._error is not None:
            raise self._error
        return id


ID = {"name": "id", "in": "path", "required": True, "schema": {"type": "integer", "maximum": 5}}


def pets(errors: Any = None, **failures: Any) -> Any:
    documented = {status.removeprefix("s"): failure for status, failure in failures.items()}
    operation = {"operationId": "getPet", "parameters": [ID], "responses": {**json_answer(INTEGER), **documented}}
    return contract({"/pets/{id}": {"get": operation}}).bind(Pets, errors=errors)


def fail(port: Any, error: Exception) -> tuple[Any, ...]:
    return alike(port, Pets(error), lambda client: client.get_pet(1))


async def body_of(port: Any, error: Exception) -> tuple[str, Any]:
    answered = await ask(port.serve(Pets(error), trust="open"), "GET", "/pets/1")
    return answered.header("content-type") or "", answered.body


def received(port: Any, status: int, body: Any, media_type: str = "application/json") -> Exception:
    data = body.encode() if isinstance(body, str) else json.dumps(body).encode()
    client = port.http(transport=Told(WireResponse(status, [("content-type", media_type)], data)), trust="open")
    with pytest.raises(Exception) as caught:  # noqa: PT011 - any kind, which is what is asked
        client.get_pet(1)
    return caught.value


@pytest.mark.parametrize("schema", [NO_PET, CLOSED], ids=["open", "closed"])
async def test_an_exception_with_a_message_stands_for_a_failure_that_requires_one(schema: Any) -> None:
    port = pets({404: NoPet}, s404=form(schema), sdefault=form(schema))
    assert fail(port, NoPet("no pet", 7)) == ("NoPet", "no pet", {"message": "no pet", "code": 7})
    media_type, body = await body_of(port, NoPet("no pet", 7))
    assert media_type == "application/json"
    assert json.loads(body) == {"code": 7, "message": "no pet"}


def test_the_kits_own_failures_are_met_beside_such_a_form() -> None:
    port = pets({404: NoPet}, s404=form(NO_PET), sdefault=form(NO_PET))
    assert alike(port, Pets(), lambda client: client.get_pet(9))[0] == "InvalidRequest"


async def test_a_failure_without_a_class_is_raised_by_its_members() -> None:
    port = pets(sdefault=form(CLOSED))
    error = Problem("http_404", 404, "no pet", members={"code": 7})
    assert alike(port, Pets(error), lambda client: client.get_pet(1))[:2] == ("Problem", "no pet")
    assert json.loads((await body_of(port, error))[1]) == {"code": 7, "message": "no pet"}


async def test_members_of_a_problem_may_mean_what_the_contract_says() -> None:
    coded = members(["code"], code=INTEGER, status=INTEGER, title=TEXT)
    port = pets({404: NoPet}, s404=form(coded, "application/problem+json"))
    assert fail(port, NoPet("no pet", 7))[2]["code"] == 7
    body = json.loads((await body_of(port, NoPet("no pet", 7)))[1])
    assert (body["code"], body["status"], body["detail"]) == (7, 404, "no pet")


async def test_a_problem_that_requires_a_message_gets_the_text() -> None:
    port = pets({404: NoPet}, s404=form(members(["message"], message=TEXT), "application/problem+json"))
    assert fail(port, NoPet("no pet"))[1] == "no pet"
    body = json.loads((await body_of(port, NoPet("no pet")))[1])
    assert (body["message"], body["detail"]) == ("no pet", "no pet")


async def test_what_a_contract_has_for_the_kits_own_members_is_filled_in() -> None:
    listed = members(["status", "error", "traceId"], status=INTEGER, error=TEXT, traceId=TEXT)
    port = pets({404: LookupError}, s404=form({**listed, "additionalProperties": False}))
    assert fail(port, LookupError("no pet"))[:2] == ("LookupError", "no pet")
    body = json.loads((await body_of(port, LookupError("no pet")))[1])
    assert (body["status"], body["error"], len(body["traceId"])) == (404, "no pet", 32)


def test_what_a_class_cannot_give_is_a_difference() -> None:
    with pytest.raises(BindError, match="the problem requires 'type', and LookupError takes no such argument"):
        pets({404: LookupError}, s404=form(members(["type", "message"], type=TEXT, message=TEXT)))


async def test_plain_text_is_the_text_of_the_exception() -> None:
    port = pets({404: LookupError}, s404=form(TEXT, "text/plain"))
    assert fail(port, LookupError("kein Tier, süß"))[:2] == ("LookupError", "kein Tier, süß")
    assert await body_of(port, LookupError("süß")) == ("text/plain; charset=utf-8", "süß".encode())


async def test_a_list_of_texts_goes_both_ways() -> None:
    port = pets(s422=form({"type": "array", "items": TEXT}))
    error = Problem("http_422", 422, body=["too old", "too large"])
    assert alike(port, Pets(error), lambda client: client.get_pet(1))[2]["body"] == ["too old", "too large"]
    assert json.loads((await body_of(port, error))[1]) == ["too old", "too large"]


FOREIGN: dict[str, tuple[Any, str]] = {
    "GitHub's": ({"message": "Not Found", "documentation_url": "https://x", "status": "404"}, "Not Found"),
    "Stripe's": ({"error": {"type": "card_error", "code": "declined", "message": "No funds"}}, "No funds"),
    "OAuth's": ({"error": "invalid_grant", "error_description": "expired"}, "expired"),
    "a list": ({"errors": [{"code": 1, "message": "too old"}, {"code": 2, "message": "too large"}]}, "too old; too large"),
    "with a type and a code": ({"type": "x", "code": 7, "message": "no"}, "no"),
}  # fmt: skip


@pytest.mark.parametrize(("body", "text"), FOREIGN.values(), ids=FOREIGN)
@pytest.mark.parametrize("documented", [form(OBJECT), {"description": ".", "content": {"application/json": {}}}])
def test_members_and_text_of_another_service_arrive(documented: Any, body: Any, text: str) -> None:
    found = received(pets(s400=documented), 400, body)
    assert isinstance(found, Problem)
    assert (found.status, found.detail, found.members) == (400, text, body)


@pytest.mark.parametrize(
    ("documented", "body", "media_type", "text"),
    [
        (form({"type": "array", "items": TEXT}), ["too old", "too large"], "application/json", "too old; too large"),
        (form(TEXT, "text/plain"), "no such pet", "text/plain; charset=utf-8", "no such pet"),
        ({"description": "."}, ["too old"], "application/json", "too old"),
    ],
)
def test_what_is_no_object_arrives_as_it_is(documented: Any, body: Any, media_type: str, text: str) -> None:
    found = received(pets(s400=documented), 400, body, media_type)
    assert isinstance(found, Problem)
    assert (found.status, found.detail, found.body) == (400, text, body)


# -- FastAPI ----------------------------------------------------------------------------------------------------------

_ITEM = members(["loc", "msg", "type"], loc={"type": "array", "items": {"anyOf": [TEXT, INTEGER]}}, msg=TEXT, type=TEXT)
FASTAPI = form({"title": "HTTPValidationError", **members(detail={"type": "array", "items": _ITEM})})


def test_what_fastapi_finds_invalid_is_an_invalid_request() -> None:
    detail = [
        {"loc": ["path", "id"], "msg": "should be at most 5", "type": "less_than_equal"},
        {"loc": ["body", "tags", 0], "msg": "should be a string", "type": "string_type"},
        {"loc": ["body"], "msg": "Field required", "type": "missing"},
    ]
    found = received(pets(s422=FASTAPI), 422, {"detail": detail})
    assert isinstance(found, InvalidRequest)
    assert [str(error) for error in found.errors] == [
        "path.id should be at most 5",
        "body#/tags/0 should be a string",
        "body Field required",
    ]


def test_a_text_of_fastapis_is_a_documented_failure() -> None:
    found = received(pets(s404=form(members(detail=TEXT))), 404, {"detail": "no pet"})
    assert isinstance(found, Problem)
    assert found.detail == "no pet"


def test_a_service_with_fastapis_contract_refuses_alike() -> None:
    port = pets(s422=FASTAPI)
    kind, _, held = alike(port, Pets(), lambda client: client.get_pet(9))
    assert kind == "InvalidRequest"
    assert str(held["errors"][0]) == "path.id is greater than the maximum of 5"


async def refused(port: Any) -> tuple[int, str | None, Any]:
    answered = await ask(port.serve(Pets(), trust="open"), "GET", "/pets/9")
    return answered.status, answered.header("content-type"), json.loads(answered.body)


async def test_a_request_that_fastapis_contract_refuses_is_answered_as_fastapi_does() -> None:
    status, media_type, body = await refused(pets(s422=FASTAPI))
    assert (status, media_type) == (422, "application/json")
    assert body["detail"] == [{"loc": ["path", "id"], "msg": "is greater than the maximum of 5", "type": "value_error"}]
    assert (body["code"], len(body["traceId"])) == ("invalid_request", 32)


async def test_a_documented_400_is_what_malformed_and_invalid_requests_get() -> None:
    port = pets(
        s400=form(members(["message", "status"], message=TEXT, status=INTEGER)), s503=form(members(message=TEXT))
    )
    status, media_type, body = await refused(port)
    assert (status, media_type, body["status"]) == (400, "application/json", 400)
    assert body["message"] == "The request breaks the contract."
    assert "title" not in body
    assert alike(port, Pets(), lambda client: client.get_pet(9))[0] == "InvalidRequest"
    error = ServiceUnavailable("later", retry_after=3)
    assert alike(port, Pets(error), lambda client: client.get_pet(1))[:2] == ("ServiceUnavailable", "later")


async def test_a_form_without_room_for_the_kits_own_failures_leaves_them_problem_details() -> None:
    status, media_type, body = await refused(pets(s400=form(CLOSED)))
    assert (status, media_type, body["code"]) == (400, "application/problem+json", "invalid_request")


async def test_a_class_with_a_detail_of_its_own_kind_takes_it_whole() -> None:
    class Listed(Exception):
        def __init__(self, detail: list[str]) -> None:
            super().__init__(detail)
            self.detail = detail

    port = pets({409: Listed}, s409=form(members(["detail"], detail={"type": "array", "items": TEXT})))
    assert fail(port, Listed(["a", "b"]))[2]["detail"] == ["a", "b"]
    assert json.loads((await body_of(port, Listed(["a"])))[1]) == {"detail": ["a"]}
