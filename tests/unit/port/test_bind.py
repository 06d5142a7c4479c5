"""Contract and interface, held against each other: every difference is named, in one message."""

from __future__ import annotations

import logging
from datetime import date
from enum import Enum
from typing import Any, Protocol

import pytest
from pydantic import BaseModel

from switchover import BindError, Contract, Port
from switchover.errors import InvalidRequest
from switchover.port.faithful import received
from switchover.port.wire import Received
from unit.port.desk import AIKO, CONTRACT, NOTE_ID, BlockingDesk, Caller, Desk, DeskError, contract, desk_port
from unit.port.single import document, interface, json_answer, json_body, plan_for, port_for

STRING = {"type": "string"}
PAGE = {"name": "limit", "in": "query", "schema": {"type": "integer", "default": 20}}


def differences(operation: dict[str, Any], hints: dict[str, Any], **defaults: Any) -> list[str]:
    with pytest.raises(BindError) as caught:
        port_for(operation, hints, **defaults)
    return [str(item).removeprefix("send / send: ").removeprefix("send: ") for item in caught.value.items]


@pytest.mark.parametrize("desk", [Desk, BlockingDesk])
def test_an_interface_that_fits_is_bound_whether_async_or_sync(desk: type) -> None:
    port: Port[Any] = contract().bind(desk, caller=Caller, errors=DeskError)
    assert {plan.is_async for plan in port.plans.values()} == {desk is Desk}
    assert set(port.plans) == {name for name in vars(desk) if not name.startswith("_")}
    assert port.base_path == "/api"
    assert port.plans["get_note"].has_caller
    assert not port.plans["get_health"].has_caller
    assert contract().digest.startswith("sha256:")


def test_every_difference_is_in_one_readable_message() -> None:
    class Wrong(Protocol):
        async def get_health(self) -> str: ...
        async def get_note(self, note: str) -> dict[str, int]: ...
        async def shred_note(self) -> None: ...

    with pytest.raises(BindError) as caught:
        contract(CONTRACT.replace("operationId: echo", "operationId: getNote")).bind(Wrong)
    text = str(caught.value)
    assert text.startswith(
        f"openapi.yaml and {__name__}.test_every_difference_is_in_one_readable_message.<locals>.Wrong differ in "
    )
    assert text.count("\n") == len(caught.value.items) > 10
    for expected in (
        "listNotes: Wrong has no method `list_notes`",
        "getHealth / get_health: answer 200: the contract allows what str does not: may be object, and string is wanted",
        "getNote / get_note: has no argument for path.noteId",
        "getNote / get_note: the contract knows nothing of the argument 'note'",
        "getNote / get_note: failure 404 note_not_found: no exception class stands for it; give one the attribute code = 'note_not_found'",
        "postEcho: Wrong has no method `post_echo`",
        "shred_note: the contract has no operation for this method of Wrong",
    ):
        assert expected in text


def test_one_difference_is_said_to_be_one() -> None:
    with pytest.raises(BindError, match=r"differ in one place:"):
        port_for({}, {"more": str})


def test_part_of_a_contract_can_be_bound() -> None:
    class Part(Protocol):
        async def get_health(self) -> Any: ...
        async def close(self) -> None: ...

    port = contract().bind(Part, operations=["getHealth"])
    assert list(port.plans) == ["get_health"]
    with pytest.raises(BindError) as caught:
        contract().bind(Part, operations=["get_health", "get_nothing"])
    assert caught.value.items == ("get_nothing: the contract has no such operation",)


def test_what_the_port_passes_over_is_a_warning(caplog: pytest.LogCaptureFixture) -> None:
    operation = {"servers": [{"url": "/other"}]}
    with caplog.at_level(logging.WARNING, "switchover.port"):
        port: Port[Any] = document(operation).bind(interface({}))
    assert len(port.warnings) == 1
    assert caplog.messages == list(port.warnings)


def test_two_methods_for_one_operation_are_a_difference() -> None:
    class Twice(Protocol):
        async def send(self) -> None: ...
        async def Send(self) -> None: ...  # noqa: N802

    with pytest.raises(BindError) as caught:
        document({}).bind(Twice)
    assert caught.value.items == ("Send: send is answered by send already",)


def test_of_addresses_that_only_differ_in_names_the_first_is_honoured() -> None:
    text = CONTRACT.replace(
        "  /shelves/{name}:",
        "  /notes/{other}:\n    get: { operationId: getOther, parameters: [{ name: other, in: path, required: true, schema: { type: string } }],"
        " responses: { '204': { description: . } } }\n  /shelves/{name}:",
    )
    port = contract(text).bind(Desk, caller=Caller, errors=DeskError)

    assert [item.name for item in port.left_out] == ["getOther"]
    assert "has the address of getNote (GET /notes/{noteId}) at openapi.yaml:" in port.left_out[0].reasons[0]


@pytest.mark.parametrize("wrong", ["Desk", None, Desk.get_note])
def test_what_is_no_class_cannot_be_bound(wrong: Any) -> None:
    with pytest.raises(BindError, match="is no class"):
        contract().bind(wrong)


# -- parameters -------------------------------------------------------------------------------------------------------


def test_an_argument_of_another_type_is_a_difference() -> None:
    assert differences({"parameters": [PAGE]}, {"limit": str}, limit="a") == [
        "query.limit / limit: the contract allows what str does not: may be integer, and string is wanted",
        "query.limit / limit: str allows what the contract does not: may be string, and integer is wanted",
    ]


@pytest.mark.parametrize(
    ("default", "expected"),
    [
        (50, "query.limit left out means 20 in the contract and 50 in the argument"),
        ("20", "query.limit has the default '20', which is not of the argument's own type"),
    ],
)
def test_a_default_that_means_something_else_is_a_difference(default: Any, expected: str) -> None:
    assert differences({"parameters": [PAGE]}, {"limit": int}, limit=default) == [expected]


def test_none_for_what_the_contract_has_a_default_for_is_a_difference() -> None:
    assert differences({"parameters": [PAGE]}, {"limit": int | None}, limit=None) == [
        "query.limit left out means 20 in the contract and None in the argument"
    ]


def test_an_argument_without_a_default_takes_the_contracts() -> None:
    plan = plan_for({"parameters": [PAGE]}, {"limit": int})
    assert plan.requests.read(Received(["things"], "", [], None)) == [20]
    assert plan.requests.write([20]).target == "/things?limit=20"


def test_a_parameter_that_may_be_left_out_needs_a_default_somewhere() -> None:
    optional = {"name": "limit", "in": "query", "schema": {"type": "integer"}}
    assert differences({"parameters": [optional]}, {"limit": int}) == [
        "query.limit may be left out, and its argument has no default"
    ]


def test_a_default_of_the_contract_that_breaks_its_own_schema_is_a_difference() -> None:
    broken = {"name": "limit", "in": "query", "schema": {"type": "integer", "default": "many"}}
    assert "has a default that breaks its own schema: has to be integer" in "\n".join(
        differences({"parameters": [broken]}, {"limit": int})
    )


class Order(Enum):
    UP = "up"
    DOWN = "down"


def test_defaults_may_be_members_of_enumerations_and_lists() -> None:
    order = {"name": "order", "in": "query", "schema": {"enum": ["up", "down"], "default": "up"}}
    tags = {"name": "tags", "in": "query", "schema": {"type": "array", "items": STRING, "default": []}}
    plan = plan_for({"parameters": [order, tags]}, {"order": Order, "tags": list[str]}, order=Order.UP, tags=[])
    assert plan.requests.read(received(plan.requests.write([Order.DOWN, []]))) == [Order.DOWN, []]


def test_a_list_without_elements_is_sent_only_where_leaving_it_out_says_it() -> None:
    tags = {"name": "tags", "in": "query", "schema": {"type": "array", "items": STRING}}
    says_it = plan_for({"parameters": [tags]}, {"tags": list[str]}, tags=[])
    assert says_it.requests.write([[]]).target == "/things"
    says_none = plan_for({"parameters": [tags]}, {"tags": list[str] | None}, tags=None)
    assert says_none.requests.write([None]).target == "/things"
    with pytest.raises(InvalidRequest, match=r"query\.tags is empty, which this style cannot carry"):
        says_none.requests.write([[]])


def test_none_is_not_sent_where_leaving_it_out_means_something_else() -> None:
    plan = plan_for({"parameters": [PAGE]}, {"limit": int}, limit=20)
    with pytest.raises(InvalidRequest, match=r"query\.limit is None, which a parameter cannot carry"):
        plan.requests.write([None])


def test_arguments_named_by_place_part_parameters_of_one_name() -> None:
    parameters = [
        {"name": "id", "in": "query", "required": True, "schema": STRING},
        {"name": "id", "in": "header", "required": True, "schema": STRING},
    ]
    plan = plan_for({"parameters": parameters}, {"header_id": str, "query_id": str})
    request = plan.requests.write(["h", "q"])
    assert (request.target, request.headers) == ("/things?id=q", [("id", "h")])
    assert plan.requests.read(received(request)) == ["h", "q"]


def test_headers_that_travel_beside_a_call_need_no_argument() -> None:
    beside = {"name": "Idempotency-Key", "in": "header", "schema": STRING}
    assert plan_for({"parameters": [beside]}, {}).arguments == ()
    other = {"name": "X-Other", "in": "header", "schema": STRING}
    assert differences({"parameters": [other]}, {}) == ["has no argument for header.X-Other"]


def test_everything_that_is_wrong_with_a_request_is_named_at_once() -> None:
    parameters = [
        {"name": "a", "in": "query", "required": True, "schema": {"type": "integer"}},
        {"name": "b", "in": "header", "required": True, "schema": {"type": "integer"}},
    ]
    plan = plan_for(
        {"parameters": parameters, "requestBody": json_body({"type": "integer"})}, {"a": int, "b": int, "c": int}
    )
    with pytest.raises(InvalidRequest) as caught:
        plan.requests.read(Received(["things"], "a=x", [], b'"y"'))
    assert [str(error) for error in caught.value.errors] == [
        "query.a has to be integer",
        "header.b is required",
        "body has to be integer",
    ]
    with pytest.raises(InvalidRequest) as caught:
        plan.requests.write(["x", "y", "z"])
    assert [error.where for error in caught.value.errors] == ["query.a", "header.b", "body"]


# -- bodies -----------------------------------------------------------------------------------------------------------

MEMBERS = {
    "type": "object",
    "required": ["title"],
    "properties": {
        "title": STRING,
        "due": {"type": "string", "format": "date"},
        "limit": {"type": "integer", "default": 20},
    },
}


def test_arguments_may_be_the_members_of_a_body() -> None:
    plan = plan_for(
        {"requestBody": json_body(MEMBERS)}, {"title": str, "due": date | None, "limit": int}, due=None, limit=20
    )
    request = plan.requests.write(["a", None, 20])
    assert request.body == b'{"title":"a","limit":20}'
    assert plan.requests.read(received(request)) == ["a", None, 20]
    assert plan.requests.read(Received([], "", [], b'{"title":"b"}')) == ["b", None, 20]
    with pytest.raises(InvalidRequest, match="body is required"):
        plan.requests.read(Received([], "", [], None))


def test_a_body_that_may_be_left_out_leaves_out_every_member() -> None:
    schema = {"type": "object", "properties": {"title": STRING, "limit": {"type": "integer"}}}
    plan = plan_for(
        {"requestBody": json_body(schema, is_required=False)}, {"title": str | None, "limit": int}, title=None, limit=5
    )
    assert plan.requests.read(Received([], "", [], None)) == [None, 5]
    assert differences({"requestBody": json_body(schema, is_required=False)}, {"title": str, "limit": int}, limit=5)[
        -1
    ] == ("the body may be left out, and not all of the arguments have defaults")


def test_a_member_left_out_means_the_same_on_both_sides() -> None:
    found = differences(
        {"requestBody": json_body(MEMBERS)}, {"title": str, "due": date | None, "limit": int}, due=None, limit=50
    )
    assert found == ["body#/limit left out means 20 in the contract and 50 in the argument"]
    assert plan_for(
        {"requestBody": json_body(MEMBERS)}, {"title": str, "due": date | None, "limit": int}, due=None, limit=20
    )


@pytest.mark.parametrize(
    ("schema", "hints", "expected"),
    [
        (MEMBERS, {}, ["has no argument for the body"]),
        (MEMBERS, {"title": str, "more": str}, ["the contract knows nothing of the argument 'more'"]),
        ({"type": "array", "items": STRING}, {"names": list[int]}, None),
        (MEMBERS, {"title": int, "due": date, "limit": int}, None),
        (MEMBERS, {"title": type, "due": date, "limit": int}, None),
    ],
)
def test_arguments_that_do_not_make_up_the_body_are_differences(
    schema: Any, hints: dict[str, Any], expected: list[str] | None
) -> None:
    found = differences({"requestBody": json_body(schema)}, hints)
    assert found == expected or (expected is None and all(item.startswith("body") for item in found))


class Draft(BaseModel):
    title: str
    due: date | None = None
    limit: int = 20


def test_one_argument_may_be_the_whole_body_and_may_be_left_out() -> None:
    plan = plan_for({"requestBody": json_body(MEMBERS, is_required=False)}, {"draft": Draft | None}, draft=None)
    assert plan.requests.write([None]).body is None
    assert plan.requests.read(Received([], "", [], None)) == [None]
    assert plan.requests.read(Received([], "", [], b"")) == [None]
    assert differences({"requestBody": json_body(MEMBERS, is_required=False)}, {"draft": Draft}) == [
        "the body may be left out, and the argument 'draft' has no default"
    ]


def test_a_body_that_may_be_left_out_may_have_another_default_than_none() -> None:
    plan = plan_for({"requestBody": json_body(STRING, is_required=False)}, {"value": str}, value="x")
    assert plan.requests.read(Received([], "", [], None)) == ["x"]
    assert plan.requests.write(["x"]).body == b'"x"'


@pytest.mark.parametrize(
    ("media_type", "hint", "value"), [("text/plain", str, "é"), ("application/octet-stream", bytes, b"\xff")]
)
def test_bodies_may_be_text_or_bytes(media_type: str, hint: Any, value: Any) -> None:
    body = {"required": True, "content": {media_type: {}}}
    plan = plan_for({"requestBody": body}, {"value": hint})
    request = plan.requests.write([value])
    assert ("content-type", media_type) in request.headers
    assert plan.requests.read(received(request)) == [value]
    assert plan.requests.read(Received([], "", [], b"")) == [hint()]
    with pytest.raises(InvalidRequest, match="body is required"):
        plan.requests.read(Received([], "", [], None))
    with pytest.raises(InvalidRequest, match="body is a int"):
        plan.requests.write([5])
    assert differences({"requestBody": body}, {"value": int}) == [
        f"takes {media_type}, and the argument 'value' is not {hint.__name__}"
    ]


def test_text_that_is_not_utf_8_is_refused() -> None:
    plan = plan_for({"requestBody": {"required": True, "content": {"text/plain": {}}}}, {"value": str})
    with pytest.raises(InvalidRequest, match="body is not UTF-8"):
        plan.requests.read(Received([], "", [], b"\xff"))
    with pytest.raises(InvalidRequest, match="body is not valid Unicode"):
        plan.requests.write(["\ud800"])


def test_plain_bodies_that_may_be_left_out_need_a_default() -> None:
    body: dict[str, Any] = {"content": {"text/plain": {}}}
    assert differences({"requestBody": body}, {"value": str}) == [
        "the body may be left out, and the argument 'value' has no default"
    ]
    plan = plan_for({"requestBody": body}, {"value": str | None}, value=None)
    assert plan.requests.read(Received([], "", [], None)) == [None]
    assert plan.requests.read(Received([], "", [], b"")) == [""]
    assert plan.requests.write([None]).body is None


# -- answers ----------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("responses", "hint", "expected"),
    [
        ({"204": {"description": "."}}, str, ["answer 204: has no body, and str is returned"]),
        (json_answer(STRING), None, ["answer 200: the contract allows what", "answer 200: "]),
        (
            {"200": {"description": ".", "content": {"text/plain": {}}}},
            bytes,
            ["answer 200: is text/plain, and bytes is returned"],
        ),
        (
            {**json_answer(STRING), "204": {"description": "."}},
            str | int | None,
            ["may return int, which no documented answer carries"],
        ),
        (json_answer(STRING), type, ["answer 200: cannot cross as JSON: "]),
    ],
)
def test_a_result_that_no_answer_carries_is_a_difference(responses: Any, hint: Any, expected: list[str]) -> None:
    found = differences({"responses": responses}, {"return": hint})
    assert len(found) == len(expected)
    assert all(item.startswith(start) for item, start in zip(found, expected, strict=True))


def test_one_return_type_may_stand_for_several_answers_of_one_form() -> None:
    schemas: dict[str, Any] = {"components": {"schemas": {"Name": STRING}}}
    responses = {
        **json_answer({"$ref": "#/components/schemas/Name"}),
        **json_answer({"$ref": "#/components/schemas/Name"}, "201"),
    }
    port: Port[Any] = document({"responses": responses}, **schemas).bind(interface({"return": str}))
    assert [codec.status for codec in port.plans["send"].answers.codecs] == [200, 201]


# -- callers ----------------------------------------------------------------------------------------------------------


def test_only_operations_with_security_may_take_a_caller() -> None:
    with pytest.raises(
        BindError, match="takes a Caller, and the contract lets anyone call send; give the operation `security`"
    ):
        document({}).bind(interface({"caller": Caller}), caller=Caller)


def test_a_caller_that_cannot_be_taken_apart_is_one_difference_not_one_for_each_method() -> None:
    class Wrong:
        pass

    with pytest.raises(BindError) as caught:
        document(
            {"security": [{"a": []}]}, components={"securitySchemes": {"a": {"type": "http", "scheme": "bearer"}}}
        ).bind(interface({"caller": Wrong}), caller=Wrong)
    assert len(caught.value.items) == 1
    assert "takes no user id" in str(caught.value)


def test_methods_that_cannot_be_operations_are_differences() -> None:
    class Strange(Protocol):
        async def send(self, *things: str, untyped) -> None: ...  # type: ignore[no-untyped-def]

    with pytest.raises(BindError) as caught:
        document({}).bind(Strange)
    assert [str(item).partition(": ")[2][:20] for item in caught.value.items] == [
        "takes *things; every",
        "has the argument 'un",
    ]


@pytest.mark.parametrize(
    ("options", "said"),
    [
        ({"errors": int}, "errors has <class 'int'>, which is no exception class"),
        ({"errors": BaseException}, "errors has <class 'BaseException'>, which is no exception class"),
        ({"errors": 5}, "errors is 5; give a base class of exceptions, or the classes in a list or by code"),
        ({"errors": "DeskError"}, "errors is 'DeskError'; give a base class of exceptions"),
        ({"errors": [DeskError, "x"]}, "errors has 'x', which is no exception class"),
        ({"errors": {"a": int}}, "errors has <class 'int'>, which is no exception class"),
        ({"errors": {1.5: DeskError}}, "errors has the key 1.5, which is no code and no status"),
        ({"errors": {200: DeskError}}, "errors has the key 200, which is no code and no status"),
    ],
)
def test_what_is_no_exception_is_a_difference(options: dict[str, Any], said: str) -> None:
    with pytest.raises(BindError) as caught:
        document({}).bind(interface({}), **options)
    assert [str(item)[: len(said)] for item in caught.value.items] == [said]


@pytest.mark.parametrize(
    ("operations", "said"),
    [
        ("send", "operations is 'send'; name the operations in a list or set"),
        ({"send": "x"}, "operations is {'send': 'x'}; name the operations in a list or set"),
        (5, "operations is 5; name the operations in a list or set"),
        (["send", 5], "operations has 5, which is no name"),
    ],
)
def test_a_selection_that_is_no_list_of_names_is_refused(operations: Any, said: str) -> None:
    with pytest.raises(BindError, match="cannot be bound") as caught:
        document({}).bind(interface({}), operations=operations)
    assert list(caught.value.items) == [said]


def test_the_contract_may_be_a_file(tmp_path: Any) -> None:
    path = tmp_path / "desk.yaml"
    path.write_text(CONTRACT, "utf-8")
    assert Contract.load(path).digest == contract().digest


def test_a_bound_port_writes_and_reads_the_same_request() -> None:
    plan = desk_port().plans["get_note"]
    request = plan.requests.write([NOTE_ID])
    assert request.target == f"/notes/{NOTE_ID}"
    assert plan.requests.read(received(request)) == [NOTE_ID]
    assert AIKO
